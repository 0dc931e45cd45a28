#!/usr/bin/env bash
# @d-fischer/rate-limiter 1.1.0 (npm), Node 20: with a limit of 2 to 9 the queue stands still, and `resume` lets one request go.
#
# Expected: `ResponseBasedRateLimiter` sends what is queued as long as the answers say that calls remain, and goes on after one that failed.
#   `TimeBasedRateLimiter` with four in 10 s sends up to four queued requests on `resume`, in order.
# Found: the response-based one takes at most a tenth of the limit from its queue at once, and a tenth of 9 is less than one, so none: after the first
#   answer the queue stands still, also after the reset. A later request is sent at once and does not wake it. One that throws stops the queue too,
#   until the next request comes, which overtakes it. The time-based one sends a single request on `resume`, though the bucket is empty,
#   and the next one when that one leaves the bucket; new requests overtake.
# Why it matters here: calls to a chat service are paced with such a queue. With a limit of 5 a second for a command that marks members
#   the second of two calls in a row is not sent: its promise stays open and nothing fails.
# Seen: the lines that this script prints. Usage: findings/d-fischer-rate-limiter-small-limits-stop.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @d-fischer/rate-limiter@1.1.0
cat >"$folder/show.js" <<'JS'
const { mock } = require("node:test");
const { ResponseBasedRateLimiter, TimeBasedRateLimiter } = require("@d-fischer/rate-limiter");

// A clock of its own, so that a busy machine changes nothing.
mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_000_000_000 });

const logger = { minLevel: 0 };
const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
};

class ByResponse extends ResponseBasedRateLimiter {
    constructor(send, limit) {
        super({ logger });
        Object.assign(this, { send, limit, remaining: limit, resetsAt: Date.now() + 5_000 });
    }
    async doRequest(name) {
        this.send(name);
        this.remaining -= 1;
        if (name === "fails") throw new Error("refused");
    }
    needsToRetryAfter() {
        return null;
    }
    getParametersFromResponse() {
        return { limit: this.limit, remaining: this.remaining, resetsAt: this.resetsAt };
    }
}
const byResponse = (limit) => (send) => new ByResponse(send, limit);
const byTime = (send) => new TimeBasedRateLimiter({ bucketSize: 4, timeFrame: 10_000, logger, doRequest: async (name) => send(name) });

// `plan` has what happens at which second.
async function show(title, make, plan) {
    const sent = [];
    const start = Date.now();
    const limiter = make((name) => sent.push(`${name} at ${(Date.now() - start) / 1_000}`));
    const add = (...names) => names.forEach((name) => limiter.request(name).catch(() => {}));
    for (let second = 0; second <= 30; second += 1) {
        plan[second]?.(limiter, add);
        await settle();
        mock.timers.tick(1_000);
        await settle();
    }
    console.log(`${title}: ${sent.join(", ")}`);
}

(async () => {
    const three = (_, add) => add("a", "b", "c");
    const late = (_, add) => add("late");
    await show("limit 10 by response", byResponse(10), { 0: three, 20: late });
    await show("limit 9 by response", byResponse(9), { 0: three, 20: late });
    await show("limit 5 by response", byResponse(5), { 0: three, 20: late });
    await show("limit 2 by response", byResponse(2), { 0: three, 20: late });
    await show("limit 10, the first one fails", byResponse(10), { 0: (_, add) => add("fails", "b", "c"), 20: late });
    const start = (_, add) => add("a", "b", "c", "d", "e", "f");
    await show("4 in 10 s", byTime, { 0: start });
    await show("4 in 10 s, paused until 2", byTime, {
        0: (limiter, add) => {
            limiter.pause();
            add("a", "b", "c", "d");
        },
        2: (limiter) => limiter.resume(),
        4: late,
    });
})();
JS
(cd "$folder" && node --no-warnings show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
limit 10 by response: a at 0, b at 0, c at 0, late at 20
limit 9 by response: a at 0, late at 20
limit 5 by response: a at 0, late at 20
limit 2 by response: a at 0, late at 20
limit 10, the first one fails: fails at 0, late at 20, b at 20, c at 20
4 in 10 s: a at 0, b at 0, c at 0, d at 0, e at 10, f at 10
4 in 10 s, paused until 2: a at 2, late at 4, b at 12, c at 14, d at 22
SEEN
echo 'as described'
