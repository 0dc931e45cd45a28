#!/usr/bin/env bash
# ratelimit-header-parser 0.1.0 with express-rate-limit 8.7.4 (npm), Node 20: of the newest form of the headers, all numbers are read as NaN.
#
# Expected: the parser comes from the makers of express-rate-limit and reads what that sends: the forms that it offers as `draft-6`, `draft-7` and
#   `draft-8`, and the older `X-RateLimit-*`; and where it knows nothing of a form, it gives undefined, as its page says.
# Found: `draft-8` gives an object whose `limit`, `used` and `remaining` are NaN and whose `reset` is an invalid date. NaN is neither 0 nor below it: a client
#   that waits when `remaining < 1` never waits. A plain object with the names as servers write them (`RateLimit-Limit`) gives undefined, the same
#   in lower case is read; and a reset in milliseconds since 1970 is taken for seconds, for the beginning of 2027 a date in the year 58970.
# Why it matters here: this is how a client of a REST API with a limit per second learns when to wait. The server's update to the newer form, a change
#   of one option, turns the waiting off, and the refusals begin.
# Seen: the lines that this script prints. Usage: findings/ratelimit-header-parser-draft-8.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" ratelimit-header-parser@0.1.0 express-rate-limit@8.7.4 express@5.3.0
cat >"$folder/show.mjs" <<'JS'
import express from "express";
import { rateLimit } from "express-rate-limit";
import { parseRateLimit } from "ratelimit-header-parser";

function show(name, headers) {
    const read = parseRateLimit(headers);
    const text = read && `limit ${read.limit}, used ${read.used}, remaining ${read.remaining}, waits: ${read.remaining < 1}, reset is a date: ${!isNaN(read.reset)}`;
    console.log(`${name}: ${text}`);
    return read;
}

const app = express();
for (const form of ["draft-6", "draft-7", "draft-8"]) {
    app.get(`/${form}`, rateLimit({ windowMs: 1_000, limit: 1, standardHeaders: form, legacyHeaders: false }), (_, answer) => answer.send("done"));
}
app.get("/older", rateLimit({ windowMs: 1_000, limit: 1, standardHeaders: false, legacyHeaders: true }), (_, answer) => answer.send("done"));
const server = app.listen(0, "127.0.0.1", async () => {
    for (const form of ["older", "draft-6", "draft-7", "draft-8"]) {
        const answer = await fetch(`http://127.0.0.1:${server.address().port}/${form}`);
        show(form, answer);
    }
    show("object, lower case", { "ratelimit-limit": "200", "ratelimit-remaining": "0", "ratelimit-reset": "1" });
    show("object, as written", { "RateLimit-Limit": "200", "RateLimit-Remaining": "0", "RateLimit-Reset": "1" });
    const later = { "x-ratelimit-limit": "200", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Date.UTC(2027, 0, 1)) };
    console.log(`reset 2027-01-01 in milliseconds: in the year ${Math.floor(parseRateLimit(later).reset.getTime() / 31_556_952_000) + 1970}`);
    server.close();
});
JS
(cd "$folder" && node show.mjs) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
older: limit 1, used 1, remaining 0, waits: true, reset is a date: true
draft-6: limit 1, used 1, remaining 0, waits: true, reset is a date: true
draft-7: limit 1, used 1, remaining 0, waits: true, reset is a date: true
draft-8: limit NaN, used NaN, remaining NaN, waits: false, reset is a date: false
object, lower case: limit 200, used 200, remaining 0, waits: true, reset is a date: true
object, as written: undefined
reset 2027-01-01 in milliseconds: in the year 58970
SEEN
echo 'as described'
