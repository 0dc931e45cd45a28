#!/usr/bin/env bash
# requests-ratelimiter 0.10.0 with pyrate-limiter 4.5.1 (PyPI), Python 3.11: `burst=2` doubles the window, so that every burst has twice the rate.
#
# Expected: `LimiterSession(per_second=20, burst=2)` lets 2 requests in a row pass and then holds 20 a second ("max number of consecutive
#   requests allowed before applying per-second rate-limiting", says its page): 22 in any second, at most.
# Found: `burst` multiplies both numbers of the rate: 20 in 1 s becomes 40 in 2 s. 40 requests leave at once, the 41st two seconds later, and
#   so on. `burst=5` is 100 at once and five seconds of silence. `burst=1`, the default, is a window of one second.
# Why it matters here: for a service with a limit of 200 calls in any second, `per_second=200, burst=2` sends 400 in one and is refused for the
#   half of them, each time anew; and somebody who reads the name takes 200 for the number of a burst (40,000 requests at once).
# Seen: the lines that this script prints. Usage: findings/requests-ratelimiter-burst-is-a-longer-window.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check requests-ratelimiter==0.10.0 pyrate-limiter==4.5.1 requests==2.34.2
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import time

import requests
from requests_ratelimiter import LimiterSession


class Nobody(requests.adapters.BaseAdapter):
    """Answers without a network."""

    def send(self, request, **_):
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = 200, request, request.url
        return answer

    def close(self):
        pass


for burst in (1, 2, 5):
    session = LimiterSession(per_second=20, burst=burst)
    session.mount("http://", Nobody())
    passed, pause = 0, 0
    while pause < 0.5:
        before = time.monotonic()
        session.get("http://rooms.invalid/")
        pause = time.monotonic() - before
        passed += 1
    print(f"burst={burst}: {passed - 1} pass in a row, then nothing for about {pause:.0f} s")
PY
diff "$folder/seen" - <<'SEEN'
burst=1: 20 pass in a row, then nothing for about 1 s
burst=2: 40 pass in a row, then nothing for about 2 s
burst=5: 100 pass in a row, then nothing for about 5 s
SEEN
echo 'as described'
