#!/usr/bin/env bash
# @hokify/axios-rate-limit 2.0.5 (npm), Node 20: a refused call does not count, and calls that wait leave one per second, whatever the limit.
#
# Expected: with `{ maxRequests: 5, perMilliseconds: 1000 }` at most 5 calls leave in a second, whatever they are answered; of 10 calls made at
#   once five leave at once and five a second later (the page: the third of two allowed leaves one second after the first).
# Found: a call counts until it is answered well and 200 ms old (the period divided by the limit). An answer that axios takes for a failure (429, 500)
#   takes the call off the count at once, so that a loop over ten calls sends all ten within milliseconds as long as the service refuses,
#   and not while it agrees. Calls that have to wait are put off by one whole period for each call before them: the tenth leaves after five
#   seconds. So the limit 5 is a burst of 5 and then one a second. The counts are never set back at the period's end either: the
#   timer calls that method without its object.
# Why it matters here: the vendor answers too many calls with a refusal, and a limiter is there to slow a program down just then. This one opens.
#   And 500 calls that are due at once take eight minutes where 100 seconds are meant.
# Seen: the lines that this script prints, after 7 seconds. Usage: findings/axios-rate-limit-refusals-are-free.sh
#   (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @hokify/axios-rate-limit@2.0.5 axios@1.21.1
cat >"$folder/show.js" <<'JS'
const axios = require("axios");
const rateLimit = require("@hokify/axios-rate-limit").default;

function limited(status) {
    const left = [];
    // What stands for the network: it notes when a call leaves, and answers at once.
    const adapter = async (config) => {
        left.push(performance.now());
        const response = { config, status, data: {}, headers: {}, statusText: "" };
        if (status >= 400) throw new axios.AxiosError(`status ${status}`, "ERR_BAD_REQUEST", config, null, response);
        return response;
    };
    const client = rateLimit(axios.create({ adapter }), { maxRequests: 5, perMilliseconds: 1000 });
    return { call: () => client.get("/").catch(() => {}), seconds: () => left.map((time) => Math.round((time - left[0]) / 1000)) };
}

(async () => {
    for (const status of [200, 429]) {
        const { call, seconds } = limited(status);
        for (let index = 0; index < 10; index += 1) await call();
        const first = seconds().filter((second) => second === 0).length;
        console.log(`ten calls one after the other, answered ${status}: ${first === 10 ? "all" : "not all"} leave within half a second`);
    }
    const { call, seconds } = limited(200);
    await Promise.all(Array.from({ length: 10 }, call));
    console.log(`ten calls at once leave after ${seconds().join(", ")} seconds`);
})();
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
ten calls one after the other, answered 200: not all leave within half a second
ten calls one after the other, answered 429: all leave within half a second
ten calls at once leave after 0, 0, 0, 0, 0, 1, 2, 3, 4, 5 seconds
SEEN
echo 'as described'
