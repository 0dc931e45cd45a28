#!/usr/bin/env bash
# rongcloud-sdk 3.1.1 (npm), Node 20: once a second app is set up in a process, the first one's calls go to the second.
#
# Expected: `const first = RongSDK({ appkey: "first", … })` and `const second = RongSDK({ appkey: "second", … })` are two clients, each with its
#   own key, its own signature and its own address, as the two results of a function with two sets of arguments.
# Found: both are the same object, and the settings of all calls are one, written anew by each setting-up; what the second leaves out
#   (here: the address) it has from the first. Also, `Timestamp`, `Nonce` and with them the signature are made once and sent with all calls.
# Why it matters here: a backend with an app for tests beside the real one, or a test file that sets up a client for each test, changes rooms
#   of the wrong app, and every answer says OK.
# Seen: the lines that this script prints. Usage: findings/rongcloud-second-app.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" rongcloud-sdk@3.1.1
cat >"$folder/show.js" <<'JS'
const http = require("http");
const RongSDK = require("rongcloud-sdk");

const sent = [];
const server = http.createServer((request, response) => {
    sent.push(request.headers);
    request.resume().on("end", () => response.end('{"code":200}'));
});
server.listen(0, "127.0.0.1", async () => {
    const first = RongSDK({ appkey: "first", secret: "key of the first", api: `http://127.0.0.1:${server.address().port}` });
    await first.Chatroom.KeepAlive.add({ id: "room" });
    const second = RongSDK({ appkey: "second", secret: "key of the second" });
    await first.Chatroom.KeepAlive.add({ id: "room" });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await second.Chatroom.KeepAlive.add({ id: "room" });
    server.close();
    server.closeAllConnections();
    console.log(`the first client alone: app ${sent[0]["app-key"]}`);
    console.log(`the first client after the second was made: app ${sent[1]["app-key"]}`);
    console.log(`the second client, without an address: app ${sent[2]["app-key"]}, at the address of the first`);
    console.log(`${new Set(sent.map(({ timestamp }) => timestamp)).size} time and ${new Set(sent.map(({ nonce }) => nonce)).size} nonce in ${sent.length} calls`);
});
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
the first client alone: app first
the first client after the second was made: app second
the second client, without an address: app second, at the address of the first
1 time and 1 nonce in 3 calls
SEEN
echo 'as described'
