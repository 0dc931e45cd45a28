#!/usr/bin/env bash
# promise-throttle 1.1.2 (npm), Node 20: a heavy action is followed at once by the next one; its weight delays itself, not its successors.
#
# Expected: with `requestsPerSecond: 4` an action of weight 5 is "throttled as" five regular actions (the package's page): what comes
#   after it waits for 1,250 ms, as after five of them.
# Found: the weight is waited for before the action, the successor waits for its own weight only. So the first heavy action of a process starts
#   at once and the next light one follows after 250 ms, not after 1,250: six units are used in a quarter of a second, where four a second are
#   allowed. In the other order the heavy one is late, without need.
# Why it matters here: calls whose cost differs (one that marks a hundred members, one that marks one) are what weights are for. The
#   sum over a long time is right, and any single second after a pause can have twice what is allowed.
# Seen: the lines that this script prints. Usage: findings/promise-throttle-weight-is-waited-before.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" promise-throttle@1.1.2
cat >"$folder/show.js" <<'JS'
const { mock } = require("node:test");
const PromiseThrottle = require("promise-throttle");

// A clock of its own, so that a busy machine changes nothing.
mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_000_000_000 });

async function gaps(name, weights) {
    const throttle = new PromiseThrottle({ requestsPerSecond: 4, promiseImplementation: Promise });
    const starts = [];
    for (const weight of weights) throttle.add(async () => starts.push(Date.now()), { weight });
    while (starts.length < weights.length) {
        mock.timers.tick(10);
        await new Promise(setImmediate);
    }
    console.log(`${name}: ms between the starts: ${starts.slice(1).map((start, index) => start - starts[index]).join(", ")}`);
}

(async () => {
    await gaps("five light, then light", [1, 1, 1, 1, 1, 1]);
    await gaps("heavy (5), then light", [5, 1, 1]);
    await gaps("light, then heavy (5), then light", [1, 5, 1]);
})();
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
five light, then light: ms between the starts: 250, 250, 250, 250, 250
heavy (5), then light: ms between the starts: 250, 250
light, then heavy (5), then light: ms between the starts: 1250, 250
SEEN
echo 'as described'
