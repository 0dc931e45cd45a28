#!/usr/bin/env python3
"""Conformance harness around `tls-sig-api-v2` 1.1 (PyPI), which makes signatures and nothing else."""

import base64
import json
import sys

from TLSSigAPIv2 import TLSSigAPIv2

for line in sys.stdin.buffer:
    question = json.loads(line)
    if question["do"] == "stop":
        break
    if question["do"] == "start":
        api = TLSSigAPIv2(question["sdkappid"], question["key"])
        sdk = {"name": "tls-sig-api-v2", "version": "1.1", "language": "Python"}
        reply = {"protocol": 1, "sdk": sdk, "can": ["usersig_make"]}
    else:
        arguments = [question["identifier"], question["expire"]]
        try:
            if question["userbuf_b64"] is None:
                reply = {"value": api.gen_sig(*arguments)}
            else:
                reply = {"value": api.gen_sig_with_userbuf(*arguments, base64.b64decode(question["userbuf_b64"]))}
        except Exception as error:  # Whatever the SDK raises is what its users get.
            reply = {"raised": {"type": type(error).__name__, "message": str(error)}}
    print(json.dumps({"id": question["id"], **reply}), flush=True)
