#!/usr/bin/env bash
# tencentcloud-sdk-python-trtc 3.1.177 with -common 3.1.195 (PyPI), Python 3.11: with the regional circuit breaker no call of the async client works.
#
# Expected: the vendor's page says that the async client has all settings of the other one. So with `disable_region_breaker = False` (go to
#   another region where one fails) it dismisses a room as the other does; and where nobody answers, both raise `TencentCloudSDKException`,
#   which the examples of the page for both of them catch.
# Found: with the breaker every async call ends in an AttributeError before anything is sent: the breaker writes into the request, which is
#   made after it. Where nobody answers, the async client raises httpx's own error, which is no `TencentCloudSDKException`; and the other
#   one, with the breaker, puts an AttributeError in the place of the network's error, as it reads the status of an answer that is not there.
# Why it matters here: a backend that kicks members and dismisses rooms with the new client finds out when it turns the breaker on, or
#   when the network is gone: its `except` does not see it. Tests with a mock that always answers see neither.
# Seen: the lines that this script prints. Usage: findings/tencentcloud-trtc-async-breaker.sh    (needs Python 3.10 or later and PyPI)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tencentcloud-sdk-python-trtc==3.1.177 \
    'tencentcloud-sdk-python-common[async]==3.1.195' httpx==0.28.1 requests==2.34.2
"$folder/venv/bin/python" - <<'PY' | tee "$folder/seen"
import asyncio
import http.server
import threading

from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.trtc.v20190722 import models, trtc_client, trtc_client_async


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"Response":{"RequestId":"done"}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def arguments(port, breaker):
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=f"127.0.0.1:{port}"))
    profile.disable_region_breaker = not breaker
    return credential.Credential("id", "key"), "ap-guangzhou", profile


def request():
    room = models.DismissRoomRequest()
    room.SdkAppId, room.RoomId = 1400000000, 10000
    return room


def usual(port, breaker):
    return trtc_client.TrtcClient(*arguments(port, breaker)).DismissRoom(request())


def asynchronous(port, breaker):
    async def run():
        async with trtc_client_async.TrtcClient(*arguments(port, breaker)) as client:
            return await client.DismissRoom(request())

    return asyncio.run(run())


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
listening = server.server_address[1]
gone = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
gone.server_close()
for state, port in (("answered", listening), ("nobody listens", gone.server_address[1])):
    for breaker in (False, True):
        for client in (usual, asynchronous):
            try:
                found = client(port, breaker).RequestId
            except TencentCloudSDKException as error:
                found = f"TencentCloudSDKException with {error.code}"
            except Exception as error:
                found = f"{type(error).__name__}, no TencentCloudSDKException"
            print(f"{state}, {'with' if breaker else 'without'} the breaker, {client.__name__}: {found}")
PY
diff "$folder/seen" - <<'SEEN'
answered, without the breaker, usual: done
answered, without the breaker, asynchronous: done
answered, with the breaker, usual: done
answered, with the breaker, asynchronous: AttributeError, no TencentCloudSDKException
nobody listens, without the breaker, usual: TencentCloudSDKException with ClientNetworkError
nobody listens, without the breaker, asynchronous: ConnectError, no TencentCloudSDKException
nobody listens, with the breaker, usual: TencentCloudSDKException with AttributeError
nobody listens, with the breaker, asynchronous: AttributeError, no TencentCloudSDKException
SEEN
echo 'as described'
