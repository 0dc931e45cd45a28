#!/usr/bin/env bash
# @tencentcloud/chat-uikit-engine-lite 1.0.7 (npm), Node 20: each message of a live room costs more than the last, each login one more history request.
#
# Expected: the vendor's engine below its user interface keeps the latest messages of the open room, a list with a limit, to which a new message is
#   added. Opening a room after the third login of a page (a logout, another account) asks for its history once, as after the first.
# Found: the list keeps every message since the room was opened, and each new one copies and sorts all of it and reads each message twice and more:
#   the work grows with the square of the lesson's length (20,000 messages took a minute here, the first thousand a fraction of a second).
#   Each login adds a listener to the store, which logout leaves in place: after the n-th login of a page, opening a room asks for the history n times.
# Why it matters here: an audio-video group has tens of messages a second for hours. The page gets slow in the second half of the lesson, on phones
#   first, and no test with a few messages shows it. An emulator or a proxy sees the same history request twice or three times, which is
#   not a retry.
# Seen: the lines that this script prints. Usage: findings/chat-uikit-engine-long-lesson.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @tencentcloud/chat-uikit-engine-lite@1.0.7 @tencentcloud/lite-chat@1.6.13
cat >"$folder/show.mjs" <<'JS'
import { EventEmitter } from "node:events";

const print = console.log;
console.log = console.warn = console.error = () => {};
const { TUIChatEngine, TUIConversationService, TUIStore, StoreName } = await import("@tencentcloud/chat-uikit-engine-lite");

// The chat SDK, which `login` takes as an object (the kit's core hands it over): it is ready, has one room without history, and notes what is called.
const ROOM = "GROUProom";
const DATA = {
    getConversationProfile: { conversation: { conversationID: ROOM, type: "GROUP", groupProfile: { groupID: "room", type: "AVChatRoom" } } },
    getConversationList: { conversationList: [] },
    getMessageList: { messageList: [], nextReqMessageID: "", isCompleted: true },
};
const calls = [];
const events = new EventEmitter();
const known = { isReady: () => true, on: (name, listener, self) => events.on(name, listener.bind(self)), off: () => {} };
const chat = new Proxy(known, {
    get: (target, name) => target[name] ?? (async () => {
        calls.push(name);
        return { code: 0, data: DATA[name] ?? {} };
    }),
});
const pause = () => new Promise((resolve) => setTimeout(resolve, 200));

for (const [index, userID] of ["alice", "bob", "carol"].entries()) {
    if (index > 0) await TUIChatEngine.logout();
    await TUIChatEngine.login({ chat, SDKAppID: 1400000000, userID, userSig: "signature" });
    await pause();
    calls.length = 0;
    await TUIConversationService.switchConversation(ROOM);
    await pause();
    print(`login ${index + 1}: the history is asked for ${calls.filter((name) => name === "getMessageList").length} times`);
}

const messages = () => TUIStore.getData(StoreName.CHAT, "messageList");
function receive(sequence) {
    const message = {
        ID: `${sequence}`, type: "TIMTextElem", conversationID: ROOM, conversationType: "GROUP", flow: "in", from: "dan", time: sequence,
        sequence, status: "success", payload: { text: "hello" },
    };
    events.emit(TUIChatEngine.EVENT.MESSAGE_RECEIVED, { data: [message] });
}
receive(1);
// One field of the first message counts how often it is read.
let reads = 0;
const [oldest] = messages();
Object.defineProperty(oldest, "status", { enumerable: true, get: () => (reads += 1) && "success" });
for (const [first, last] of [[2, 1000], [1001, 2000]]) {
    reads = 0;
    for (let sequence = first; sequence <= last; sequence += 1) receive(sequence);
    print(`messages ${first} to ${last}: ${messages().length} are kept, the state of message 1 is read ${reads} times`);
}
process.exit();
JS
(cd "$folder" && node show.mjs) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
login 1: the history is asked for 1 times
login 2: the history is asked for 2 times
login 3: the history is asked for 3 times
messages 2 to 1000: 1000 are kept, the state of message 1 is read 1998 times
messages 1001 to 2000: 2000 are kept, the state of message 1 is read 2000 times
SEEN
echo 'as described'
