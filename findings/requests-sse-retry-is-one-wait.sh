#!/usr/bin/env bash
# requests-sse 0.5.3 (PyPI), Python 3.11: the server's `retry` counts for one wait, each wait is twice what was asked for, and text loses its indent.
#
# Expected: an `EventSource` as the standard for server-sent events has it, which the package's page points to: `retry: 1000` makes it wait for 1 s before each
#   connection from then on; a bare `id` line clears the last id, so that the next connection names none; of a value one leading space is
#   removed; a `data` line without text is an empty line of the event. With `reconnection_time`, "wait time before try to reconnect", of 1 s
#   it waits for 1 s.
# Found: each wait is doubled first, the first one too: 2 s for 1 s. A connection that succeeds puts back the constructor's time, so that the server's
#   1 s becomes the default's 5 s, doubled, from the second wait on. After a cleared id the old one is still sent. With `latest_event_id="41"` the connection
#   names 41, and the event that comes has the id "". All leading spaces of a value and all empty lines at its end are removed.
# Why it matters here: live rooms are read over such streams. A server that says "come back in a second" gets its readers back after ten, and one
#   that cleared the id, since it has no history any more, is asked for what came after it. Code and quotes in messages lose their shape.
# Seen: the lines that this script prints. Usage: findings/requests-sse-retry-is-one-wait.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check requests-sse==0.5.3 requests==2.34.2
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import http.server
import threading
import time
from datetime import timedelta

from requests_sse import EventSource

connections, ids, waits = [], [], []
# The waits are written down instead of waited for.
time.sleep = waits.append


class Stream(http.server.BaseHTTPRequestHandler):
    """Each connection gets one piece of the stream and ends."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        ids.append(self.headers.get("Last-Event-ID", "none"))
        body = connections.pop(0)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stream)
threading.Thread(target=server.serve_forever, daemon=True).start()


def read(*pieces, **options):
    connections[:] = pieces
    ids.clear()
    waits.clear()
    with EventSource(f"http://127.0.0.1:{server.server_port}/", timeout=20, **options) as source:
        return [next(source) for _ in pieces]


read(b"data: a\n\n", b"data: b\n\n", b"data: c\n\n", reconnection_time=timedelta(seconds=1))
print("reconnection_time of 1 s, waits:", *waits)
read(b"retry: 1000\ndata: a\n\n", b"data: b\n\n", b"data: c\n\n")
print("retry of 1 s in the first event, waits:", *waits)
read(b"id: 7\ndata: a\n\n", b"id\ndata: b\n\n", b"data: c\n\n")
print("id 7, then cleared, ids sent:", *ids)
events = read(b"data: a\n\n", latest_event_id="41")
print("latest_event_id 41, id sent:", *ids, "and that of the event:", repr(events[0].last_event_id))
events = read(b"data: def f():\ndata:     return 1\ndata:\ndata:\n\n", b"data:     return 1\n\n")
print("texts:", *(repr(event.data) for event in events))
PY
diff "$folder/seen" - <<'SEEN'
reconnection_time of 1 s, waits: 2.0 2.0
retry of 1 s in the first event, waits: 2.0 10.0
id 7, then cleared, ids sent: none 7 7
latest_event_id 41, id sent: 41 and that of the event: ''
texts: 'def f():\nreturn 1' 'return 1'
SEEN
echo 'as described'
