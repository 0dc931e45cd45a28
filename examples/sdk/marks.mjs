#!/usr/bin/env node
// Marks members with the fetch that Node has, bears with a busy service, and asks why somebody was left out.
// Usage: examples/sdk/marks.mjs [URL]    the emulator; http://127.0.0.1:8600 where none is given

import { deepStrictEqual as expect } from 'node:assert';

const url = process.argv[2] ?? 'http://127.0.0.1:8600';
const marks = '/v4/group_open_avchatroom_http_svc/modify_user_info';

/** What a call of the API is answered. */
async function api(path, body) {
  const query = new URLSearchParams({
    sdkappid: 1400000000,
    identifier: 'administrator',
    usersig: 'xxx',
    random: Math.floor(Math.random() * 2 ** 32),
    contenttype: 'json',
  });
  const response = await fetch(`${url}${path}?${query}`, { method: 'POST', body: JSON.stringify(body) });
  return response.json();
}

/** The same, and again while the service is busy (60008: it did not answer in time). */
async function patient(path, body, tries = 3) {
  const answer = await api(path, body);
  return answer.ErrorCode === 60008 && tries > 1 ? patient(path, body, tries - 1) : answer;
}

/** Asks the emulator itself, or lets something happen in its world. */
async function control(path, body) {
  const init = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${url}/_avmarks/${path}`, init);
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path}: ${answer.error}`);
  return answer;
}

const { GroupId } = await api('/v4/group_open_http_svc/create_group', { Type: 'AVChatRoom', Name: 'class' });
const there = `groups/${encodeURIComponent(GroupId)}`;

// Members of an audio-video group join from their own devices, so the API has no call for it.
await control(`${there}/join`, { accounts: ['teacher', 'guest'] });
await control(`${there}/disconnect`, { accounts: ['guest'] });

await control('faults', { path: marks, times: 1, fault: { kind: 'code', code: 60008 } });
const answer = await patient(marks, {
  GroupId,
  CommandType: 1,
  MemberList: [
    { Member_Account: 'teacher', Marks: [1000] },
    { Member_Account: 'guest', Marks: [1001] },
  ],
});
expect(
  answer,
  { ActionStatus: 'OK', ErrorCode: 0, ErrorInfo: '', CommandType: 1, MemberList: [{ Member_Account: 'teacher', Marks: [1000] }] },
  'the second try is served, and the guest, who is offline, left out',
);

const { entries } = await control('log');
const tries = entries.filter((entry) => entry.path === marks).slice(-2);
expect(tries.map((entry) => entry.code), [60008, 0], 'the service was busy once');
expect(tries[1].omitted, [{ account: 'guest', mark: 1001, because: 'ONLINE-ONLY' }], 'the log says why');

const { ErrorCode } = await api('/v4/group_open_http_svc/destroy_group', { GroupId });
expect(ErrorCode, 0, 'the group is gone');
console.log('a busy service was borne with, and the log said why the guest was left out');
