#!/usr/bin/env bash
# fetch-throttle 0.1.0 (npm), Node 20: once calls have to wait, a caller gets the answer of another one's call, or none at all.
#
# Expected: `throttle(call, 2, 200)` makes at most two calls in 200 ms, and each promise that it gives has the result of its own call, as the
#   package's page says ("a Promise whose value is the result of the wrapped function"). So six calls in a row take three rounds.
# Found: the number of calls is kept, and only the first round is right. Where a round starts more than one waiting call, all of them share
#   one variable for the promise to settle: the first one's result goes to the last caller, and the promises of the others stay open for ever.
# Why it matters here: whoever asks for the state of 300 rooms below a limit of 200 a second gets, from the second round on, one room's answer in
#   the place of another's; every answer is a good one by itself. A test with fewer calls than the limit sees nothing.
# Seen: the lines that this script prints. Usage: findings/fetch-throttle-answers-mixed.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" fetch-throttle@0.1.0
cat >"$folder/show.js" <<'JS'
const throttle = require("fetch-throttle");

const made = [];
const ask = throttle(async (room) => {
    made.push(room);
    return `members of ${room}`;
}, 2, 200);
const open = new Promise((resolve) => setTimeout(resolve, 3_000, "still open after 3 s, five times what all the calls take"));
(async () => {
    const rooms = [1, 2, 3, 4, 5, 6].map((number) => `room ${number}`);
    const results = await Promise.all(rooms.map((room) => Promise.race([ask(room), open])));
    console.log(`calls made: ${made.join(", ")}`);
    rooms.forEach((room, index) => console.log(`asked for ${room}: ${results[index]}`));
})();
JS
(cd "$folder" && node show.js) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
calls made: room 1, room 2, room 3, room 4, room 5, room 6
asked for room 1: members of room 1
asked for room 2: members of room 2
asked for room 3: still open after 3 s, five times what all the calls take
asked for room 4: members of room 3
asked for room 5: still open after 3 s, five times what all the calls take
asked for room 6: members of room 5
SEEN
echo 'as described'
