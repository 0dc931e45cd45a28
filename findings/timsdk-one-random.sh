#!/usr/bin/env bash
# timsdk 1.1.12 (PyPI): every request of a process has the same `random`, and every group message the same `Random`.
#
# Expected: each request has a `random` of its own, which the vendor asks for in every URL (document 1047/34620), and each message a `Random`
#   of its own: of two messages with the same one within five minutes the vendor takes the second for the first (1047/34959).
# Found: both numbers are default values of parameters, and Python computes a default once, when the module is loaded. All requests and all
#   messages of all clients of the process carry these two; another process has others.
# Why it matters here: the second message that a process sends to a group within five minutes is lost although its answer is OK; and whoever
#   correlates or removes repetitions by `random` (a log, a proxy, a mock) takes all calls of a process for one.
# Seen: the counts that this script prints. Usage: findings/timsdk-one-random.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check timsdk==1.1.12 tls-sig-api-v2==1.1 requests==2.32.5
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import json
from urllib.parse import parse_qs, urlsplit

from timsdk import TimClient

urls, messages = [], []


class Answer:
    content = b'{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}'

    def raise_for_status(self):
        pass


def request(method, url, **others):
    urls.append(url)
    messages.extend([others["data"]] if "send_group_msg" in url else [])
    return Answer()


for account in ("administrator", "second_admin"):
    client = TimClient(1400000000, "key", account)
    client.group_open_http_svc.get_client()._http.request = request
    for _ in range(50):
        client.group_open_http_svc.get_group_info(["@TGS#1"])
        client.group_open_http_svc.send_group_msg("@TGS#1", [])
print(f"{len(urls)} requests, {len({parse_qs(urlsplit(url).query)['random'][0] for url in urls})} value of `random`")
print(f"{len(messages)} messages, {len({json.loads(message)['Random'] for message in messages})} value of `Random`")
PY
diff "$folder/seen" - <<'SEEN'
200 requests, 1 value of `random`
100 messages, 1 value of `Random`
SEEN
echo 'as described'
