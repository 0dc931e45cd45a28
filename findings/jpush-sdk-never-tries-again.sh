#!/usr/bin/env bash
# jpush-sdk 3.5.0 (npm), Node 20: a push is tried once, whatever `retryTimes` says.
#
# Expected: a call whose connection breaks is repeated up to `retryTimes` times, 5 by the package's page, 3 by its source, before
#   the callback gets an error. A `retryTimes` of 0 means one try, and `isDebug: false` is kept.
# Found: the number is stored under one name and read under another, and the counter of tries is never set; a comparison of two undefined values is false.
#   So each call is tried once, and the callback hears "Connect timeout. Please retry later." for a connection that was refused or reset
#   at once. A `retryTimes` of 0 becomes 3 and `isDebug: false` becomes true.
# Why it matters here: a server that tells the members of a room by push relies on the repetition it asked for. One broken connection loses the
#   push, and the message sends the reader to look for a slow network.
# Seen: the lines that this script prints. Usage: findings/jpush-sdk-never-tries-again.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" jpush-sdk@3.5.0
cat >"$folder/show.js" <<'JS'
const net = require("net");
const JPush = require("jpush-sdk");

// The address of the service is fixed, the proxy is an option: this one drops each connection at once.
let connections = 0;
const proxy = net.createServer((socket) => {
    connections += 1;
    socket.on("error", () => {}).destroy();
});
const show = (retryTimes) => new Promise((resolve) => {
    const client = JPush.buildClient({
        appKey: "a".repeat(24), masterSecret: "b".repeat(24), retryTimes, isDebug: false, proxy: `http://127.0.0.1:${proxy.address().port}`,
    });
    connections = 0;
    client.push().setPlatform(JPush.ALL).setAudience(JPush.tag("room")).setNotification("the lesson begins").send((error) => {
        console.log(`retryTimes ${retryTimes}: stored as ${client.retryTimes}, isDebug ${client.isDebug}, ${connections} connection, ${error.message}`);
        resolve();
    });
});
proxy.listen(0, "127.0.0.1", async () => {
    await show(5);
    await show(0);
    proxy.close();
});
JS
(cd "$folder" && node --no-deprecation show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
retryTimes 5: stored as 5, isDebug true, 1 connection, Connect timeout. Please retry later.
retryTimes 0: stored as 3, isDebug true, 1 connection, Connect timeout. Please retry later.
SEEN
echo 'as described'
