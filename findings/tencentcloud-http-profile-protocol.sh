#!/usr/bin/env bash
# tencentcloud-sdk-python-common 3.1.195 (PyPI), Python 3.11: `http_profile.protocol = "http"` is accepted, and the calls go on with TLS.
#
# Expected: after `profile = HttpProfile()`, `profile.protocol = "http"` has the effect of `HttpProfile(protocol="http")`, as `endpoint`,
#   `reqMethod`, `reqTimeout`, `keepAlive` and `proxy` have, all of them parameters and attributes of the same names.
# Found: the constructor copies `protocol` into a second attribute, `scheme`, and the clients read that one only. The attribute that was set
#   shows `http`, and the client begins TLS: an emulator on plain HTTP gets a TLS greeting and the program an error about a wrong version.
#   (The page's example sets `scheme`, whose name is not that of the parameter.)
# Why it matters here: this is how one points the vendor's SDK for TRTC rooms at an emulator; `avmarks serve` answers HTTP and TLS on one port,
#   where the same mistake ends in a certificate that the client does not know.
# Seen: the lines that this script prints. Usage: findings/tencentcloud-http-profile-protocol.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tencentcloud-sdk-python-trtc==3.1.177 tencentcloud-sdk-python-common==3.1.195 \
    requests==2.34.2
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import socket
import threading

from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.trtc.v20190722 import models, trtc_client

listener = socket.create_server(("127.0.0.1", 0))
endpoint = f"127.0.0.1:{listener.getsockname()[1]}"


def first_bytes(found):
    connection, _ = listener.accept()
    with connection:
        found.append(connection.recv(5))


def asked(profile):
    profile.endpoint, profile.reqTimeout = endpoint, 5
    found = []
    thread = threading.Thread(target=first_bytes, args=(found,))
    thread.start()
    client = trtc_client.TrtcClient(credential.Credential("id", "key"), "ap-guangzhou", ClientProfile(httpProfile=profile))
    request = models.DismissRoomRequest()
    request.SdkAppId, request.RoomId = 1400000000, 10000
    try:
        client.DismissRoom(request)
    except TencentCloudSDKException:
        pass
    thread.join()
    # A record of TLS begins with its type (22: handshake) and the major version 3.
    return "TLS" if found[0].startswith(b"\x16\x03") else found[0].decode().strip()


given = HttpProfile(protocol="http")
print("HttpProfile(protocol=\"http\"):", asked(given))
later = HttpProfile()
later.protocol = "http"
print(f"protocol set later (it shows {later.protocol}): {asked(later)}")
scheme = HttpProfile()
scheme.scheme = "http"
print("scheme set later:", asked(scheme))
PY
diff "$folder/seen" - <<'SEEN'
HttpProfile(protocol="http"): POST
protocol set later (it shows http): TLS
scheme set later: POST
SEEN
echo 'as described'
