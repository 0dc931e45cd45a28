#!/usr/bin/env bash
# rate-limit-threshold 0.2.1 (npm), Node 20: calls that wait for the limit all leave in the same moment.
#
# Expected: `new RateLimitThreshold(5, 1)` lets five calls pass in a second (its page: no more requests than allowed within the period). Of 23 calls
#   that ask at once, five pass in each second, and the last ones after four seconds. `limit()` returns how long it waited.
# Found: a call is noted when it leaves, not when it begins to wait. All 18 that find the limit used up compute the same delay, the age of the
#   oldest of five calls, and leave together a second later, more than three times what is allowed. Calls that are made one after the other
#   keep the limit, which is how the package's page uses it.
# Why it matters here: a batch is written as `Promise.all` over the rooms, each of which waits for the limiter. The first second is right, a short test
#   with ten calls too; the second one is answered with "too many calls".
# Seen: the lines that this script prints, after 5 seconds. Usage: findings/rate-limit-threshold-waiting-calls-go-together.sh
#   (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" rate-limit-threshold@0.2.1
cat >"$folder/show.mjs" <<'JS'
import { RateLimitThreshold } from "rate-limit-threshold";

const limiter = new RateLimitThreshold(5, 1);
async function show(title, calls) {
    const start = performance.now();
    const left = {};
    await calls(async () => {
        await limiter.limit();
        const second = Math.round((performance.now() - start) / 1000);
        left[second] = (left[second] ?? 0) + 1;
    });
    console.log(`${title}: ${Object.entries(left).map(([second, count]) => `${count} after ${second} s`).join(", ")}`);
}
await show("10 calls at once", (call) => Promise.all(Array.from({ length: 10 }, call)));
await new Promise((resolve) => setTimeout(resolve, 1500));
await show("23 calls at once", (call) => Promise.all(Array.from({ length: 23 }, call)));
await new Promise((resolve) => setTimeout(resolve, 1500));
await show("10 calls one after the other", async (call) => {
    for (let index = 0; index < 10; index += 1) await call();
});
JS
(cd "$folder" && node show.mjs) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
10 calls at once: 5 after 0 s, 5 after 1 s
23 calls at once: 5 after 0 s, 18 after 1 s
10 calls one after the other: 5 after 0 s, 5 after 1 s
SEEN
echo 'as described'
