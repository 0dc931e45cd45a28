#!/usr/bin/env bash
# tencentcloud-sdk-python-im 0.9.4 (PyPI): a member's unread count is sent as 0, whatever number is given.
#
# Expected: `GroupMemObj("alice", unread_msg_num=5)`, given to `import_group_members`, sends `"UnreadMsgNum": 5` (document 269/1636).
# Found: the constructor looks at the number and then stores 0; the role is sent only where it is exactly `Admin`. The import succeeds and
#   every member has read everything.
# Seen: the request body that this script prints. Usage: findings/python-im-unread-count.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tencentcloud-sdk-python-im==0.9.4 tls-sig-api-v2==1.1 requests==2.32.5
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
from tencentcloud_im import tcim_client

tcim_client.requests.post = lambda url, params, data: print(url.rsplit("/", 1)[1], data)
client = tcim_client.TCIMClient(1400000000, "key", "administrator")
client.import_group_members("@TGS#1", [tcim_client.GroupMemObj("alice", join_time=1448357837, unread_msg_num=5)])
PY
diff "$folder/seen" - <<'SEEN'
import_group_member {"GroupId": "@TGS#1", "MemberList": [{"Member_Account": "alice", "JoinTime": 1448357837, "UnreadMsgNum": 0}]}
SEEN
echo 'as described'
