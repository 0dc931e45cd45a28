#!/usr/bin/env bash
# socket.io-msgpack-parser 3.0.2 with notepack.io 2.2.0 (npm), Node 20: "no limit" arrives as 0 once the parser is switched.
#
# Expected: a JavaScript number arrives as the number that it was, with this parser as with the one that Socket.IO has by itself: MessagePack has
#   a form for each of them, a float of 64 bits.
# Found: a number without a fraction is written as an integer of 64 bits, whatever its size. From 2^64 on only its lower bits are left:
#   `Number.MAX_VALUE`, which programs write for "no limit" since JSON has no `Infinity`, arrives as 0, and 1e20 as another number. Below
#   2^64 all is right, so that small tests pass.
# Why it matters here: chat rooms that were built on Socket.IO change to this parser for its packets, and a room of unlimited size has no
#   place from then on. notepack.io 3.0.1, with which the Redis adapter packs what one node tells another, does the same.
# Seen: the lines that this script prints. Usage: findings/socketio-msgpack-large-number.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/package.json" <<'JSON'
{
  "dependencies": { "notepack.io": "2.2.0", "socket.io": "4.8.4", "socket.io-client": "4.8.4", "socket.io-msgpack-parser": "3.0.2" },
  "overrides": { "notepack.io": "2.2.0" }
}
JSON
npm install --silent --no-audit --no-fund --prefix "$folder"
cat >"$folder/show.js" <<'JS'
const { Server } = require("socket.io");
const { io } = require("socket.io-client");

const limits = { million: 1e6, "2^53": 2 ** 53, "2^63": 2 ** 63, "2^64": 2 ** 64, "1e20": 1e20, MAX_VALUE: Number.MAX_VALUE };
const received = (parser) =>
    new Promise((resolve) => {
        const server = new Server(0, { parser });
        server.on("connection", (socket) => socket.emit("limits", limits));
        const client = io(`http://127.0.0.1:${server.httpServer.address().port}`, { parser });
        client.on("limits", (found) => {
            client.close();
            server.close();
            resolve(found);
        });
    });
(async () => {
    const [json, msgpack] = [await received(undefined), await received(require("socket.io-msgpack-parser"))];
    for (const [name, limit] of Object.entries(limits)) {
        const shown = (found) => (found === limit ? "the same" : found);
        console.log(`${name}: Socket.IO's own parser ${shown(json[name])}, socket.io-msgpack-parser ${shown(msgpack[name])}`);
    }
})();
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
million: Socket.IO's own parser the same, socket.io-msgpack-parser the same
2^53: Socket.IO's own parser the same, socket.io-msgpack-parser the same
2^63: Socket.IO's own parser the same, socket.io-msgpack-parser the same
2^64: Socket.IO's own parser the same, socket.io-msgpack-parser 0
1e20: Socket.IO's own parser the same, socket.io-msgpack-parser 7766279631452242000
MAX_VALUE: Socket.IO's own parser the same, socket.io-msgpack-parser 0
SEEN
echo 'as described'
