#!/usr/bin/env python3
"""Conformance harness around `timsdk` 1.1.12 (PyPI). Its host is hard-wired: the runner's HTTPS_PROXY leads it to the listener.

It has no function for any of these calls; they are made by `post`, the function that its own functions send with.
"""

import json
import sys

from timsdk import TimClient, TLSSig

replies, sys.stdout = sys.stdout, sys.stderr  # It prints on standard output where an answer is no JSON.
PATHS = {
    "set_marks": "group_open_avchatroom_http_svc/modify_user_info",
    "delete_marks": "group_open_avchatroom_http_svc/modify_user_info",
    "list_members": "group_open_avchatroom_http_svc/get_members",
    "count_members": "group_open_http_svc/get_online_member_num",
    "add_robots": "group_open_avchatroom_http_svc/add_robots",
    "delete_robots": "group_open_avchatroom_http_svc/del_robots",
    "check_members": "group_open_avchatroom_http_svc/check_members",
    "set_admins": "group_open_avchatroom_http_svc/modify_admin",
    "delete_admins": "group_open_avchatroom_http_svc/modify_admin",
    "list_admins": "group_open_avchatroom_http_svc/get_admin_list",
}


def body(verb, args):
    data = {"GroupId": args["group"]}
    if verb in ("set_marks", "delete_marks", "set_admins", "delete_admins"):
        data["CommandType"] = 1 if verb.startswith("set") else 2
    if "members" in args:
        data["MemberList"] = [{"Member_Account": one["account"], "Marks": one["marks"]} for one in args["members"]]
    if "accounts" in args:
        data["Admin_Account" if "admins" in verb else "Member_Account"] = args["accounts"]
    if verb == "list_members":
        data.update({"Timestamp": 0, **({"Mark": args["mark"]} if "mark" in args else {})})
    return data


def answer(question):
    if question["do"] == "call":
        found = tim.group_open_http_svc.get_client().post(PATHS[question["verb"]], data=body(question["verb"], question["args"]))
        # What is no JSON is handed out as the response of `requests`.
        return {"answer": found} if isinstance(found, dict) else {"raised": {"type": "Response", "message": "no JSON"}}
    if question["do"] == "usersig_make" and question["userbuf_b64"] is None:
        make = {"identifier": question["identifier"], "app_id": start["sdkappid"], "app_key": start["key"]}
        return {"value": TLSSig.gen_sig(**make, expire=question["expire"])}
    return {"skipped": {"why": "timsdk makes no signature with a userbuf"}}


for line in sys.stdin.buffer:
    question = json.loads(line)
    if question["do"] == "stop":
        break
    if question["do"] == "start":
        start = question
        tim = TimClient(start["sdkappid"], start["key"], start["identifier"])
        reply = {
            "protocol": 1,
            "sdk": {"name": "timsdk", "version": "1.1.12", "language": "Python"},
            "can": [*PATHS, "usersig_make"],
        }
    else:
        try:
            reply = answer(question)
        except Exception as error:  # Whatever the SDK raises is what its users get.
            reply = {"raised": {"type": type(error).__name__, "message": str(error)}}
    print(json.dumps({"id": question["id"], **reply}), file=replies, flush=True)
