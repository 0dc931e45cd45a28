#!/usr/bin/env bash
# timsdk 1.1.12 (PyPI): `client.signature = …` and `client.identifier = …` are accepted and change no request.
#
# Expected: after `client.signature = fresh` the requests carry `fresh`; the package has a setter that checks the value's type, and no other
#   way to renew a signature, which is made once when the client is made.
# Found: the client's HTTP part has copies of its own, made in the constructor. The getter shows the new value, the requests go on with the
#   old one; so a process that renews its signature this way is refused with 70001 when the first one ends.
# Seen: the lines that this script prints. Usage: findings/timsdk-signature-setter.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check timsdk==1.1.12 tls-sig-api-v2==1.1 requests==2.32.5
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
from urllib.parse import parse_qs, urlsplit

from timsdk import TimClient

client = TimClient(1400000000, "key")
first = client.signature
client.signature, client.identifier = "fresh", "second_admin"
query = parse_qs(urlsplit(client.group_open_http_svc.get_client().get_url("group_open_http_svc/get_group_info")).query)
print("the client says", client.signature, client.identifier)
print("the request has", "the first signature" if query["usersig"] == [first] else query["usersig"], query["identifier"][0])
PY
diff "$folder/seen" - <<'SEEN'
the client says fresh second_admin
the request has the first signature administrator
SEEN
echo 'as described'
