#!/usr/bin/env bash
# tls-sig-api-v2 1.0.2 (npm), Node 20: the room key of an account with Chinese characters names another account.
#
# Expected: `genPrivateMapKey("老师10", …)` puts the account's UTF-8 bytes (8) behind their count, since the bytes of the key are read by a
#   service that knows no JavaScript strings, and since `genUserSig("老师10")` of the same package makes a signature of these bytes.
# Found: the count is the number of UTF-16 units (4), and each unit is written into one byte, so that its upper half is lost: the key holds
#   the bytes 01 08 31 30. The signature around the key has the right account, and nothing fails where the key is made.
# Why it matters here: apps with Chinese accounts work in rooms (`avmarks usersig sign` makes signatures for them); with the room permissions
#   switched on, the key names nobody of the app. Who checks such a key has to read the account inside it, too.
# Seen: the lines that this script prints. Usage: findings/npm-tls-sig-room-key-chinese-account.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" tls-sig-api-v2@1.0.2
cat >"$folder/show.js" <<'JS'
const zlib = require("zlib");
const { Api } = require("tls-sig-api-v2");

const api = new Api(1400000000, "key");
const read = (signature) =>
    JSON.parse(zlib.inflateSync(Buffer.from(signature.replaceAll("*", "+").replaceAll("-", "/").replaceAll("_", "="), "base64")));
for (const account of ["teacher10", "老师10"]) {
    const room = read(api.genPrivateMapKey(account, 300, 10000, 255));
    const text = read(api.genPrivateMapKeyWithStringRoomID(account, 300, "room", 255));
    // A version byte, the count of the account's bytes in two, the account.
    const inside = (key) => {
        const userbuf = Buffer.from(key["TLS.userbuf"], "base64");
        return userbuf.subarray(3, 3 + userbuf.readUInt16BE(1)).toString("hex");
    };
    console.log(`${room["TLS.identifier"]}: its bytes are ${Buffer.from(account).toString("hex")}, the key for a number has ${inside(room)}, the key for text ${inside(text)}`);
}
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
teacher10: its bytes are 746561636865723130, the key for a number has 746561636865723130, the key for text 746561636865723130
老师10: its bytes are e88081e5b8883130, the key for a number has 01083130, the key for text 01083130
SEEN
echo 'as described'
