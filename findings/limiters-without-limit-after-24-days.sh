#!/usr/bin/env bash
# p-throttle 8.1.1, p-queue 9.3.5, bottleneck 2.19.5, rate-limiter-flexible 11.4.0, axios-rate-limit 1.9.0, async-sema 3.1.1, fast-ratelimit 3.0.1,
# @d-fischer/rate-limiter 1.1.0 (npm), Node 20: a limit for 30 days is none, one for a day holds.
#
# Expected: two calls in a window of 30 days are two, at least with the packages that are well kept: a window is a number of milliseconds without
#   another bound in their pages, and p-queue checks that it is finite.
# Found: each of them gives its window to `setTimeout`, which waits for 2^31-1 ms at most (24.8 days); a longer one is over after 1 ms. So the
#   window ends at once, always anew, and all calls pass; Node writes a warning on stderr. p-throttle and bottleneck give each call its own wait:
#   there a call goes at once as soon as its turn is more than 24.8 days away, before those that wait for less, whatever the window.
#   p-queue's `strict` mode, limiter 4.1.0 and leaky-bucket 4.1.4, which look at a clock, hold.
# Why it matters here: what a package of a live-room service includes is counted by the month, and an account is reminded once in 30 days. Tests take a
#   short window and are right; the real one has no limit from its first second on.
# Seen: the lines that this script prints. Usage: findings/limiters-without-limit-after-24-days.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" p-throttle@8.1.1 p-queue@9.3.5 bottleneck@2.19.5 rate-limiter-flexible@11.4.0 \
    axios@1.21.1 axios-rate-limit@1.9.0 async-sema@3.1.1 fast-ratelimit@3.0.1 @d-fischer/rate-limiter@1.1.0 limiter@4.1.0 leaky-bucket@4.1.4
cat >"$folder/show.mjs" <<'JS'
import { TimeBasedRateLimiter } from "@d-fischer/rate-limiter";
import { RateLimit } from "async-sema";
import axios from "axios";
import axiosRateLimit from "axios-rate-limit";
import Bottleneck from "bottleneck";
import fastRateLimit from "fast-ratelimit";
import LeakyBucket from "leaky-bucket";
import { RateLimiter } from "limiter";
import PQueue from "p-queue";
import pThrottle from "p-throttle";
import flexible from "rate-limiter-flexible";

const makers = {
    "p-throttle": (interval) => pThrottle({ limit: 2, interval })((call) => call()),
    "p-queue": (interval) => {
        const queue = new PQueue({ intervalCap: 2, interval });
        return (call) => queue.add(call);
    },
    "p-queue, strict": (interval) => {
        const queue = new PQueue({ intervalCap: 2, interval, strict: true });
        return (call) => queue.add(call);
    },
    "bottleneck, minTime": (interval) => {
        const limiter = new Bottleneck({ minTime: interval / 2 });
        return (call) => limiter.schedule(async () => call());
    },
    "rate-limiter-flexible": (interval) => {
        const limiter = new flexible.RateLimiterMemory({ points: 2, duration: interval / 1_000 });
        return async (call) => {
            await limiter.consume("app");
            call();
        };
    },
    "axios-rate-limit": (interval) => {
        const adapter = async (config) => ({ data: config.call(), status: 200, headers: {}, config });
        const client = (axiosRateLimit.default ?? axiosRateLimit)(axios.create({ adapter }), { limits: [{ maxRequests: 2, duration: interval }] });
        return (call) => client.get("http://rooms.invalid/", { call });
    },
    "async-sema": (interval) => {
        const limit = RateLimit(2, { timeUnit: interval });
        return async (call) => {
            await limit();
            call();
        };
    },
    "fast-ratelimit": (interval) => {
        const limiter = new fastRateLimit.FastRateLimit({ threshold: 2, ttl: interval / 1_000 });
        return async (call) => {
            await limiter.consume("app");
            call();
        };
    },
    "@d-fischer/rate-limiter": (interval) => {
        const limiter = new TimeBasedRateLimiter({
            bucketSize: 2, timeFrame: interval, logger: { minLevel: "critical" }, doRequest: async (call) => call(),
        });
        return (call) => limiter.request(call);
    },
    limiter: (interval) => {
        const limiter = new RateLimiter({ tokensPerInterval: 2, interval });
        return async (call) => {
            await limiter.removeTokens(1);
            call();
        };
    },
    "leaky-bucket": (interval) => {
        const bucket = new LeakyBucket({ capacity: 2, interval: interval / 1_000, timeout: interval });
        return async (call) => {
            await bucket.throttle();
            call();
        };
    },
};
const day = 86_400_000;
const pause = (time) => new Promise((done) => setTimeout(done, time));

async function passed(limited) {
    let count = 0;
    for (let number = 0; number < 10; number++) {
        limited(() => count++)?.catch(() => {});
        await pause(50);
    }
    await pause(200);
    return count;
}

console.log("two calls in 1 day, 20 days, 30 days");
for (const [name, make] of Object.entries(makers)) {
    const counts = await Promise.all([1, 20, 30].map((days) => passed(make(days * day))));
    console.log(`${name}: of 10 calls pass ${counts.join(", ")}`);
}
process.exit();
JS
(cd "$folder" && node --no-warnings show.mjs) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
two calls in 1 day, 20 days, 30 days
p-throttle: of 10 calls pass 2, 8, 10
p-queue: of 10 calls pass 2, 2, 10
p-queue, strict: of 10 calls pass 2, 2, 2
bottleneck, minTime: of 10 calls pass 1, 8, 9
rate-limiter-flexible: of 10 calls pass 2, 2, 10
axios-rate-limit: of 10 calls pass 2, 2, 10
async-sema: of 10 calls pass 2, 2, 10
fast-ratelimit: of 10 calls pass 2, 2, 10
@d-fischer/rate-limiter: of 10 calls pass 2, 2, 10
limiter: of 10 calls pass 2, 2, 2
leaky-bucket: of 10 calls pass 2, 2, 2
SEEN
echo 'as described'
