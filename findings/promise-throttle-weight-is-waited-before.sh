#!/usr/bin/env bash
# promise-throttle 1.1.2 (npm), Node 20: a heavy action is followed at once by the next one; its weight delays itself, not its successors.
#
# Expected: with `requestsPerSecond: 10` an action of weight 5 is "throttled as" five regular actions (the package's page): what comes
#   after it waits for 500 ms, as after five of them.
# Found: the weight is waited for before the action, the successor waits for its own weight only. So the first heavy action of a process starts
#   at once and the next light one follows after 100 ms, not after 500: six units are used in a tenth of a second, where ten a second are
#   allowed. In the other order the heavy one is late, without need.
# Why it matters here: calls whose cost differs (one that marks a hundred members, one that marks one) are what weights are for. The
#   sum over a long time is right, and any single second after a pause can have twice what is allowed.
# Seen: the lines that this script prints. Usage: findings/promise-throttle-weight-is-waited-before.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" promise-throttle@1.1.2
cat >"$folder/show.js" <<'JS'
const PromiseThrottle = require("promise-throttle");

async function gaps(name, weights) {
    const throttle = new PromiseThrottle({ requestsPerSecond: 10, promiseImplementation: Promise });
    const starts = await Promise.all(weights.map((weight) => throttle.add(async () => performance.now(), { weight })));
    // In slots of 100 ms: a timer is late by a part of one.
    const slots = starts.slice(1).map((start, index) => Math.floor((start - starts[index]) / 97));
    console.log(`${name}: slots between the starts: ${slots.join(", ")}`);
}

(async () => {
    await gaps("five light, then light", [1, 1, 1, 1, 1, 1]);
    await gaps("heavy (5), then light", [5, 1, 1]);
    await gaps("light, then heavy (5), then light", [1, 5, 1]);
})();
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
five light, then light: slots between the starts: 1, 1, 1, 1, 1
heavy (5), then light: slots between the starts: 1, 1
light, then heavy (5), then light: slots between the starts: 5, 1
SEEN
echo 'as described'
