#!/usr/bin/env bash
# @100mslive/server-sdk 0.3.0 (npm), Node 20: the SDK's token is used for 30 seconds after its end, and asking for a short one gives the long one.
#
# Expected: `auth.getManagementToken()`, which each call of the SDK's API goes through, makes a new token a while before the old one ends (a
#   note in the package says: if it ends soon); and `getManagementToken({ validForSeconds: 60 })`, an example of its page, gives a token of 60 s.
# Found: the 30 seconds meant to be kept before the end are added to it: a token is replaced when it has been over for more than 30 s. So once
#   a day all calls of a process carry a token that has ended, for half a minute. And the options are read only where a token is made: who
#   asks for 60 s gets the one of a day that is there, or, asking first, gives the SDK a short one.
# Why it matters here: a test of a day's renewal that jumps past the end by a minute sees it work; it has to look at the end itself, as a
#   UserSig's tests have to. `avmarks send` signs anew before the end.
# Seen: the lines that this script prints. Usage: findings/hms-token-after-its-end.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @100mslive/server-sdk@0.3.0
cat >"$folder/show.js" <<'JS'
const print = (line) => process.stdout.write(`${line}\n`);
for (const name of Object.keys(console)) console[name] = () => {};
const { SDK } = require("@100mslive/server-sdk");

const start = 1_795_900_000;
let now = start;
Date.now = () => now * 1_000;
const claims = ({ token }) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
(async () => {
    const sdk = new SDK("key", "secret");
    const { exp, nbf } = claims(await sdk.auth.getManagementToken());
    print(`a token is valid for ${exp - nbf} s`);
    for (const second of [-30, -1, 0, 30, 31]) {
        now = exp + second;
        const later = claims(await sdk.auth.getManagementToken());
        print(`${second} s after its end: ${later.exp === exp ? "the same token" : "a new token"}`);
    }
    const short = claims(await sdk.auth.getManagementToken({ validForSeconds: 60 }));
    print(`asked for 60 s: a token of ${short.exp - short.nbf} s`);
    const other = new SDK("key", "secret");
    await other.auth.getManagementToken({ validForSeconds: 60 });
    const next = claims(await other.auth.getManagementToken());
    print(`asked for 60 s first: the SDK's own is one of ${next.exp - next.nbf} s`);
})();
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
a token is valid for 86400 s
-30 s after its end: the same token
-1 s after its end: the same token
0 s after its end: the same token
30 s after its end: the same token
31 s after its end: a new token
asked for 60 s: a token of 86400 s
asked for 60 s first: the SDK's own is one of 60 s
SEEN
echo 'as described'
