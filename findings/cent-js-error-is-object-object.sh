#!/usr/bin/env bash
# cent.js 6.1.0 (npm, Centrifugo's API client), Node 20: the text of each refusal is `[object Object]`, and some refusals succeed.
#
# Expected: a refused `publish` throws an error that has the server's code and text (here: 102, unknown channel). The page of the package: it
#   throws for every answer that is not a success, and for other errors. So does `pipeline` for a command of it, or it shows the command's error.
# Found: the error is made with the server's error object in the place of its text: its message is `[object Object]`, and it has no other
#   field, so that nobody can tell an unknown channel from a wrong key. In a pipeline the place of a refused command holds `undefined` and
#   nothing throws. And the HTTP status is not looked at: a gateway's answer 502 with a JSON body is the result `{}` of a call that succeeded.
# Why it matters here: a backend tries again after "limit exceeded" (106) and gives up after "unknown channel"; with this client it cannot know,
#   and its log has the same 15 characters for each. While the gateway is down, all messages to the rooms are "sent".
# Seen: the lines that this script prints. Usage: findings/cent-js-error-is-object-object.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" cent.js@6.1.0
cat >"$folder/show.js" <<'JS'
const http = require("http");
const { CentClient } = require("cent.js");

const refused = '{"error":{"code":102,"message":"unknown channel"}}';
const done = '{"result":{"offset":7,"epoch":"e"}}';
const answers = [[200, done], [200, refused], [200, `${done}\n${refused}`], [502, '{"message":"upstream is unavailable"}']];
const server = http.createServer((request, answer) => {
    const [status, body] = answers.shift();
    request.resume().on("end", () => answer.writeHead(status, { "content-type": "application/json" }).end(body));
});

async function show(name, call) {
    try {
        console.log(`${name}: result`, await call());
    } catch (error) {
        console.log(`${name}: ${error.constructor.name} "${error.message}", other fields: ${Object.keys(error).join() || "none"}`);
    }
}

server.listen(0, "127.0.0.1", async () => {
    const client = new CentClient({ url: `http://127.0.0.1:${server.address().port}/api`, apiKey: "key" });
    const params = { channel: "room:1", data: { text: "hi" } };
    await show("publish", () => client.publish(params));
    await show("publish, refused", () => client.publish(params));
    await show("pipeline, second one refused", () => client.pipeline([1, 2].map(() => ({ method: "publish", params }))));
    await show("publish, 502 of a gateway", () => client.publish(params));
    process.exit();
});
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
publish: result { offset: 7, epoch: 'e' }
publish, refused: CentException "[object Object]", other fields: none
pipeline, second one refused: result [ { offset: 7, epoch: 'e' }, undefined ]
publish, 502 of a gateway: result {}
SEEN
echo 'as described'
