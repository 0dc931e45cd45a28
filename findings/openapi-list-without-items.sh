#!/usr/bin/env bash
# openapi-python-client 0.29.1 and aiopenapi3 0.11.0 (PyPI), Python 3.11: a list whose elements are not described takes the whole answer away.
#
# Expected: in an OpenAPI 3.1 document `{"type": ["array", "string"]}` (a message's body: a list of elements, or a text) is a list of anything, or
#   a text: since 3.1 the schemas are JSON Schema, where `items` may be left out (in 3.0 it was required). At worst this property is `Any`.
# Found: openapi-python-client leaves out each schema that has such a property, at any depth, and with it the answer 200 of the calls that
#   give it; it says so and ends with 0. The client's call then gives None for each good answer, like for one that the document does not
#   know. aiopenapi3 accepts the text, and refuses an answer with a list by "should be a valid string". With `items: {}` both are right.
# Why it matters here: the body of a message in this vendor's API is such a list, whose elements are of many kinds; a document that is valid for
#   the newer version makes a client whose reads succeed and give nothing.
# Seen: the lines that this script prints. Usage: findings/openapi-list-without-items.sh    (needs Python 3.11 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check openapi-python-client==0.29.1 aiopenapi3==0.11.0 httpx==0.28.1 httpx2==2.16.2
cat >show.py <<'PY'
import importlib
import json
import os
import subprocess
import sys

import httpx
import httpx2
from aiopenapi3 import OpenAPI

BASE = "http://rooms.invalid"
sys.path.insert(0, os.getcwd())
for number, body in enumerate([{"type": ["array", "string"]}, {"type": ["array", "string"], "items": {}}]):
    print(json.dumps(body))
    message = {"type": "object", "required": ["body"], "properties": {"body": body}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "rooms", "version": "1"},
        "servers": [{"url": BASE}],
        "paths": {"/last": {"get": {"operationId": "last", "responses": {"200": {"description": "OK", "content": content}}}}},
        "components": {"schemas": {"Message": message}},
    }
    with open("rooms.json", "w") as file:
        json.dump(document, file)
    made = f"made{number}"
    run = subprocess.run(["venv/bin/openapi-python-client", "generate", "--path", "rooms.json", "--meta", "none", "--output-path", made],
                         capture_output=True)
    last = importlib.import_module(f"{made}.api.default.last")
    for answer in ["hello", [{"MsgType": "TIMTextElem"}]]:
        client = importlib.import_module(made).Client(base_url=BASE)
        transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"body": answer}))
        client.set_httpx_client(httpx.Client(base_url=BASE, transport=transport))
        result = last.sync_detailed(client=client).parsed
        print(f"  openapi-python-client (ends with {run.returncode}), 200 with a {type(answer).__name__}: {type(result).__name__}")

        def session(*_: tuple, **__: dict) -> httpx2.Client:
            return httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200, json={"body": answer})))

        api = OpenAPI.loads(f"{BASE}/rooms.json", json.dumps(document), session_factory=session)
        try:
            print(f"  aiopenapi3, 200 with a {type(answer).__name__}: {type(api._.last().body).__name__}")
        except Exception as error:
            reason = [line.strip() for line in str(error).splitlines() if "should be" in line][0].split(" [")[0]
            print(f"  aiopenapi3, 200 with a {type(answer).__name__}: {type(error).__name__}: {reason}")
PY
venv/bin/python show.py | tee seen
diff seen - <<'SEEN'
{"type": ["array", "string"]}
  openapi-python-client (ends with 0), 200 with a str: NoneType
  aiopenapi3, 200 with a str: str
  openapi-python-client (ends with 0), 200 with a list: NoneType
  aiopenapi3, 200 with a list: ResponseSchemaError: Input should be a valid string
{"type": ["array", "string"], "items": {}}
  openapi-python-client (ends with 0), 200 with a str: Message
  aiopenapi3, 200 with a str: str
  openapi-python-client (ends with 0), 200 with a list: Message
  aiopenapi3, 200 with a list: list
SEEN
echo 'as described'
