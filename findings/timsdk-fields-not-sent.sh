#!/usr/bin/env bash
# timsdk 1.1.12 (PyPI): a system notification for one member goes to the whole group, and a message loses its sender and priority.
#
# Expected: `send_group_system_notification(group, text, to_members_account=["alice"])` sends `"ToMembers_Account": ["alice"]`, and
#   `send_group_msg(…, from_account="alice", msg_priority="High", online_only_flag=1)` the three fields named after its arguments.
# Found: the package writes `data['ToMembers_Account']: to_members_account`, with a colon where `=` belongs. That is an annotation: Python
#   evaluates it and stores nothing. Seven fields of three calls are lost so, and no error tells. Without `ToMembers_Account` the
#   notification is for every member (document 1047/34958); without `From_Account` the message comes from the app admin.
# Seen: the two bodies that this script prints. Usage: findings/timsdk-fields-not-sent.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check timsdk==1.1.12 tls-sig-api-v2==1.1 requests==2.32.5
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import json

from timsdk import TimClient

groups = TimClient(1400000000, "key").group_open_http_svc


class Answer:
    content = b'{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}'

    def raise_for_status(self):
        pass


def request(method, url, data, **others):
    body = json.loads(data)
    body.pop("Random", None)
    print(url.split("?")[0].rsplit("/", 1)[1], json.dumps(body))
    return Answer()


groups.get_client()._http.request = request
groups.send_group_system_notification("@TGS#1", "your prize", to_members_account=["alice"])
groups.send_group_msg("@TGS#1", [], from_account="alice", msg_priority="High", online_only_flag=1)
PY
diff "$folder/seen" - <<'SEEN'
send_group_system_notification {"GroupId": "@TGS#1", "Content": "your prize"}
send_group_msg {"GroupId": "@TGS#1", "MsgBody": []}
SEEN
echo 'as described'
