#!/usr/bin/env bash
# timsdk 1.1.12 (PyPI): every request of a process has the same `random`.
#
# Expected: each request has a `random` of its own; the vendor asks for a random integer in every request's URL (document 1047/34620).
# Found: the number is the default value of a parameter, and Python computes a default once, when the module is loaded. All requests of all
#   clients of the process carry that one number; another process has another.
# Why it matters here: whoever correlates or removes repetitions by `random` (a log, a proxy, a mock) takes all calls of a process for one.
# Seen: the count that this script prints. Usage: findings/timsdk-one-random.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check timsdk==1.1.12 tls-sig-api-v2==1.1 requests==2.32.5
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
from urllib.parse import parse_qs, urlsplit

from timsdk import TimClient

urls = []


class Answer:
    content = b'{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}'

    def raise_for_status(self):
        pass


def request(method, url, **others):
    urls.append(url)
    return Answer()


for account in ("administrator", "second_admin"):
    client = TimClient(1400000000, "key", account)
    client.group_open_http_svc.get_client()._http.request = request
    for _ in range(50):
        client.group_open_http_svc.get_group_info(["@TGS#1"])
print(f"{len(urls)} requests, {len({parse_qs(urlsplit(url).query)['random'][0] for url in urls})} value of `random`")
PY
diff "$folder/seen" - <<'SEEN'
100 requests, 1 value of `random`
SEEN
echo 'as described'
