#!/usr/bin/env bash
# limits 5.8.0 and throttled-py 3.5.0 (PyPI), Python 3.11: a call that is refused as too costly uses up what is left for the smaller ones.
#
# Expected: of ten units a minute a call of 8 passes, one of 5 is refused, and one of 2 passes, since two units are left: what was refused has no effect.
#   throttled-py's page shows this (60 refused, 59 remain), with its token bucket. A call of 11 is refused, and one of 10 passes.
# Found: it depends on the strategy of the same package. The fixed windows of both add the cost first and compare then, so that after a refusal nothing
#   passes until the window's end, and `remaining` is 0. throttled-py's sliding window does so only with the first call of a window, like the one of
#   11 here. The moving window and the sliding counter of limits, throttled-py's buckets and its GCRA keep what is left.
# Why it matters here: calls cost differently (one that marks 500 members, one that marks one). A large call that comes too early keeps all small ones
#   from passing for the rest of the minute, and a program that tries the large one again in each window starves the others for good.
# Seen: the lines that this script prints. Usage: findings/limiters-refused-cost-is-spent.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check limits==5.8.0 throttled-py==3.5.0
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter, SlidingWindowCounterRateLimiter
from throttled import Throttled

# Not across the end of a minute, where fixed windows begin.
if time.time() % 60 > 50:
    time.sleep(11)


def show(name, passes):
    lines = []
    for key, costs in (("first", (8, 5, 2)), ("second", (11, 10))):
        lines.append(", ".join(f"{cost} {'passes' if passes(key, cost) else 'is refused'}" for cost in costs))
    print(f"{name}: {'; '.join(lines)}")


for strategy in (FixedWindowRateLimiter, MovingWindowRateLimiter, SlidingWindowCounterRateLimiter):
    limiter = strategy(MemoryStorage())
    show(f"limits, {strategy.__name__}", lambda key, cost: limiter.hit(RateLimitItemPerMinute(10), key, cost=cost))
for algorithm in ("fixed_window", "sliding_window", "token_bucket", "leaking_bucket", "gcra"):
    throttled = Throttled(using=algorithm, quota="10/m")
    show(f"throttled-py, {algorithm}", lambda key, cost: not throttled.limit(f"{algorithm} {key}", cost).limited)
PY
diff "$folder/seen" - <<'SEEN'
limits, FixedWindowRateLimiter: 8 passes, 5 is refused, 2 is refused; 11 is refused, 10 is refused
limits, MovingWindowRateLimiter: 8 passes, 5 is refused, 2 passes; 11 is refused, 10 passes
limits, SlidingWindowCounterRateLimiter: 8 passes, 5 is refused, 2 passes; 11 is refused, 10 passes
throttled-py, fixed_window: 8 passes, 5 is refused, 2 is refused; 11 is refused, 10 is refused
throttled-py, sliding_window: 8 passes, 5 is refused, 2 passes; 11 is refused, 10 is refused
throttled-py, token_bucket: 8 passes, 5 is refused, 2 passes; 11 is refused, 10 passes
throttled-py, leaking_bucket: 8 passes, 5 is refused, 2 passes; 11 is refused, 10 passes
throttled-py, gcra: 8 passes, 5 is refused, 2 passes; 11 is refused, 10 passes
SEEN
echo 'as described'
