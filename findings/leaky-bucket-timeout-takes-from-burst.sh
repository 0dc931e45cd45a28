#!/usr/bin/env bash
# leaky-bucket 4.1.4 (npm), Node 20: a timeout of half an interval halves the burst, and one of a whole interval lets nothing wait.
#
# Expected: with `capacity: 20, interval: 2` and `timeout: 1` 20 calls go at once and the next 10 wait, as they have their turn within a second;
#   the rest is refused. The package's page: the bucket queues items as long as they can be executed within the timeout.
# Found: what is accepted is capacity × timeout ÷ interval, the burst included. Timeout 1 s: only 10 go, and none waits. 2 s: 20 go and none
#   waits, as without a timeout. 4 s: 20 go and 20 wait, the longest for two seconds, half of what was allowed. So a timeout below the
#   interval makes the bucket smaller than none at all does, and each longer one lets calls wait for an interval less than it says. A timeout
#   of 0, which the page calls the default, is taken for one second: written down, it makes a burst of 20 one of 10.
# Why it matters here: a program that sends marks with 200 calls a second and "rather wait half a second than fail" accepts 100 calls and refuses
#   the others by itself, although the service would take all of them.
# Seen: the lines that this script prints. Usage: findings/leaky-bucket-timeout-takes-from-burst.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" leaky-bucket@4.1.4
cat >"$folder/show.mjs" <<'JS'
import LeakyBucket from "leaky-bucket";

for (const timeout of [undefined, 0, 1, 2, 4, 6]) {
    const bucket = new LeakyBucket({ capacity: 20, interval: 2, timeout });
    let [atOnce, waited, refused, later] = [0, 0, 0, false];
    const calls = Array.from({ length: 100 }, () =>
        bucket.throttle().then(() => (later ? waited++ : atOnce++), () => refused++));
    setTimeout(() => (later = true), 0);
    await Promise.all(calls);
    console.log(`timeout ${timeout === undefined ? "not given" : `${timeout} s`}: ${atOnce} go at once, ${waited} wait, ${refused} are refused`);
}
process.exit();
JS
(cd "$folder" && node show.mjs) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
timeout not given: 20 go at once, 0 wait, 80 are refused
timeout 0 s: 10 go at once, 0 wait, 90 are refused
timeout 1 s: 10 go at once, 0 wait, 90 are refused
timeout 2 s: 20 go at once, 0 wait, 80 are refused
timeout 4 s: 20 go at once, 20 wait, 60 are refused
timeout 6 s: 20 go at once, 40 wait, 40 are refused
SEEN
echo 'as described'
