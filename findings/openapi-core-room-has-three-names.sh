#!/usr/bin/env bash
# openapi-core 0.23.1 (PyPI), Python 3.11: the room of one and the same request is `@TGS#1`, `@TGS%231` or `%40TGS%231`, by the framework around it.
#
# Expected: `GET /rooms/%40TGS%231` has the path parameter `@TGS#1`, whichever adapter of the package the request comes through: requests, Flask,
#   Werkzeug, Starlette. A pattern of the document for it (`^@TGS#`) is held against that value.
# Found: only through Flask and Werkzeug. Through Starlette (FastAPI's base) the `#` stays encoded and the `@` does not; through requests, by which
#   a test checks what a client is about to send, all stays as it is in the address. So the pattern refuses the request in two of four. An id
#   with a slash (`class%2F7`) is found through requests alone, encoded; the others know no path for it.
# Why it matters here: the vendor's own group ids begin with `@TGS#`. A contract test of a client fails on a right request, or has to be written with
#   `%40TGS%23`; and a backend that takes the parameter from the package's result looks for a room that nobody has.
# Seen: the lines that this script prints. Usage: findings/openapi-core-room-has-three-names.sh    (needs Python 3.11 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check openapi-core==0.23.1 Flask==3.1.3 requests==2.34.2 starlette==1.10.0 Werkzeug==3.1.9
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import urllib.parse

import flask
import requests
import starlette.requests
import werkzeug.test
import werkzeug.wrappers
from openapi_core import OpenAPI
from openapi_core.contrib.flask import FlaskOpenAPIRequest
from openapi_core.contrib.requests import RequestsOpenAPIRequest
from openapi_core.contrib.starlette import StarletteOpenAPIRequest
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest

BASE = "http://rooms.invalid"


def api(schema):
    return OpenAPI.from_dict({
        "openapi": "3.1.0",
        "info": {"title": "rooms", "version": "1"},
        "servers": [{"url": BASE}],
        "paths": {"/rooms/{room}": {"get": {
            "parameters": [{"name": "room", "in": "path", "required": True, "schema": schema}],
            "responses": {"200": {"description": "OK"}},
        }}},
    })


def environment(path):
    return werkzeug.test.EnvironBuilder(path=path, base_url=BASE).get_environ()


def scope(path):
    # What an ASGI server makes of the request: `path` is decoded (ASGI's page on HTTP).
    return {"type": "http", "method": "GET", "path": urllib.parse.unquote(path), "raw_path": path.encode(), "query_string": b"", "root_path": "",
            "scheme": "http", "server": ("rooms.invalid", 80), "headers": [(b"host", b"rooms.invalid")], "path_params": {}, "http_version": "1.1"}


ADAPTERS = {
    "requests": lambda path: RequestsOpenAPIRequest(requests.Request("GET", BASE + path)),
    "Flask": lambda path: FlaskOpenAPIRequest(flask.Request(environment(path))),
    "Werkzeug": lambda path: WerkzeugOpenAPIRequest(werkzeug.wrappers.Request(environment(path))),
    "Starlette": lambda path: StarletteOpenAPIRequest(starlette.requests.Request(scope(path)), b""),
}
for name, adapter in ADAPTERS.items():
    plain = api({"type": "string"})
    rooms = [plain.unmarshal_request(adapter(f"/rooms/{room}")).parameters.path.get("room") for room in ("%40TGS%231", "class%2F7")]
    try:
        api({"type": "string", "pattern": "^@TGS#"}).validate_request(adapter("/rooms/%40TGS%231"))
        pattern = "is met"
    except Exception as error:
        pattern = f"is not met ({type(error).__name__})"
    print(f"{name}: %40TGS%231 is {rooms[0]}, class%2F7 is {rooms[1]}; the pattern {pattern}")
PY
diff "$folder/seen" - <<'SEEN'
requests: %40TGS%231 is %40TGS%231, class%2F7 is class%2F7; the pattern is not met (InvalidParameter)
Flask: %40TGS%231 is @TGS#1, class%2F7 is None; the pattern is met
Werkzeug: %40TGS%231 is @TGS#1, class%2F7 is None; the pattern is met
Starlette: %40TGS%231 is @TGS%231, class%2F7 is None; the pattern is not met (InvalidParameter)
SEEN
echo 'as described'
