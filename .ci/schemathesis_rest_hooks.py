"""For .ci/schemathesis: lets calls be about groups and accounts that are there, and looks at the codes of their answers."""

import json
import zlib

import schemathesis

TYPES = ["Private", "Public", "ChatRoom", "AVChatRoom", "Community"]


def known(value):
    """The same body about a group and accounts that are there, in three of four cases; what has another type stays."""
    if not isinstance(value, dict):
        return value
    number = zlib.crc32(json.dumps(value, sort_keys=True, default=str).encode("utf-8", "replace"))
    if number % 4 == 0:
        return value
    group = "@TGS#_" + TYPES[number % len(TYPES)]
    account = f"u{number % 5}"

    def replaced(name, inner):
        if isinstance(inner, dict):
            return {key: replaced(key, item) for key, item in inner.items()}
        if isinstance(inner, list):
            return [replaced(name, item) for item in inner]
        if isinstance(inner, str) and inner:
            if name in ("GroupId", "GroupIdList"):
                return group
            if name.endswith("_Account") or name in ("UserID", "Accounts"):
                return account
        return inner

    return replaced("", value)


@schemathesis.hook
def before_call(context, case, kwargs):
    # What is to be refused stays as it is: it may be the account that is wrong.
    if case.meta is None or not case.meta.generation.mode.is_negative:
        case.body = known(case.body)


@schemathesis.check
def a_body_against_the_document_is_refused(ctx, response, case):
    """What the document does not allow is no OK."""
    if case.meta is None or not case.meta.generation.mode.is_negative or response.status_code != 200:
        return
    if not any(kind.value == "body" for kind, info in case.meta.components.items() if info.mode.is_negative):
        return
    answer = response.json()
    assert answer["ErrorCode"] != 0, f"served: {case.body!r}"


@schemathesis.check
def a_body_of_the_document_is_read(ctx, response, case):
    """What the document allows is JSON to the emulator, and its fields are of the right types."""
    if case.meta is None or case.meta.generation.mode.is_negative or response.status_code != 200 or case.method != "POST":
        return
    answer = response.json()
    assert answer["ErrorCode"] != 60003, answer["ErrorInfo"]
