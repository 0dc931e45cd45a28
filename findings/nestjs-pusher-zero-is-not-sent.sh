#!/usr/bin/env bash
# nestjs-pusher 3.0.3 (npm), Node 20: an event with the number 0 is not sent, and a part of a long event is longer than the limit it is cut for.
#
# Expected: `trigger(room, event, data)` sends the data, in parts where they are too long for one event: 9216 each by default, so that a part and
#   its frame stay below Pusher's limit of 10 kB (the package's comments write MB). Of `null` the comment on the method says that it is refused.
# Found: with the settings that the module has by default each event is sent as a part, a short one too, in an object with `id`, `index`, `chunk` and
#   `final`. Data that are 0, false, null or an empty text make no part: nothing is sent, and the call succeeds with an empty list. Parts
#   are cut by characters of JSON and then written as JSON once more, where each quote gets a backslash: the first part of a list of 400
#   members has 11121 bytes, and one of Chinese text, with three bytes a character, 18065. Pusher refuses events above 10 kB with 413.
# Why it matters here: "0 viewers" and "not muted" are the messages that a room needs most at its end, and a list of members has six quotes per
#   member. Whoever listens without the package sees parts in place of data.
# Seen: the lines that this script prints. Usage: findings/nestjs-pusher-zero-is-not-sent.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" nestjs-pusher@3.0.3 @nestjs/common@11.1.3 @nestjs/core@11.1.3 pusher@5.3.4
cat >"$folder/show.js" <<'JS'
const http = require("http");
const { PusherModule } = require("nestjs-pusher");

let events = [];
const server = http.createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part) => (body += part));
    request.on("end", () => {
        events.push(JSON.parse(body).data);
        response.end("{}");
    });
});
server.listen(0, "127.0.0.1", async () => {
    const { providers: [{ useValue: pusher }] } = PusherModule.forRoot({
        appId: "1", key: "key", secret: "secret", host: "127.0.0.1", port: server.address().port, useTLS: false,
    });
    const show = async (title, data) => {
        events = [];
        const result = await pusher.trigger("room", "event", data);
        const sent = events.map((event) => {
            const { index, chunk, final } = JSON.parse(event);
            // The id has a random length, its bytes are left out.
            const length = Buffer.byteLength(event) - JSON.parse(event).id.length;
            if (length < 200) return `${chunk} as part ${index}${final ? ", the last" : ""}`;
            return `part ${index} of ${length > 10240 ? "more" : "less"} than 10240 bytes`;
        }).sort();
        console.log(`${title}: ${sent.join("; ") || "nothing sent"}; ${result.length} answers`);
    };
    await show("5", 5);
    await show("0", 0);
    await show("false", false);
    await show("null", null);
    await show("400 members", Array.from({ length: 400 }, (_, index) => ({ id: `user${1000 + index}`, mark: 1000 })));
    await show("6000 Chinese characters", "数学课".repeat(2000));
    server.close();
    server.closeAllConnections();
});
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
5: 5 as part 0, the last; 1 answers
0: nothing sent; 0 answers
false: nothing sent; 0 answers
null: nothing sent; 0 answers
400 members: part 0 of more than 10240 bytes; part 1 of less than 10240 bytes; 2 answers
6000 Chinese characters: part 0 of more than 10240 bytes; 1 answers
SEEN
echo 'as described'
