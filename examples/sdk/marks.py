#!/usr/bin/env python3
"""Holds a teacher online with mark 500 through a lost connection, and lets the three days of it pass; with `requests`.

Usage: examples/sdk/marks.py [URL]    the emulator; http://127.0.0.1:8600 where none is given
"""

import random
import sys
from urllib.parse import quote

import requests

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8600"
PINNED_ONLINE, TEACHER, STUDENT = 500, 1000, 1001
THREE_DAYS_MS = 3 * 24 * 60 * 60 * 1000


def api(path, body):
    """The answer to a call of the API."""
    query = {
        "sdkappid": 1400000000,
        "identifier": "administrator",
        "usersig": "xxx",
        "random": random.randrange(2**32),
        "contenttype": "json",
    }
    answer = requests.post(f"{URL}/v4/{path}", params=query, json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()


def control(path, body):
    """Lets something happen that is no call of the API: members come and go, time passes."""
    answer = requests.post(f"{URL}/_avmarks/{path}", json=body, timeout=10)
    if not answer.ok:
        sys.exit(f"error: {path}: {answer.text}")
    return answer.json()


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"error: {what}\n  found  {found}\n  wanted {wanted}")


def set_marks(group, marks):
    """Sets marks, and tells whom the service named as having them."""
    members = [{"Member_Account": account, "Marks": list(of)} for account, of in marks.items()]
    body = {"GroupId": group, "CommandType": 1, "MemberList": members}
    answer = api("group_open_avchatroom_http_svc/modify_user_info", body)
    expect("the marks are set", (answer["ErrorCode"], answer["ErrorInfo"]), (0, ""))
    return {member["Member_Account"]: member["Marks"] for member in answer["MemberList"]}


def holders(group, mark):
    """Who is online with this mark, the latest to join first."""
    body = {"GroupId": group, "Timestamp": 0, "Mark": mark}
    answer = api("group_open_avchatroom_http_svc/get_members", body)
    expect("the list comes", answer["ErrorCode"], 0)
    return [member["Member_Account"] for member in answer["MemberList"]]


created = api("group_open_http_svc/create_group", {"Type": "AVChatRoom", "Name": "class"})
expect("the group is there", created["ErrorCode"], 0)
group = created["GroupId"]
there = f"groups/{quote(group)}"

# Members of an audio-video group join from their own devices, so the API has no call for it.
control(f"{there}/join", {"accounts": ["teacher", "student", "guest"]})
control(f"{there}/disconnect", {"accounts": ["guest"]})

marks = {"teacher": [PINNED_ONLINE, TEACHER], "student": [STUDENT], "guest": [STUDENT]}
served = set_marks(group, marks)
del marks["guest"]
expect("whoever is offline is left out", served, marks)
expect("one is marked as a student", holders(group, STUDENT), ["student"])

control(f"{there}/disconnect", {"accounts": ["teacher", "student"]})
expect("a student is gone with its connection", holders(group, STUDENT), [])
expect("the teacher is held online", holders(group, TEACHER), ["teacher"])

control("clock/advance", {"ms": THREE_DAYS_MS - 60_000})
expect("a minute before the three days are over, it still is", holders(group, TEACHER), ["teacher"])
control("clock/advance", {"ms": 60_000})
expect("after three days it is not", holders(group, TEACHER), [])

gone = api("group_open_http_svc/destroy_group", {"GroupId": group})
expect("the group is gone", gone["ErrorCode"], 0)
print("the teacher stayed online for three days without a connection, and no longer")
