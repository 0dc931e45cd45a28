#!/usr/bin/env bash
# yunxin-mcp-server 0.1.6 (PyPI), Python 3.11: no message that it sends has a JSON body, and a failed look-up finds "no messages".
#
# Expected: `send_p2p_msg` and `send_team_msg` send a text message whose `body`, an object with the text in `msg`, is written as JSON, which all
#   answers are read as. The history of a chat that could not be read is an error, as is a message that could not be sent.
# Found: the body is Python's way to show a dictionary: `{'msg': 'hello'}`, which is no JSON. The quotes around the text depend on the text: double ones
#   if it has an apostrophe and no double quote, and with both the apostrophe gets a backslash. After HTTP 503, or an answer that is no JSON, the id of
#   the message is -1 and the history an empty list. A refusal in JSON is a `KeyError` of the field that is missing, without its code and text.
# Why it matters here: what becomes of each message is up to how much its reader forgives, and an emulator has to know that. Who asks such a tool whether
#   a member wrote anything hears that there was nothing, while the service was down.
# Seen: the lines that this script prints. Usage: findings/yunxin-mcp-bodies-are-python.sh    (needs Python 3.11 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check yunxin-mcp-server==0.1.6 mcp==1.26.0 requests==2.34.2
cat >"$folder/show.py" <<'PY'
import contextlib
import http.server
import io
import json
import threading
import urllib.parse

from yunxin_mcp import server as tools

SENT = '{"code": 200, "data": {"msgid": 1200510468189}}'
answer, bodies = (200, SENT), []


class Gateway(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        fields = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        bodies.extend(fields.get("body", []))
        self.send_response(answer[0])
        self.end_headers()
        self.wfile.write(answer[1].encode())

    def log_message(self, *_):
        pass


gateway = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=gateway.serve_forever, daemon=True).start()
tools.url = f"http://127.0.0.1:{gateway.server_port}"


def is_json(text):
    with contextlib.suppress(ValueError):
        return isinstance(json.loads(text), dict)
    return False


for text in ("hello", "it's me", "it is me", 'she said "it\'s me"', "two\nlines"):
    tools.sendP2PMsg("alice", "bob", text)
    tools.sendTeamMsg("alice", "1", text)
    assert bodies[-2] == bodies[-1]
    print(f"{text!r} is sent as {bodies[-1]}: {'JSON' if is_json(bodies[-1]) else 'no JSON'}")

for answer in ((503, "busy"), (200, "busy"), (200, '{"code": 403, "desc": "muted"}')):
    results = []
    for call in (
        lambda: tools.sendP2PMsg("alice", "bob", "hello"),
        lambda: tools.queryP2PMsgHistory("alice", "bob", "2026-01-01 00:00:00", "2026-01-02 00:00:00", 100),
    ):
        try:
            # What the package prints about it has the port in it.
            with contextlib.redirect_stdout(io.StringIO()):
                results.append(repr(call()))
        except Exception as error:
            results.append(repr(error))
    print(f"answer {answer}: message id {results[0]}, history {results[1]}")
PY
"$folder/venv/bin/python" -W ignore "$folder/show.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
'hello' is sent as {'msg': 'hello'}: no JSON
"it's me" is sent as {'msg': "it's me"}: no JSON
'it is me' is sent as {'msg': 'it is me'}: no JSON
'she said "it\'s me"' is sent as {'msg': 'she said "it\'s me"'}: no JSON
'two\nlines' is sent as {'msg': 'two\nlines'}: no JSON
answer (503, 'busy'): message id -1, history []
answer (200, 'busy'): message id -1, history []
answer (200, '{"code": 403, "desc": "muted"}'): message id KeyError('data'), history KeyError('msgs')
SEEN
echo 'as described'
