#!/usr/bin/env bash
# pusher-push-notifications 2.0.2 (PyPI), Python 3.11: a device's token is valid for 24 hours in Reykjavik and for 16 in Shanghai.
#
# Expected: `generate_token("alice")` makes a token that ends 24 hours after it was made (the package's own constant is one day), wherever the
#   server stands: `exp` is a number of seconds since 1970, which knows no time zone.
# Found: the end is computed as a UTC time without a zone, and then turned into seconds as if it were a local time. East of Greenwich
#   the token ends earlier by the zone's hours, west of it later: 16 hours in Shanghai, 13 in Noumea, 31 in Phoenix. No argument changes it.
# Why it matters here: who hands out tokens for a day and renews them daily, as with UserSig, has devices in the evening that no longer
#   register for pushes, only on the servers of one region. A container has UTC mostly, so that no test shows it.
# Seen: the lines that this script prints. Usage: findings/beams-token-hours-follow-the-zone.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pusher-push-notifications==2.0.2 PyJWT==2.15.1 requests==2.34.2 six==1.17.0
"$folder/venv/bin/python" -W ignore - <<'PY' | tee "$folder/seen"
import base64
import json
import os
import time

from pusher_push_notifications import PushNotifications

client = PushNotifications(instance_id="instance", secret_key="key of the instance, 32 bytes...")
# Zones written as rules, without daylight saving time: they need no data of the system (POSIX counts hours west of Greenwich).
for city, zone in (("Reykjavik", "GMT0"), ("Shanghai", "CST-8"), ("Noumea", "NCT-11"), ("Phoenix", "MST7")):
    os.environ["TZ"] = zone
    time.tzset()
    now = time.time()
    payload = client.generate_token("alice")["token"].split(".")[1]
    end = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"]
    print(f"{city}: valid for {round((end - now) / 3600)} hours")
PY
diff "$folder/seen" - <<'SEEN'
Reykjavik: valid for 24 hours
Shanghai: valid for 16 hours
Noumea: valid for 13 hours
Phoenix: valid for 31 hours
SEEN
echo 'as described'
