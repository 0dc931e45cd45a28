#!/usr/bin/env python3
"""Marks members with `timsdk`, whose host and scheme are hard-wired: unmodified, through the emulator as its proxy.

Usage: HTTPS_PROXY=URL REQUESTS_CA_BUNDLE=CA examples/sdk/with_timsdk.py KEY_FILE

URL is the emulator, which was started with `--key-file KEY_FILE`; CA is the certificate that it names at its start.
"""

import os
import sys
from pathlib import Path

import requests
from timsdk import TimClient

URL = os.environ.get("HTTPS_PROXY", "").rstrip("/")
if not URL or len(sys.argv) != 2:
    # Without a proxy it would ask the vendor's service.
    sys.exit(__doc__)


def control(path, body):
    """Lets something happen that is no call of the API. What goes to the emulator itself goes through no proxy."""
    answer = requests.post(f"{URL}/_avmarks/{path}", json=body, timeout=10)
    if not answer.ok:
        sys.exit(f"error: {path}: {answer.text}")


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"error: {what}\n  found  {found}\n  wanted {wanted}")


tim = TimClient(1400000000, Path(sys.argv[1]).read_text().strip())
groups = tim.group_open_http_svc
# It has no call for marks; any call goes by the client that it makes its own with.
post = groups.get_client().post

created = groups.create_group("class", owner_account="teacher", group_type=groups.TYPE_AV_CHAT_ROOM)
expect("the group is there", created.get("ErrorCode"), 0)
group = created["GroupId"]
there = "groups/" + requests.utils.quote(group)
control(f"{there}/join", {"accounts": ["teacher", "student", "guest"]})
control(f"{there}/disconnect", {"accounts": ["guest"]})

described = groups.get_group_info([group])["GroupInfo"][0]
expect("it is as it was asked for", (described["Type"], described["Owner_Account"]), ("AVChatRoom", "teacher"))
expect("three have joined", described["MemberNum"], 3)

marked = post(
    "group_open_avchatroom_http_svc/modify_user_info",
    data={
        "GroupId": group,
        "CommandType": 1,
        "MemberList": [
            {"Member_Account": "teacher", "Marks": [1000]},
            {"Member_Account": "student", "Marks": [1001]},
            {"Member_Account": "guest", "Marks": [1001]},
        ],
    },
)
expect("the marks are set", (marked["ErrorCode"], marked["ErrorInfo"]), (0, ""))
served = {member["Member_Account"]: member["Marks"] for member in marked["MemberList"]}
expect("the guest, who is offline, is left out", served, {"teacher": [1000], "student": [1001]})
online = post("group_open_http_svc/get_online_member_num", data={"GroupId": group})
expect("two are online", online.get("OnlineMemberNum"), 2)

stranger = TimClient(1400000000, "0" * 64)
refused = stranger.group_open_http_svc.get_group_info([group])
expect("a signature by another key is refused", refused["ErrorCode"], 70009)

expect("the group is gone", groups.destroy_group(group).get("ErrorCode"), 0)
print("an SDK that knows one host alone has marked two members, and one offline was left out")
