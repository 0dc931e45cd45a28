#!/usr/bin/env bash
# tencentcloud-sdk-python-im 0.9.4 (PyPI): a group message of the lowest priority is sent with the normal one.
#
# Expected: `send_group_message(…, msgPriority="Lowest")` sends `"MsgPriority": "Lowest"`. The vendor's own
#   SDK for the web has four priorities, the last of them `Lowest` (`TYPES.MSG_PRIORITY_LOWEST` of `@tencentcloud/chat` 3.6.6).
# Found: the package passes on `High` and `Low` alone and leaves every other value out without a word, so that a
#   message asked for as Lowest has the priority that a request without the field gets, and no error tells.
# Seen: the lines that this script prints. Usage: findings/python-im-lowest-priority.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tencentcloud-sdk-python-im==0.9.4 tls-sig-api-v2==1.1 requests==2.32.5
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import json

from tencentcloud_im import tcim_client

sent = []
tcim_client.requests.post = lambda url, params, data: sent.append(json.loads(data))
client = tcim_client.TCIMClient(1400000000, "key", "administrator")
for priority in ("High", "Normal", "Low", "Lowest"):
    client.send_group_message("@TGS#1", [tcim_client.MessageText("like")], msgPriority=priority)
    print(priority, "is sent as", sent.pop().get("MsgPriority"))
PY
diff "$folder/seen" - <<'SEEN'
High is sent as High
Normal is sent as None
Low is sent as Low
Lowest is sent as None
SEEN
echo 'as described'
