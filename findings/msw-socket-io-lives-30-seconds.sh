#!/usr/bin/env bash
# @mswjs/socket.io-binding 0.2.0 (npm), Node 20: a mocked room ends after 30 seconds and begins anew, and a call that waits for an answer gets none.
#
# Expected: with `toSocketIo(connection)` in a mocked server, an app with the real socket.io-client works as with a server: it stays connected as long as
#   nobody closes, and `socket.emit("say", text, callback)` reaches the listener with a callback. The package's page names rooms, namespaces and
#   broadcasts as missing.
# Found: the mock opens the connection by announcing a ping each 25 seconds, with 5 seconds of patience, and never sends one. So each
#   connection ends after 30 seconds with "ping timeout", the client connects again, and the mock sees a new connection whose state is empty.
#   The number by which a client finds the answer to its call is dropped: the listener gets the data alone, and the call waits until its own limit.
# Why it matters here: short tests never see it, but the one of a long lesson does: its room is left and entered twice a minute. Who counts viewers
#   by connections, as with the callbacks of audio-video groups, counts too many.
# Seen: the lines that this script prints, after 35 seconds. Usage: findings/msw-socket-io-lives-30-seconds.sh
#   (needs Node 20.10 or later and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --legacy-peer-deps --prefix "$folder" \
    @mswjs/socket.io-binding@0.2.0 @mswjs/interceptors@0.39.8 socket.io-client@4.8.4
cat >"$folder/show.mjs" <<'JS'
import { WebSocketInterceptor } from "@mswjs/interceptors/WebSocket";
import { toSocketIo } from "@mswjs/socket.io-binding";

// The client takes the WebSocket class of its environment when it is loaded: the interceptor comes first.
const interceptor = new WebSocketInterceptor();
interceptor.apply();
const { io } = await import("socket.io-client");
const { WebSocket: transport } = await import("engine.io-client");

let connections = 0;
interceptor.on("connection", (connection) => {
    connections += 1;
    const { client } = toSocketIo(connection);
    client.on("say", (_, ...values) => {
        console.log(`the server hears ${values.length} value: ${values.map((value) => typeof value)}`);
        values.findLast((value) => typeof value === "function")?.("stored");
    });
});
const socket = io("ws://localhost/", { transports: [transport] });
const start = performance.now();
const ended = new Promise((resolve) => socket.once("disconnect", (reason) => {
    console.log(`the connection ends after ${Math.round((performance.now() - start) / 5000) * 5} seconds: ${reason}`);
    resolve();
}));
await new Promise((resolve) => socket.once("connect", resolve));
console.log(`answer: ${await socket.timeout(3000).emitWithAck("say", "hello").catch((error) => error.message)}`);
await ended;
await new Promise((resolve) => socket.once("connect", resolve));
console.log(`connections: ${connections}`);
process.exit();
JS
(cd "$folder" && node --experimental-websocket --no-warnings show.mjs) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
the server hears 1 value: string
answer: operation has timed out
the connection ends after 30 seconds: ping timeout
connections: 2
SEEN
echo 'as described'
