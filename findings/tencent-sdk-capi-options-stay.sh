#!/usr/bin/env bash
# @tencent-sdk/capi 2.0.3 (npm), Node 20: the options of one request are those of all requests after it.
#
# Expected: `client.request(data, { host, method })` has these options for this call, and the next call those of the constructor: the page of
#   the package gives them as options "for request method" beside those of the client.
# Found: the call's options are written into the client's own. One call to another host, and all later ones without any option go there too.
#   With `method: "GET"` and the signature of version 3 the request is sent as a POST and signed as a GET,
#   which every server refuses; and after one such call, all later ones are refused as well.
# Why it matters here: one client for TRTC's calls in two regions, or one call of a test to an emulator, moves all that follows to the other
#   address, with the real keys' signature; calls in parallel take one another's options. Only a new client for each call is safe.
# Seen: the lines that this script prints. Usage: findings/tencent-sdk-capi-options-stay.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @tencent-sdk/capi@2.0.3
cat >"$folder/show.js" <<'JS'
const { createHash, createHmac } = require("crypto");
const http = require("http");
const { Capi } = require("@tencent-sdk/capi");

const hash = (text) => createHash("sha256").update(text).digest("hex");
const mac = (key, text) => createHmac("sha256", key).update(text).digest();

// Which method the signature of version 3 was made for.
function signedFor({ url, headers }, body) {
    const match = /SignedHeaders=([^,]+), Signature=(.*)/.exec(headers.authorization ?? "");
    const date = new Date(headers["x-tc-timestamp"] * 1_000).toISOString().slice(0, 10);
    const key = mac(mac(mac("TC3key", date), "trtc"), "tc3_request");
    const signed = match[1].split(";").map((name) => `${name}:${headers[name]}\n`).join("");
    const found = ["GET", "POST"].find((method) => {
        const request = [method, url, "", signed, match[1], hash(body)].join("\n");
        const text = ["TC3-HMAC-SHA256", headers["x-tc-timestamp"], `${date}/trtc/tc3_request`, hash(request)].join("\n");
        return mac(key, text).toString("hex") === match[2];
    });
    return `signed as ${found}`;
}

function serve(name) {
    return new Promise((ready) => {
        const server = http.createServer((request, answer) => {
            const parts = [];
            request.on("data", (part) => parts.push(part)).on("end", () => {
                console.log(`  ${name}: ${request.method} ${request.url}, ${signedFor(request, Buffer.concat(parts))}`);
                answer.setHeader("content-type", "application/json");
                answer.end('{"Response":{"RequestId":"1"}}');
            });
        });
        server.listen(0, "127.0.0.1", () => ready(`127.0.0.1:${server.address().port}`));
    });
}

(async () => {
    const [first, second] = [await serve("first host"), await serve("second host")];
    const client = () => new Capi({
        region: "ap-guangzhou", secretId: "id", secretKey: "key", serviceType: "trtc", protocol: "http", host: first,
    });
    const call = { Action: "DismissRoom", Version: "2019-07-22", SdkAppId: 1400000000, RoomId: 7 };
    for (const own of [{ host: second }, { method: "GET" }]) {
        const one = client();
        for (const options of [{}, own, {}]) {
            console.log(`options of the call: ${Object.keys(options)[0] ?? "none"}`);
            await one.request(call, options, true);
        }
    }
    process.exit();
})();
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
options of the call: none
  first host: POST /, signed as POST
options of the call: host
  second host: POST /, signed as POST
options of the call: none
  second host: POST /, signed as POST
options of the call: none
  first host: POST /, signed as POST
options of the call: method
  first host: POST /, signed as GET
options of the call: none
  first host: POST /, signed as GET
SEEN
echo 'as described'
