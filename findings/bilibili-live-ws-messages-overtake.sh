#!/usr/bin/env bash
# bilibili-live-ws 6.3.1 (npm), Node 20: a message overtakes those before it, and a client that was closed connects again.
#
# Expected: `live.on("DANMU_MSG", ...)` hears the messages of a room in the order in which the service sent them on its one connection. After
#   `close()` a `KeepLiveWS`, which connects anew when the connection breaks, stays closed.
# Found: each frame is decoded by itself: a compressed one by a thread of the pool, a plain one at once, and nothing keeps the order between them. The service
#   sends both (many messages packed, single ones plain), so that a plain message is heard before the packed ones sent before it. And a `close()`
#   within the 100 ms between a break and the new connection is forgotten: the timer connects anyway, and this connection stays, with its
#   listeners and its process, although `closed` is true.
# Why it matters here: bullet chat carries commands ("mute all", "the lesson is over"); a robot that takes them in the order heard
#   leaves the room in the wrong state. The emulator's order per connection is what a client of ours relies on.
# Seen: the lines that this script prints. Usage: findings/bilibili-live-ws-messages-overtake.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" bilibili-live-ws@6.3.1 ws@8.23.0
cat >"$folder/show.js" <<'JS'
const zlib = require("zlib");
const { KeepLiveWS, LiveWS } = require("bilibili-live-ws");
const { WebSocketServer } = require("ws");

// A packet of the service: 16 bytes of head (length, length of the head, protocol: 0 plain, 2 compressed; operation: 5 message, 8 welcome), then the body.
function packet(protocol, operation, body) {
    const head = Buffer.alloc(16);
    head.writeInt32BE(16 + body.length, 0);
    head.writeInt16BE(16, 4);
    head.writeInt16BE(protocol, 6);
    head.writeInt32BE(operation, 8);
    head.writeInt32BE(1, 12);
    return Buffer.concat([head, body]);
}
const message = (number) => packet(0, 5, Buffer.from(JSON.stringify({ cmd: "DANMU_MSG", info: [[], number] })));
const packed = (numbers) => packet(2, 5, zlib.deflateSync(Buffer.concat(numbers.map(message))));
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" }, async () => {
    const address = `ws://127.0.0.1:${server.address().port}`;
    server.on("connection", (socket) => {
        socket.on("error", () => {});
        socket.once("message", () => {
            socket.send(packet(0, 8, Buffer.from('{"code":0}')));
            socket.send(message(1));
            socket.send(packed(Array.from({ length: 2000 }, (_, index) => index + 2)));
            socket.send(message(2002));
        });
    });

    const live = new LiveWS(7, { address });
    const heard = [];
    await new Promise((resolve) => live.on("DANMU_MSG", ({ info }) => heard.push(info[1]) === 2002 && resolve()));
    console.log(`2002 messages are heard, the first three: ${heard.slice(0, 3).join(", ")}`);
    live.close();

    const keep = new KeepLiveWS(7, { address });
    await new Promise((resolve) => keep.once("live", resolve));
    server.clients.forEach((socket) => socket.terminate());
    await new Promise((resolve) => keep.once("close", resolve));
    keep.close();
    await wait(2000);
    console.log(`two seconds after close(): closed is ${keep.closed}, ${server.clients.size} connection is open`);
    process.exit();
});
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
2002 messages are heard, the first three: 1, 2002, 2
two seconds after close(): closed is true, 1 connection is open
SEEN
echo 'as described'
