#!/usr/bin/env bash
# rongcloud-sdk 3.1.1 (npm), Node 20: a refused call of the chat room API succeeds, and its repetition is about the user `undefined`.
#
# Expected: `await Chatroom.Gag.add({ id, members, minute })` fails if the service refuses it (HTTP 429, code 1008, which the package calls
#   20001), since a call with a missing field fails; and the same object can be sent again.
# Found: each call turns what went wrong, a refusal or a lost connection, into its result, so that `await` goes on as if the members were
#   muted; only the checks before sending fail. And the call writes into the caller's object: the list `[{ id: "alice" }]` is `["alice"]`
#   afterwards, and the next call, which looks for ids in these texts, asks the service to mute `undefined`.
# Why it matters here: code that is moved between this service and Tencent's has a loop of tries around each call. Here that loop never sees
#   a failure; once it looks at `code` and tries again with its object, it mutes nobody. A mock of the service that answers every account
#   with OK hides it.
# Seen: the lines that this script prints. Usage: findings/rongcloud-second-mute.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" rongcloud-sdk@3.1.1
cat >"$folder/show.js" <<'JS'
const http = require("http");

const print = (line) => process.stdout.write(`${line}\n`);
console.log = () => {};
const answers = [[429, { code: 1008, errorMessage: "too many" }]];
const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
        print(`sent: ${body}`);
        const [status, answer] = answers.shift() ?? [200, { code: 200 }];
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
});
server.listen(0, "127.0.0.1", async () => {
    const { Chatroom } = require("rongcloud-sdk")({ appkey: "app", secret: "key", api: `http://127.0.0.1:${server.address().port}` });
    const shown = (call) => call.then((result) => `succeeded with code ${result.code}`, (error) => `failed with code ${error.code}`);
    const mute = { id: "room", members: [{ id: "alice" }, { id: "bob" }], minute: 5 };
    print(`without members: ${await shown(Chatroom.Gag.add({ id: "room", minute: 5 }))}`);
    print(`refused with 429: ${await shown(Chatroom.Gag.add(mute))}`);
    print(`the object afterwards: ${JSON.stringify(mute)}`);
    print(`the same object again: ${await shown(Chatroom.Gag.add(mute))}`);
    server.close();
    server.closeAllConnections();
    print(`nobody listens: ${await Chatroom.Gag.remove({ id: "room", members: [{ id: "alice" }] }).then(() => "succeeded", () => "failed")}`);
});
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
without members: failed with code 20005
sent: userId=alice&userId=bob&minute=5&chatroomId=room
refused with 429: succeeded with code 20001
the object afterwards: {"id":"room","members":["alice","bob"],"minute":5}
sent: userId=undefined&userId=undefined&minute=5&chatroomId=room
the same object again: succeeded with code 200
nobody listens: succeeded
SEEN
echo 'as described'
