#!/usr/bin/env bash
# tencentcloud-sdk-python-im 0.9.4 (PyPI), CPython 3.11: a client with `expire_time` of one day never signs again.
#
# Expected: `TCIMClient` keeps its UserSig for `expire_time` seconds and then makes a new one, whatever the length.
# Found: it compares `timedelta.seconds` with `expire_time`. That field holds the part of a difference below one day (0 to 86,399) and
#   no days. So a client made with 86,400 or more keeps its first signature for ever and gets 70001 (signature expired) from the second
#   day on; and one with the default of 300 s, in a process that calls once a day at the same hour, sends a signature that is a day old.
# Why it matters here: an app that sets marks with this package once a day, from one process, is refused from its second day on, although
#   its settings are right. The signature doctor (`avmarks usersig explain`) shows the signature as expired.
# Seen: see the four lines that this script prints. Usage: findings/python-im-signature-age.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tencentcloud-sdk-python-im==0.9.4 tls-sig-api-v2==1.1 requests==2.32.5
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
from datetime import datetime, timedelta

from tencentcloud_im import tcim_client

START = datetime(2026, 1, 1, 12)
made = []


class Clock(datetime):
    at = START

    @classmethod
    def now(cls, tz=None):
        return cls.at


tcim_client.datetime = Clock


def signatures(expire_time, *ages):
    """How many signatures a client has made at each age."""
    Clock.at = START
    made.clear()
    client = tcim_client.TCIMClient(1400000000, "key", "administrator", expire_time=expire_time)
    client.get_user_sig = lambda *arguments: made.append(arguments) or f"signature {len(made)}"
    found = []
    for age in (timedelta(0), *ages):
        Clock.at = START + age
        found.append(client._gen_query()["usersig"])
    return found


day, minute = timedelta(days=1), timedelta(minutes=1)
print("300 s, after 299 s and 300 s:", signatures(300, timedelta(seconds=299), timedelta(seconds=300)))
print("300 s, after a day and a minute:", signatures(300, day + minute))
print("86399 s, after 86399 s:", signatures(86_399, timedelta(seconds=86_399)))
print("86400 s, after one day and after 30 days:", signatures(86_400, day, 30 * day))
PY
diff "$folder/seen" - <<'SEEN'
300 s, after 299 s and 300 s: ['signature 1', 'signature 1', 'signature 2']
300 s, after a day and a minute: ['signature 1', 'signature 1']
86399 s, after 86399 s: ['signature 1', 'signature 2']
86400 s, after one day and after 30 days: ['signature 1', 'signature 1', 'signature 1']
SEEN
echo 'as described'
