#!/usr/bin/env bash
# tls-sig-api-v2 1.0.2 (npm), Node 20: a room key whose validity is given as text has expired when it is made.
#
# Expected: `genPrivateMapKey(user, "300", room, privileges)` gives a key for 300 seconds, as `genUserSig(user, "300")` gives a signature for
#   300 seconds: that one is made of the number in the text, and the text is what an environment variable or a query gives.
# Found: the end of the room key is `Date.now() / 1000 + validity`. With text, `+` joins: the 300 become digits behind the fraction of a second.
#   The key inside ends in the second in which it was made, while the signature around it says 300 s, so that nothing outside shows it.
# Why it matters here: `avmarks usersig explain` shows `TLS.userbuf` as bytes; who checks a PrivateMapKey has to read its own end, too.
# Seen: the lines that this script prints. Usage: findings/npm-tls-sig-room-key-expired.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" tls-sig-api-v2@1.0.2
cat >"$folder/show.js" <<'JS'
const zlib = require("zlib");
const { Api } = require("tls-sig-api-v2");

Date.now = () => 1_795_900_000_123;
const api = new Api(1400000000, "key");
for (const validity of [300, "300"]) {
    const key = api.genPrivateMapKey("alice", validity, 10000, 255);
    const text = key.replaceAll("*", "+").replaceAll("-", "/").replaceAll("_", "=");
    const json = JSON.parse(zlib.inflateSync(Buffer.from(text, "base64")));
    const userbuf = Buffer.from(json["TLS.userbuf"], "base64");
    // A version byte, the account behind its length, the app, the room, the end: four bytes each.
    const end = userbuf.readUInt32BE(3 + "alice".length + 8);
    console.log(`${JSON.stringify(validity)}: the signature is valid for ${json["TLS.expire"]} s, the room key for ${end - json["TLS.time"]} s`);
}
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
300: the signature is valid for 300 s, the room key for 300 s
"300": the signature is valid for 300 s, the room key for 0 s
SEEN
echo 'as described'
