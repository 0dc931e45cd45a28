#!/usr/bin/env bash
# pusher-js-mock 0.3.9 (npm), Node 20: once one of two test clients unsubscribes, the other one hears nothing more.
#
# Expected: clients of the double are as separate as those of pusher-js: `alice.unsubscribe("news")` ends alice's subscription, and bob's listeners
#   go on. `channel.unbind("message")` takes off all listeners of that event. Who leaves a presence channel is not told of it
#   (its page: "only triggered for clients that are not the client unsubscribing").
# Found: a public channel is one object for all clients of the process, and unsubscribing removes it: bob's listeners hang on an object that
#   nobody reaches, also after a new subscription. `unbind` with the event alone takes off nothing. Who leaves a presence channel hears
#   `pusher:member_removed` about itself, and `emit` there reaches everybody but the client whose channel it is, so that a single one hears nothing.
# Why it matters here: this is how apps test their chat rooms without a service. A test of "one member leaves, the others read on" fails though the app is
#   right, and the app that shows its own member leaving twice passes.
# Seen: the lines that this script prints. Usage: findings/pusher-js-mock-one-leaves-all-leave.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" pusher-js-mock@0.3.9
cat >"$folder/show.js" <<'JS'
const { PusherMock } = require("pusher-js-mock");

const heard = [];
const show = (title) => console.log(`${title}: ${heard.splice(0).join(", ") || "nobody"}`);
const client = (id) => new PusherMock("key", {
    cluster: "mt1", authorizer: () => ({ authorize: (_, done) => done(false, { id, info: {} }) }),
});

(async () => {
    const [alice, bob] = [client("alice"), client("bob")];
    const news = { alice: alice.subscribe("news"), bob: bob.subscribe("news") };
    for (const [name, channel] of Object.entries(news)) channel.bind("message", () => heard.push(name));
    news.bob.emit("message");
    show("a message in a public channel is heard by");
    alice.unsubscribe("news");
    bob.channel("news").emit("message");
    show("after alice left, by");
    bob.subscribe("news").emit("message");
    show("after bob subscribed anew, by his first listener");
    const other = bob.subscribe("other");
    other.bind("message", () => heard.push("bob"));
    other.unbind("message");
    other.emit("message");
    show("after unbind(\"message\"), by");

    const room = { alice: await alice.subscribe("presence-room"), bob: await bob.subscribe("presence-room") };
    for (const [name, channel] of Object.entries(room)) {
        channel.bind("message", () => heard.push(name));
        channel.bind("pusher:member_removed", ({ id }) => heard.push(`${name} (of ${id})`));
    }
    room.alice.emit("message");
    show("a message in a presence channel, emitted at alice's, by");
    await bob.unsubscribe("presence-room");
    show("that bob left, by");
    room.alice.emit("message");
    show("a message to the only member left, by");
})();
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
a message in a public channel is heard by: alice, bob
after alice left, by: nobody
after bob subscribed anew, by his first listener: nobody
after unbind("message"), by: bob
a message in a presence channel, emitted at alice's, by: bob
that bob left, by: alice (of bob), bob (of bob)
a message to the only member left, by: nobody
SEEN
echo 'as described'
