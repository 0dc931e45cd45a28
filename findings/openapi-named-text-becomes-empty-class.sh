#!/usr/bin/env bash
# ab-openapi-python-generator 2.2.7 (PyPI), Python 3.11: a client made from a document with a named text type refuses every good answer.
#
# Expected: a schema with a name that is no object (`RoomId: {type: string}`) becomes a name for `str`, or a type around it, and an answer with
#   such an id is read; as a schema written in its place is. And `{"type": ["integer", "null"]}` reads null.
# Found: each named schema becomes a class with the properties of an object, of which a text, a number, a list or a choice (`oneOf`) has none: an
#   empty class. Making the client succeeds, its methods have the right types by name, and the first good answer ends in a ValidationError
#   ("should be a valid dictionary or instance of RoomId"). Named enumerations are right. Of a type with null the null is lost.
# Why it matters here: a document with the ids of rooms and accounts as named types, each with its pattern, is the usual style of this field; with it
#   no read works, and with the same types written out in each place all of them do.
# Seen: the lines that this script prints. Usage: findings/openapi-named-text-becomes-empty-class.sh    (needs Python 3.11 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check ab-openapi-python-generator==2.2.7 httpx==0.28.1
cat >show.py <<'PY'
import http.server
import importlib
import json
import os
import subprocess
import sys
import threading

sys.path.insert(0, os.getcwd())
CASES = [
    ("a text", {"type": "string"}, "@TGS#1"),
    ("a number", {"type": "integer"}, 7),
    ("a list", {"type": "array", "items": {"type": "string"}}, ["alice"]),
    ("a text or a number", {"oneOf": [{"type": "string"}, {"type": "integer"}]}, 7),
    ("one of two texts", {"type": "string", "enum": ["open", "closed"]}, "open"),
    ("a number or null", {"type": ["integer", "null"]}, None),
]
value = None


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"value": value}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_address[1]}"


def read(package, schemas, schema):
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}
    answer = {"type": "object", "required": ["value"], "properties": {"value": schema}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "rooms", "version": "1"},
        "paths": {"/room": {"get": {"operationId": "room", "responses": {"200": {"description": "OK", "content": content}}}}},
        "components": {"schemas": {**schemas, "Answer": answer}},
    }
    with open("rooms.json", "w") as file:
        json.dump(document, file)
    subprocess.run(["venv/bin/ab-openapi-python-generator", "rooms.json", package], check=True, capture_output=True)
    try:
        return repr(importlib.import_module(f"{package}.clients.sync_client").SyncClient(base_url=base).room().value)
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[2].split(' [')[0].strip()}"


for number, (name, schema, value) in enumerate(CASES):
    print(f"{name}, written in its place: {read(f'place{number}', {}, schema)}")
    print(f"{name}, with a name: {read(f'named{number}', {'Named': schema}, {'$ref': '#/components/schemas/Named'})}")
PY
venv/bin/python show.py | tee seen
diff seen - <<'SEEN'
a text, written in its place: '@TGS#1'
a text, with a name: ValidationError: Input should be a valid dictionary or instance of Named
a number, written in its place: 7
a number, with a name: ValidationError: Input should be a valid dictionary or instance of Named
a list, written in its place: ['alice']
a list, with a name: ValidationError: Input should be a valid dictionary or instance of Named
a text or a number, written in its place: 7
a text or a number, with a name: ValidationError: Input should be a valid dictionary or instance of Named
one of two texts, written in its place: 'open'
one of two texts, with a name: <Named.OPEN: 'open'>
a number or null, written in its place: ValidationError: Input should be a valid integer
a number or null, with a name: ValidationError: Input should be a valid dictionary or instance of Named
SEEN
echo 'as described'
