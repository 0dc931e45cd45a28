#!/usr/bin/env bash
# @colyseus/core 0.18.17 and @colyseus/redis-presence 0.18.5 (npm), Node 20: two stores of one interface give other members, and a refused write succeeds.
#
# Expected: the state of rooms is kept behind one interface, `Presence`, in the process by default or in Redis for several processes, with the same
#   results: `sinter` gives the members of all sets given, `expire` ends a key whatever it holds, `set` stores a value for good, a set without
#   members does not exist. A call that Redis refuses fails.
# Found: in the process, `sinter` gives who is in at least two of the sets: of three sets without a common member all members, of a single set
#   nobody. `expire` has no effect on sets and hashes. The end that `setex` gave a key still comes after a later `set`, as `undefined`. An emptied
#   set exists. With Redis, `set`, `setex`, `expire`, `del` and `sadd` hand the error over as the result: the promise is fulfilled with an
#   Error object after a refused write, and with `null` after a good one. `scard`, which reads, fails as it should.
# Why it matters here: this is how the members of a live room are kept. Tests run with the store of the process, the service with Redis, where
#   a member that could not be added (a replica that became read-only refuses in the same way) is gone without a trace.
# Seen: the lines that this script prints. Usage: findings/colyseus-two-presences-disagree.sh
#   (needs Node 20, Python 3.10 or later, the npm registry and PyPI; Redis is fakeredis 2.41.0)
set -euo pipefail
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @colyseus/core@0.18.17 @colyseus/redis-presence@0.18.5 ioredis@5.11.1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fakeredis==2.41.0 redis==8.1.0 sortedcontainers==2.4.0
cat >"$folder/server.py" <<'PY'
import pathlib
import sys

from fakeredis import TcpFakeServer

server = TcpFakeServer(("127.0.0.1", 0), server_type="redis")
pathlib.Path(sys.argv[1]).write_text(f"{server.server_address[1]}\n")
server.serve_forever()
PY
"$folder/venv/bin/python" "$folder/server.py" "$folder/port" 2>"$folder/errors" &
server=$!
for _ in $(seq 300); do
    [ -s "$folder/port" ] && break
    kill -0 "$server" 2>"$folder/gone" || { cat "$folder/errors" && exit 1; }
    sleep 0.1
done
cat >"$folder/show.js" <<'JS'
const { LocalPresence } = require("@colyseus/core");
const { RedisPresence } = require("@colyseus/redis-presence");
const { Redis } = require("ioredis");

const SETS = { vip: ["ann", "bob"], online: ["bob", "cat"], muted: ["ann", "cat"] };

(async () => {
    const redis = new Redis(Number(process.argv[2]), "127.0.0.1", { enableReadyCheck: false });
    for (const [name, store] of Object.entries({ process: new LocalPresence(), Redis: new RedisPresence(redis) })) {
        const print = (title, value) => console.log(`${name}, ${title}: ${JSON.stringify(value)}`);
        for (const [set, members] of Object.entries(SETS)) {
            for (const member of members) await store.sadd(set, member);
        }
        print("vip, online and muted", (await store.sinter("vip", "online", "muted")).sort());
        print("vip", (await store.sinter("vip")).sort());
        await store.sadd("typing", "ann");
        await store.expire("typing", 1);
        await store.setex("topic", "old", 1);
        await store.set("topic", "new");
        await new Promise((resolve) => setTimeout(resolve, 1500));
        print("a set that ended", await store.smembers("typing"));
        print("a text set anew", await store.get("topic"));
        await store.sadd("emptied", "ann");
        await store.srem("emptied", "ann");
        print("an emptied set exists", await store.exists("emptied"));
    }
    const store = new RedisPresence(redis);
    for (const [call, ...values] of [["sadd", "topic", "ann"], ["sadd", "vip", "dan"], ["scard", "topic"]]) {
        const result = await store[call](...values).then((value) => (value instanceof Error ? "an Error" : value), () => "failed");
        console.log(`Redis, ${call} ${values.join(" ")}: ${result === "failed" ? result : `succeeds with ${result}`}`);
    }
    process.exit();
})();
JS
(cd "$folder" && node show.js "$(cat port)") | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
process, vip, online and muted: ["ann","bob","cat"]
process, vip: []
process, a set that ended: ["ann"]
process, a text set anew: undefined
process, an emptied set exists: true
Redis, vip, online and muted: []
Redis, vip: ["ann","bob"]
Redis, a set that ended: []
Redis, a text set anew: "new"
Redis, an emptied set exists: false
Redis, sadd topic ann: succeeds with an Error
Redis, sadd vip dan: succeeds with null
Redis, scard topic: failed
SEEN
echo 'as described'
