#!/usr/bin/env bash
# cent 5.2.0 (PyPI, Centrifugo's API client), Python 3.11: one refused command of a batch hides what became of all others.
#
# Expected: `client.batch(…)` with two commands, of which the server carries out one and refuses one, gives two results, one with an error. The
#   package's page says that it raises nothing for errors of single commands of a batch, and asks to look through the results; with
#   `client.broadcast(…)` it is so.
# Found: `KeyError: 'publish'`. The reply of a refused command has `error` in the place of the command's name (`Reply` in the server's
#   api.proto), and the package looks for the name only. The error is none of the package's own kinds (`CentError`), the server's code and
#   text are lost, and so are the offsets of the messages that were sent.
# Why it matters here: a call that is done in part is the usual case with rooms that come and go. Who tries the whole batch again after an
#   unknown error sends what was sent before once more. A mock that always succeeds never shows it.
# Seen: the lines that this script prints. Usage: findings/cent-batch-partly-refused.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cent==5.2.0
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import http.server
import json
import threading

from cent import BatchRequest, BroadcastRequest, CentError, Client, PublishRequest

DONE = {"offset": 7, "epoch": "e"}
REFUSED = {"error": {"code": 102, "message": "unknown channel"}}
ANSWERS = {
    "/api/publish": REFUSED,
    "/api/broadcast": {"result": {"responses": [{"result": DONE}, REFUSED]}},
    "/api/batch": {"replies": [{"publish": DONE}, REFUSED]},
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(ANSWERS[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def shown(name, call, *arguments):
    try:
        print(f"{name}: {call(*arguments)}")
    except Exception as error:
        kind = "a CentError" if isinstance(error, CentError) else "no CentError"
        print(f"{name}: {type(error).__name__} ({kind}): {error}")


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = Client(f"http://127.0.0.1:{server.server_address[1]}/api", "key")
known, unknown = (PublishRequest(channel=channel, data={"text": "hi"}) for channel in ("room:1", "gone:2"))
shown("publish", client.publish, unknown)
shown("broadcast", lambda: [reply.error.code if reply.error else reply.result.offset for reply in client.broadcast(
    BroadcastRequest(channels=["room:1", "gone:2"], data={"text": "hi"})).responses])
shown("batch", client.batch, BatchRequest(requests=[known, unknown]))
PY
diff "$folder/seen" - <<'SEEN'
publish: CentApiResponseError (a CentError): Server API response error #102: unknown channel
broadcast: [7, 102]
batch: KeyError (no CentError): 'publish'
SEEN
echo 'as described'
