#!/usr/bin/env bash
# postgres 0.19.14 (crates.io): the iterator over notifications that does not block never sees one that has arrived.
#
# Expected: `Notifications::iter()` "will poll the connection but will not block", and may give `Some` after `None` "if more notifications are
#   received"; so a program that asks every 10 ms sees a notification 10 ms after it was sent.
# Found: after 3 seconds, some 300 times asked, it has given `None` each time. The connection is polled, but the runtime within the client looks at the socket
#   only when it has to wait, and this iterator never waits. Any statement reads the notification, and then the iterator gives it at once;
#   `timeout_iter` with one millisecond finds it too.
# Why it matters here: nodes that share a database wake each other by LISTEN and NOTIFY. A loop that asks without blocking, beside other work, is
#   never woken, and nothing says so: `iter()` looks as if nobody had notified.
# Seen: the lines that this script prints. Usage: findings/postgres-notifications-iter-stays-empty.sh
#   (needs Rust, Python 3.11 or 3.12 on x86-64, crates.io, PyPI; pgserver 0.1.4 brings PostgreSQL 16)
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 .
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pgserver==0.1.4
cat >server.py <<'PY'
import os
import signal

import pgserver

with pgserver.get_server("data", cleanup_mode="stop") as server:
    with open("url.new", "w") as url:
        url.write(server.get_uri())
    os.rename("url.new", "url")
    try:
        signal.sigwait({signal.SIGTERM})
    except KeyboardInterrupt:
        pass
PY
venv/bin/python server.py >server.log 2>&1 &
server=$!
cat >Cargo.toml <<'TOML'
[package]
name = "notifications"
version = "0.0.0"
edition = "2024"

[profile.dev]
debug = 0

[dependencies]
postgres = "=0.19.14"
TOML
mkdir src
cat >src/main.rs <<'RUST'
use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, NoTls};
use std::time::{Duration, Instant};

fn main() {
    let url = std::env::args().nth(1).unwrap();
    let mut listener = Client::connect(&url, NoTls).unwrap();
    let mut notifier = Client::connect(&url, NoTls).unwrap();
    listener.batch_execute("LISTEN room").unwrap();

    notifier.batch_execute("NOTIFY room, 'first'").unwrap();
    let (start, mut found) = (Instant::now(), None);
    while start.elapsed() < Duration::from_secs(3) && found.is_none() {
        found = listener.notifications().iter().next().unwrap();
        std::thread::sleep(Duration::from_millis(10));
    }
    println!("iter() for 3 s: {}", text(found));
    listener.batch_execute("SELECT 1").unwrap();
    println!("iter() after a statement: {}", text(listener.notifications().iter().next().unwrap()));

    notifier.batch_execute("NOTIFY room, 'second'").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let mut notifications = listener.notifications();
    println!("timeout_iter(): {}", text(notifications.timeout_iter(Duration::from_millis(1)).next().unwrap()));
}

fn text(found: Option<postgres::Notification>) -> String {
    found.map_or("nothing".to_owned(), |found| found.payload().to_owned())
}
RUST
cargo build --quiet
for _ in $(seq 300); do [ ! -f url ] || break; sleep 0.1; done
"${CARGO_TARGET_DIR:-target}/debug/notifications" "$(cat url)" | tee seen
diff seen - <<'SEEN'
iter() for 3 s: nothing
iter() after a statement: first
timeout_iter(): second
SEEN
echo 'as described'
