#!/usr/bin/env python3
"""Conformance harness around `tencentcloud-sdk-python-im` 0.9.4 (PyPI), which has one of these calls: the number of members."""

import json
import sys

from tencentcloud_im.tcim_client import TCIMClient

for line in sys.stdin.buffer:
    question = json.loads(line)
    if question["do"] == "stop":
        break
    if question["do"] == "start":
        client = TCIMClient(question["sdkappid"], question["key"], question["identifier"], question["http"] + "/v4")
        reply = {
            "protocol": 1,
            "sdk": {"name": "tencentcloud-sdk-python-im", "version": "0.9.4", "language": "Python"},
            "can": ["count_members", "usersig_make"],
        }
    elif question["do"] == "call":
        # It hands out the response of `requests`, which its users take the JSON of; None where it swallowed an error.
        response = client.get_online_member_num(question["args"]["group"])
        try:
            reply = {"answer": response.json()}
        except (AttributeError, ValueError) as error:
            reply = {"raised": {"type": type(error).__name__, "message": str(error)}}
    elif question["userbuf_b64"] is None:
        reply = {"value": client.get_user_sig(question["identifier"], question["expire"])}
    else:
        reply = {"skipped": {"why": "tencentcloud-sdk-python-im makes no signature with a userbuf"}}
    print(json.dumps({"id": question["id"], **reply}), flush=True)
