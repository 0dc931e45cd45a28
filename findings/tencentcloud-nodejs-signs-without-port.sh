#!/usr/bin/env bash
# tencentcloud-sdk-nodejs-common 4.1.220 (npm), Node 20: with a port in the endpoint each signature is for another host than the request's.
#
# Expected: a client for the endpoint `127.0.0.1:PORT` sends requests whose signature (TC3-HMAC-SHA256) a server can check: the signed headers are
#   `content-type` and `host`, so they are taken as they are sent. The vendor's smaller package, @tencent-sdk/capi 2.0.3, does so.
# Found: the request has `Host: 127.0.0.1:PORT`, and signed is `host:127.0.0.1`. A server that computes the signature from the headers that it
#   got refuses every call of this SDK, by POST and by GET; on the usual ports, where the header has none, all is right.
# Why it matters here: the SDK's calls for TRTC's rooms go to an emulator or a recording proxy on a port of its own, which checks signatures; the answer
#   `AuthFailure.SignatureFailure` looks like a wrong key. The way out is port 443 or 80, or a server that knows of both forms.
# Seen: the lines that this script prints. Usage: findings/tencentcloud-nodejs-signs-without-port.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" tencentcloud-sdk-nodejs-common@4.1.220 @tencent-sdk/capi@2.0.3
cat >"$folder/show.js" <<'JS'
const { createHash, createHmac } = require("crypto");
const http = require("http");
const { Capi } = require("@tencent-sdk/capi");
const { CommonClient } = require("tencentcloud-sdk-nodejs-common");

const hash = (text) => createHash("sha256").update(text).digest("hex");
const mac = (key, text) => createHmac("sha256", key).update(text).digest();

function signature({ method, url, headers }, body, host) {
    const [, date, service, signed] = /Credential=id\/([^/]+)\/([^/]+)\/tc3_request, SignedHeaders=([^,]+)/.exec(headers.authorization);
    const values = { ...headers, host };
    const lines = signed.split(";").map((name) => `${name}:${values[name]}\n`).join("");
    const [path, query = ""] = url.split("?");
    const request = [method, path, query, lines, signed, hash(body)].join("\n");
    const text = ["TC3-HMAC-SHA256", headers["x-tc-timestamp"], `${date}/${service}/tc3_request`, hash(request)].join("\n");
    return mac(mac(mac(mac("TC3key", date), service), "tc3_request"), text).toString("hex");
}

let name;
const server = http.createServer((request, answer) => {
    const parts = [];
    request.on("data", (part) => parts.push(part)).on("end", () => {
        const body = Buffer.concat(parts);
        const { host } = request.headers;
        const [full, bare] = [host, host.split(":")[0]].map((value) => request.headers.authorization.endsWith(signature(request, body, value)));
        console.log(`${name}: right for the host that was sent: ${full}; for the host without its port: ${bare}`);
        answer.setHeader("content-type", "application/json");
        answer.end('{"Response":{"RequestId":"1"}}');
    });
});

server.listen(0, "127.0.0.1", async () => {
    const host = `127.0.0.1:${server.address().port}`;
    const data = { SdkAppId: 1400000000, RoomId: 7 };
    for (const reqMethod of ["POST", "GET"]) {
        name = `tencentcloud-sdk-nodejs-common, ${reqMethod}`;
        const client = new CommonClient(host, "2019-07-22", {
            credential: { secretId: "id", secretKey: "key" }, region: "ap-guangzhou", profile: { httpProfile: { protocol: "http://", reqMethod } },
        });
        await client.request("DismissRoom", data);
    }
    name = "@tencent-sdk/capi, POST";
    const client = new Capi({ region: "ap-guangzhou", secretId: "id", secretKey: "key", serviceType: "trtc", protocol: "http", host });
    await client.request({ Action: "DismissRoom", Version: "2019-07-22", ...data }, {}, true);
    process.exit();
});
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
tencentcloud-sdk-nodejs-common, POST: right for the host that was sent: false; for the host without its port: true
tencentcloud-sdk-nodejs-common, GET: right for the host that was sent: false; for the host without its port: true
@tencent-sdk/capi, POST: right for the host that was sent: true; for the host without its port: false
SEEN
echo 'as described'
