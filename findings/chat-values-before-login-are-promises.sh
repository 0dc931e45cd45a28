#!/usr/bin/env bash
# @tencentcloud/chat 3.6.6 (npm), Node 20: before the login, functions that are declared to give a message or a number give a promise that fails.
#
# Expected: `createTextMessage(…): Message` makes a message, or throws; `getTotalUnreadMessageCount(): number` and `getServerTime(): Number`
#   give a number. That is what the package's declarations say.
# Found: until then each of these gives a promise, which fails with code 2024. No compiler asks for `await`, and `try` around the call catches
#   nothing. A count of unread messages is shown as `[object Promise]`, `findMessage(id) === null` is false, and under Node the first of
#   these promises that nobody looks at ends the process. The error's text has blanks where its words belong.
# Why it matters here: who runs the vendor's SDK against an emulator or a recording in a test runner meets the end of the process, and not the
#   call that was too early.
# Seen: the lines that this script prints. Usage: findings/chat-values-before-login-are-promises.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @tencentcloud/chat@3.6.6
cat >"$folder/show.js" <<'JS'
const fs = require("fs");

const print = (line) => process.stdout.write(`${line}\n`);
for (const name of Object.keys(console)) console[name] = () => {};
// The SDK is for browsers; of their parts, it needs this one to be made. Nothing is sent.
globalThis.WebSocket = class {
    readyState = 0;
    send() {}
    close() {}
};
const Chat = require("@tencentcloud/chat");
const chat = Chat.create({ SDKAppID: 1400000000 });
const message = { to: "@TGS#1", conversationType: Chat.TYPES.CONV_GROUP, payload: { text: "hello" } };
const calls = { createTextMessage: [message], getTotalUnreadMessageCount: [], getServerTime: [], findMessage: ["id"] };
const declared = fs.readFileSync(require.resolve("@tencentcloud/chat").replace("index.js", "index.d.ts"), "utf8");
(async () => {
    for (const [name, values] of Object.entries(calls)) {
        const type = new RegExp(`^ *${name}\\(.*\\): (.*);`, "m").exec(declared)[1];
        let caught = "nothing is thrown";
        let result;
        try {
            result = chat[name](...values);
        } catch {
            caught = "it throws";
        }
        const end = await Promise.resolve(result).then(() => "succeeds", (error) => `fails with ${error.code} and the text "${error.message}"`);
        print(`${name}: declared ${type}; ${caught}; a ${result.constructor.name} that ${end}`);
    }
    process.on("exit", (code) => print(`the process ends with ${code}`));
    print(`unread: ${chat.getTotalUnreadMessageCount()}`);
    setTimeout(() => process.exit(0), 2_000);
})();
JS
(cd "$folder" && node show.js 2>"$folder/errors" || grep -o 'code: 2024' "$folder/errors") | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
createTextMessage: declared Message; nothing is thrown; a Promise that fails with 2024 and the text " | createTextMessage | "
getTotalUnreadMessageCount: declared number; nothing is thrown; a Promise that fails with 2024 and the text " | getTotalUnreadMessageCount | "
getServerTime: declared Number; nothing is thrown; a Promise that fails with 2024 and the text " | getServerTime | "
findMessage: declared Message | null; nothing is thrown; a Promise that fails with 2024 and the text " | findMessage | "
unread: [object Promise]
the process ends with 1
code: 2024
SEEN
echo 'as described'
