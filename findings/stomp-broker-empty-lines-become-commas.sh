#!/usr/bin/env bash
# stomp-broker-js 1.3.0 (npm), Node 20: empty lines of a message become commas, and a message to all is heard in the narrower rooms.
#
# Expected: a STOMP broker hands a message's body on as it is, to all who subscribed to its destination, the sender's own subscription included, with
#   a `message-id`. Its page: `.` separates the names of a path, `*` matches one name. So `/room.1.staff` is another destination than `/room.1`.
# Found: the frame is split at each empty line, not at the first one, and the parts are joined with a comma: two paragraphs become one line. Only
#   as many names are compared as the message's destination has: what is sent to `/room` is heard by the subscribers of `/room.1` and of
#   `/room.1.staff`, under the destination `/room`, and of `/room.*`. Nobody hears the messages of the own connection. No message has an id.
# Why it matters here: it is a broker to embed, as tests of a chat app do. A client that shows its own message when it comes back never shows it, and
#   one that has a room and a room of the room's staff shows each message twice.
# Seen: the lines that this script prints. Usage: findings/stomp-broker-empty-lines-become-commas.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" stomp-broker-js@1.3.0 @stomp/stompjs@7.5.0 ws@8.23.0
cat >"$folder/show.js" <<'JS'
const http = require("http");
const { Client } = require("@stomp/stompjs");
const StompServer = require("stomp-broker-js");
const WebSocket = require("ws");

setTimeout(() => process.exit(1), 20_000);
const server = http.createServer();
const broker = new StompServer({ server });
const heard = [];

const connect = () => new Promise((resolve) => {
    const url = `ws://127.0.0.1:${server.address().port}/stomp`;
    const client = new Client({ webSocketFactory: () => new WebSocket(url, ["v11.stomp"]), onConnect: () => resolve(client), reconnectDelay: 0 });
    client.activate();
});

// The next test begins when the broker has the subscription.
const subscribe = (name, client, destination) => new Promise((resolve) => {
    broker.once("subscribe", resolve);
    client.subscribe(destination, (message) => heard.push({ name: `${name} in ${destination}`, message }));
});

server.listen(0, "127.0.0.1", async () => {
    const [alice, bob] = [await connect(), await connect()];
    await subscribe("alice", alice, "/room.1");
    for (const destination of ["/room.1", "/room.1.staff", "/room.*", "/end"]) await subscribe("bob", bob, destination);
    await subscribe("alice", alice, "/end");

    async function say(destination, body) {
        alice.publish({ destination, body });
        // What follows on both connections shows that nothing else is coming.
        alice.publish({ destination: "/end", body: "" });
        while (!heard.some(({ name }) => name === "bob in /end")) await new Promise(setImmediate);
        bob.publish({ destination: "/end", body: "" });
        while (!heard.some(({ name }) => name === "alice in /end")) await new Promise(setImmediate);
        const messages = heard.splice(0).filter(({ name }) => !name.endsWith("/end"));
        console.log(`alice's ${JSON.stringify(body)} to ${destination} is heard by: ${messages.map(({ name }) => name).join(", ")}`);
        return messages[0].message;
    }

    const { headers } = await say("/room.1", "hello");
    console.log(`its message-id: ${headers["message-id"]}`);
    const { body } = await say("/room.1", "first paragraph\n\nsecond one");
    console.log(`as: ${JSON.stringify(body)}`);
    await say("/room.1.staff", "for the staff");
    await say("/room", "to all");
    process.exit();
});
JS
(cd "$folder" && node --no-deprecation show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
alice's "hello" to /room.1 is heard by: bob in /room.1, bob in /room.1.staff, bob in /room.*
its message-id: undefined
alice's "first paragraph\n\nsecond one" to /room.1 is heard by: bob in /room.1, bob in /room.1.staff, bob in /room.*
as: "first paragraph,second one"
alice's "for the staff" to /room.1.staff is heard by: bob in /room.1.staff
alice's "to all" to /room is heard by: bob in /room.1, bob in /room.1.staff, bob in /room.*
SEEN
echo 'as described'
