#!/usr/bin/env bash
# pusher 3.3.4 (PyPI), CPython 3.11: one emoji makes a chat message of 2,600 letters "too much data", at a quarter of the limit.
#
# Expected: `trigger_batch` refuses an event whose data have more than 10 KB (10,240 bytes, the service's limit) as they are sent: UTF-8.
#   2,600 letters and an emoji are 2,604 bytes.
# Found: the limit is compared with `sys.getsizeof(text)`, the memory that CPython takes: a text is kept with one, two or four bytes for each
#   character, as its widest character needs. One emoji takes four for all of them, one Chinese character two. `trigger`, for a single event,
#   has the same measure and three times the limit, so that the same message goes through alone and not in a batch.
# Why it matters here: texts with emoji are what a chat room sends. A test with letters finds the limit where the page has it, less 49 bytes; the
#   server refuses nothing, and the failure depends on a member's nickname. The vendor's limits for
#   messages are in bytes, too; they have to be counted as bytes of UTF-8.
# Seen: the lines that this script prints. Usage: findings/pusher-one-emoji-too-much.sh    (needs CPython 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pusher==3.3.4
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import http.server
import threading

import pusher


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = pusher.Pusher(app_id="1", key="key", secret="secret", host="127.0.0.1", port=server.server_address[1], ssl=False)


def answer(call, *arguments):
    try:
        call(*arguments)
        return "sent"
    except ValueError as error:
        return str(error)


for name, text in (
    ("2,600 letters", "a" * 2_600),
    ("2,600 letters and an emoji", "a" * 2_600 + "\N{PARTY POPPER}"),
    ("5,200 letters and a Chinese character", "a" * 5_200 + "\u8001"),
    ("10,191 letters", "a" * 10_191),
    ("10,192 letters", "a" * 10_192),
):
    batch = answer(client.trigger_batch, [{"channel": "room", "name": "message", "data": text}])
    alone = answer(client.trigger, "room", "message", text)
    print(f"{name}, {len(text.encode())} bytes: in a batch {batch}, alone {alone}")
PY
diff "$folder/seen" - <<'SEEN'
2,600 letters, 2600 bytes: in a batch sent, alone sent
2,600 letters and an emoji, 2604 bytes: in a batch Too much data, alone sent
5,200 letters and a Chinese character, 5203 bytes: in a batch Too much data, alone sent
10,191 letters, 10191 bytes: in a batch sent, alone sent
10,192 letters, 10192 bytes: in a batch Too much data, alone sent
SEEN
echo 'as described'
