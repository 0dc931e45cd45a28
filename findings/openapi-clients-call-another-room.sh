#!/usr/bin/env bash
# orval 7.13.2 (npm), ab-openapi-python-generator 2.2.7 and aiopenapi3 0.11.0 (PyPI): the call for the room `@TGS#1` is made for the room `@TGS`.
#
# Expected: a client that is made from an OpenAPI document puts a path parameter into the path percent-encoded, since the parameter's value is
#   any text (styles of parameters, RFC 6570): `DELETE /rooms/@TGS%231`. openapi-typescript's client, Hey API's and oazapfts do.
# Found: the clients of orval and of ab-openapi-python-generator put the value in as it is. What stands behind a `#` is a fragment, which is not
#   sent; a `/` or a `?` begins another part of the address. aiopenapi3 encodes the `#` and leaves the slash, so that `class/7` is another path.
#   Nothing warns, and where the shorter name is that of a room, the wrong room is dismissed with an answer that says OK. (orval has an
#   option for it, `urlEncodeParameters`, which is off.)
# Why it matters here: the vendor's own ids for groups begin with `@TGS#`, so that all of them have the same part before the `#`; and the
#   documents that `avmarks serve` gives out (`/_avmarks/openapi.json`) have the group in the path.
# Seen: the lines that this script prints. Usage: findings/openapi-clients-call-another-room.sh    (needs Node 20, Python 3.11, npm and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund orval@7.13.2 tsx@4.23.15 typescript@5.9.3
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check ab-openapi-python-generator==2.2.7 aiopenapi3==0.11.0 httpx==0.28.1 httpx2==2.16.2
cat >show.py <<'PY'
import http.server
import json
import os
import subprocess
import sys
import threading

ROOMS = ["@TGS#1", "class/7", "a b"]
seen = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_DELETE(self):
        seen.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "11")
        self.end_headers()
        self.wfile.write(b'{"ok":true}')

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_address[1]}"
document = {
    "openapi": "3.1.0",
    "info": {"title": "rooms", "version": "1"},
    "servers": [{"url": base}],
    "paths": {"/rooms/{room}": {"delete": {
        "operationId": "dismiss",
        "parameters": [{"name": "room", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {
            "type": "object", "properties": {"ok": {"type": "boolean"}}}}}}},
    }}},
}
with open("rooms.json", "w") as file:
    json.dump(document, file)


def show(name):
    print(f"{name}: {', '.join(seen)}", flush=True)
    seen.clear()


with open("call.mts", "w") as file:
    file.write(f"""import {{ dismiss }} from './rooms.ts';
const send = globalThis.fetch;
globalThis.fetch = (path, options) => send(`{base}${{path}}`, options);
for (const room of {json.dumps(ROOMS)}) await dismiss(room);
""")
with open("package.json") as file:
    package = json.load(file)
with open("package.json", "w") as file:
    json.dump({**package, "type": "module"}, file)
subprocess.run(["npx", "orval", "--input", "./rooms.json", "--output", "./rooms.ts", "--client", "fetch"], check=True, capture_output=True)
subprocess.run(["npx", "tsx", "call.mts"], check=True)
show("orval")

subprocess.run(["venv/bin/ab-openapi-python-generator", "rooms.json", "ab"], check=True, capture_output=True)
sys.path.insert(0, os.getcwd())
from ab.clients.sync_client import SyncClient

for room in ROOMS:
    SyncClient(base_url=base).dismiss(room)
show("ab-openapi-python-generator")

import httpx2
from aiopenapi3 import OpenAPI


def session(*arguments: tuple, **options: dict) -> httpx2.Client:
    return httpx2.Client(*arguments, **options)


api = OpenAPI.loads(f"{base}/rooms.json", json.dumps(document), session_factory=session)
for room in ROOMS:
    api._.dismiss(parameters={"room": room})
show("aiopenapi3")
PY
venv/bin/python show.py | tee seen
diff seen - <<'SEEN'
orval: /rooms/@TGS, /rooms/class/7, /rooms/a%20b
ab-openapi-python-generator: /rooms/@TGS, /rooms/class/7, /rooms/a%20b
aiopenapi3: /rooms/@TGS%231, /rooms/class/7, /rooms/a%20b
SEEN
echo 'as described'
