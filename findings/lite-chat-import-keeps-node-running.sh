#!/usr/bin/env bash
# @tencentcloud/lite-chat 4.2.1 (npm), Node 20: a program that only imports it does not end.
#
# Expected: importing the vendor's web SDK starts nothing before `create`: with the fuller packages `@tencentcloud/chat` 3.6.6 and
#   `tim-js-sdk` 2.27.6, a script that imports them and does nothing more ends at once.
# Found: the import of `lite-chat` alone starts a timer that repeats and is never given back, so that Node waits for it without end. A test
#   runner, a build step or a type check that imports the package has to call `process.exit`.
# Why it matters here: this package is the source of `gap:list-marks` (it reads `Marks` from the items of the online list); who looks at its
#   constants from a script sees the script hang.
# Seen: the lines that this script prints. Usage: findings/lite-chat-import-keeps-node-running.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @tencentcloud/lite-chat@4.2.1 @tencentcloud/chat@3.6.6 tim-js-sdk@2.27.6
cat >"$folder/show.js" <<'JS'
const name = process.argv[2];
console.log = () => {};
require(name);
const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
const atOnce = timers();
// The timer of these five seconds counts as one of those that are active while it runs.
setTimeout(() => {
    process.stdout.write(`${name}: ${atOnce} timers after the import, ${timers() - 1} five seconds later\n`, () => process.exit());
}, 5_000);
JS
for package in @tencentcloud/lite-chat @tencentcloud/chat tim-js-sdk; do (cd "$folder" && node show.js "$package"); done | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
@tencentcloud/lite-chat: 1 timers after the import, 1 five seconds later
@tencentcloud/chat: 0 timers after the import, 0 five seconds later
tim-js-sdk: 0 timers after the import, 0 five seconds later
SEEN
echo 'as described'
