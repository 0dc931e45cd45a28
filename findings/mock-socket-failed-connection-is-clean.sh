#!/usr/bin/env bash
# mock-socket 9.3.1 (npm), Node 20: a connection that cannot be made ends with 1000 and cleanly, one that was ended as agreed does not.
#
# Expected: as with the WebSocket of browsers that the package stands in for: where no server is (before it starts, after it stopped), the close event has
#   code 1006 and `wasClean` false; where the server closes with a code of its own, that code and `wasClean` true.
# Found: without a server the close event has code 1000, the code of a normal end, and `wasClean` true. An end as agreed is clean only with code
#   1000: one with a code of the app (4000 and above), by the client or by the server's `socket.close({ code, reason, wasClean: true })`, has
#   the code and `wasClean` false. Only the end of all connections at once, `server.close(…)`, has what was given.
# Why it matters here: chat clients connect anew after 1006 and stay away after 1000, or after a code by which the service sends them away. A test of "the
#   server comes back" with this package tests the wrong branch: the client does not try again, though in a browser it would.
# Seen: the lines that this script prints. Usage: findings/mock-socket-failed-connection-is-clean.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" mock-socket@9.3.1
cat >"$folder/show.js" <<'JS'
const { Server, WebSocket } = require("mock-socket");

const url = "ws://rooms.invalid/";
// Resolves with what a client sees of its end.
const connect = (opened = () => {}) => new Promise((ended) => {
    const socket = new WebSocket(url);
    socket.onopen = () => opened(socket);
    socket.onclose = ({ code, reason, wasClean }) => ended(`code ${code}, reason "${reason}", ${wasClean ? "clean" : "not clean"}`);
});

(async () => {
    console.error = () => {};
    console.log(`no server: ${await connect()}`);
    const server = new Server(url);
    console.log(`closed by the client: ${await connect((socket) => socket.close(4000, "bye"))}`);
    server.on("connection", (socket) => socket.on("message", () => socket.close({ code: 4001, reason: "sent away", wasClean: true })));
    console.log(`closed by the server, one: ${await connect((socket) => socket.send("hello"))}`);
    console.log(`closed by the server, all: ${await connect(() => server.close({ code: 4002, reason: "over", wasClean: true }))}`);
    server.stop();
    console.log(`after the server stopped: ${await connect()}`);
    process.exit();
})();
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
no server: code 1000, reason "", clean
closed by the client: code 4000, reason "bye", not clean
closed by the server, one: code 4001, reason "sent away", not clean
closed by the server, all: code 4002, reason "over", clean
after the server stopped: code 1000, reason "", clean
SEEN
echo 'as described'
