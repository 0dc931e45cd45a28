#!/usr/bin/env node
// Conformance harness around `tls-sig-api-v2` 1.0.2 (npm), which makes signatures and nothing else.
//
// Usage: tls_sig_api_harness.mjs [FOLDER]    the folder below which `node_modules` has the package; this one where none is given

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { Api } = createRequire(`${process.argv[2] ?? process.cwd()}/`)('tls-sig-api-v2');
let api;

function answer({ do: what, sdkappid, key, identifier, expire, userbuf_b64: userbuf }) {
  if (what === 'start') {
    api = new Api(sdkappid, key);
    return { protocol: 1, sdk: { name: 'tls-sig-api-v2', version: '1.0.2', language: 'JavaScript' }, can: ['usersig_make'] };
  }
  if (userbuf === null) return { value: api.genUserSig(identifier, expire) };
  return { value: api.genSig(identifier, expire, Buffer.from(userbuf, 'base64')) };
}

// The runner writes JSON of one line, in which CR and LF are escaped.
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  if (question.do === 'stop') break;
  let reply;
  try {
    reply = answer(question);
  } catch (error) {
    reply = { raised: { type: error.name, message: error.message } };
  }
  process.stdout.write(`${JSON.stringify({ id: question.id, ...reply })}\n`);
}
