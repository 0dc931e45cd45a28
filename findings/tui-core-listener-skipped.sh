#!/usr/bin/env bash
# @tencentcloud/tui-core 2.5.1 (npm), Node 20: a listener that takes itself off while it is told keeps the next one from being told.
#
# Expected: `TUICore.notifyEvent` tells all that were registered when it was called. A listener for one event that unregisters itself
#   (wait for the login, then stop) changes nothing for the others: Node's `EventEmitter` and the browsers' `EventTarget` promise that.
# Found: the listeners are told from the list that `unregisterEvent` changes. The one behind the listener that left moves into its place and
#   is skipped, for this event; the next event reaches it. Which one is skipped depends on the order of registration.
# Why it matters here: the package hands out the login's events for all parts of an app (`TUILogin.EVENT.LOGIN_STATE_CHANGED`). A part that
#   is told of no login shows an empty room, once, and not when it is tested alone.
# Seen: the lines that this script prints. Usage: findings/tui-core-listener-skipped.sh    (needs Node 20 and the npm registry)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @tencentcloud/tui-core@2.5.1 @tencentcloud/chat@3.6.6 tim-upload-plugin@1.4.3 \
    tim-profanity-filter-plugin@1.1.0
cat >"$folder/show.mjs" <<'JS'
import { EventEmitter } from "node:events";

const print = (line) => process.stdout.write(`${line}\n`);
console.log = () => {};
// The package looks at the browser's name.
globalThis.window = globalThis;
const { TUICore, TUIConstants } = await import("@tencentcloud/tui-core");
const event = TUIConstants.TUILogin.EVENT.LOGIN_STATE_CHANGED;
const key = TUIConstants.TUILogin.EVENT_SUB_KEY.USER_KICKED_OFFLINE;

let told = [];
const once = { onNotifyEvent: () => (told.push("once"), TUICore.unregisterEvent(event, key, once)) };
const second = { onNotifyEvent: () => told.push("second") };
const third = { onNotifyEvent: () => told.push("third") };
for (const listener of [once, second, third]) TUICore.registerEvent(event, key, listener);
for (const time of ["first", "second"]) {
    told = [];
    TUICore.notifyEvent(event, key);
    print(`the ${time} event is told to: ${told.join(", ")}`);
}
told = [];
const emitter = new EventEmitter();
emitter.once("event", () => told.push("once")).on("event", () => told.push("second")).on("event", () => told.push("third"));
emitter.emit("event");
print(`EventEmitter tells: ${told.join(", ")}`);
process.exit();
JS
(cd "$folder" && node show.mjs) | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
the first event is told to: once, third
the second event is told to: second, third
EventEmitter tells: once, second, third
SEEN
echo 'as described'
