#!/usr/bin/env bash
# sendbird-platform-sdk 2.1.5 (PyPI), Python 3.11: eight digits in a channel's metadata become a date, and an integer becomes a float.
#
# Expected: the metadata of an open channel, whose values are texts (the vendor's page on channel metadata), come back as the texts that
#   were set: an account `20260131` (a student's number) is that text, and is equal to `user_id` of the same answer.
# Found: the reader tries every value that has no type of its own as a date. Eight digits that make one, and `2026-01-31`, become a
#   `datetime.date`; `20260231` and ten digits stay texts. So `metadata["teacher"] == user_id` depends on the number, and a value that is read
#   and written back has another form. A field that the package does not know keeps its name, and its integer becomes a float: a
#   message id above 2^53 has other last digits.
# Why it matters here: who keeps roles of a room in metadata (the mark of a teacher, with services that have no marks) loses one member in a
#   few hundred, those whose number can be read as a day.
# Seen: the lines that this script prints. Usage: findings/sendbird-metadata-dates.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sendbird-platform-sdk==2.1.5 python-dateutil==4.0.0 urllib3==2.8.0
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import http.server
import json
import threading

import sendbird_platform_sdk
from sendbird_platform_sdk.api.open_channel_api import OpenChannelApi

ANSWER = {
    "channel_url": "room",
    "name": "Room",
    "operators": [{"user_id": "20260131", "nickname": "A"}],
    "metadata": {"teacher": "20260131", "second": "20260231", "third": "1020260131", "day": "2026-01-31", "mark": "1000"},
    "newest_message_id": 9007199254740993,
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
configuration = sendbird_platform_sdk.Configuration(host=f"http://127.0.0.1:{server.server_address[1]}")
with sendbird_platform_sdk.ApiClient(configuration) as client:
    channel = OpenChannelApi(client).get_an_open_channel("room")
for name, value in channel.metadata.items():
    print(f"{name}: sent {ANSWER['metadata'][name]!r}, read {value!r}")
print("the operator is the teacher:", channel.operators[0].user_id == channel.metadata["teacher"])
print(f"newest_message_id: sent {ANSWER['newest_message_id']}, read {channel.newest_message_id!r}")
PY
diff "$folder/seen" - <<'SEEN'
teacher: sent '20260131', read datetime.date(2026, 1, 31)
second: sent '20260231', read '20260231'
third: sent '1020260131', read '1020260131'
day: sent '2026-01-31', read datetime.date(2026, 1, 31)
mark: sent '1000', read '1000'
the operator is the teacher: False
newest_message_id: sent 9007199254740993, read 9007199254740992.0
SEEN
echo 'as described'
