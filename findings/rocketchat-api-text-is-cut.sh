#!/usr/bin/env bash
# rocketchat_API 3.7.1 (PyPI), Python 3.11: a read for the room "R&D #1" asks for "R", and one with `inclusive=True` has another word than the server's.
#
# Expected: what is given to a function arrives at the server as it is: the name of a room, a text to search for, a time with its zone. So it is with the
#   functions that write, which send JSON.
# Found: the functions that read join names and values to an address without encoding them. A value ends at `&` or `#`, what stands behind a `#` is
#   not sent, and a `+` is read as a blank (the zone `+08:00` with it). A boolean
#   becomes Python's `True`, where JSON and JavaScript have `true`; a dict becomes Python's form of it. Nothing is refused here.
# Why it matters here: a room is looked up by a name that people chose, and the history from a time of Asia. The answer is that of another room, or of
#   another hour, or "not found"; rooms with plain names are right.
# Seen: the lines that this script prints. Usage: findings/rocketchat-api-text-is-cut.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rocketchat_API==3.7.1 requests==2.34.2
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import http.server
import json
import threading
import urllib.parse

from rocketchat_API.rocketchat import RocketChat

asked = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, keep_blank_values=True)))
        self.answer()

    def do_POST(self):
        asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer()

    def answer(self):
        body = b'{"success": true, "messages": [], "total": 0}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
rocket = RocketChat(user_id="user", auth_token="token", server_url=f"http://127.0.0.1:{server.server_address[1]}")


def show(name, call, *fields):
    result = call()
    if not isinstance(result, dict):
        list(result)
    got = asked.pop()
    print(f"{name}: {', '.join(f'{field}={got.get(field)!r}' for field in fields)}")


show('chat_post_message("R&D #1")', lambda: rocket.chat_post_message("R&D #1", room_id="r"), "roomId", "text")
show('rooms_info(room_name="R&D #1")', lambda: rocket.rooms_info(room_name="R&D #1"), "roomName")
show('chat_search("r", "1+1 & more", count=5)', lambda: rocket.chat_search("r", "1+1 & more", count=5), "roomId", "searchText")
show('channels_history("r", oldest="2026-01-31T08:00:00+08:00", inclusive=True)',
     lambda: rocket.channels_history("r", oldest="2026-01-31T08:00:00+08:00", inclusive=True), "oldest", "inclusive")
show('users_list(query={"name": "bo"})', lambda: rocket.users_list(query={"name": "bo"}), "query")
PY
diff "$folder/seen" - <<'SEEN'
chat_post_message("R&D #1"): roomId='r', text='R&D #1'
rooms_info(room_name="R&D #1"): roomName='R'
chat_search("r", "1+1 & more", count=5): roomId='r', searchText='1 1 '
channels_history("r", oldest="2026-01-31T08:00:00+08:00", inclusive=True): oldest='2026-01-31T08:00:00 08:00', inclusive='True'
users_list(query={"name": "bo"}): query="{'name': 'bo'}"
SEEN
echo 'as described'
