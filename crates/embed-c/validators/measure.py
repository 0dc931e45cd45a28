"""Validators that people would write in Python beside ours: whether they agree, and how long each takes.

    python measure.py CASES SECONDS

CASES is what `avmarks generate --category check` prints. Each takes the bytes of a body, as it would be sent. Rounds go by turns for so
many seconds; the best of each counts, as other work on the machine only ever adds to it.
"""

import base64
import json
import sys
import time
from pathlib import Path
from typing import Annotated, List, Literal, Union

import avmarks
import jsonschema_rs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Mark = Union[Literal[500, 600], Annotated[int, Field(ge=1000, le=2**32 - 1)]]


class Member(BaseModel):
    model_config = ConfigDict(strict=True)
    Member_Account: Annotated[str, Field(min_length=1, max_length=32)]
    Marks: Annotated[List[Mark], Field(min_length=1)]


class Request(BaseModel):
    model_config = ConfigDict(strict=True)
    GroupId: Annotated[str, Field(min_length=1, max_length=48)]
    CommandType: Literal[1, 2]
    MemberList: Annotated[List[Member], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def at_most_ten_marks(self):
        if self.CommandType == 1 and len({mark for member in self.MemberList for mark in member.Marks if mark >= 1000}) > 10:
            raise ValueError("more than ten different marks")
        return self


SCHEMA = jsonschema_rs.validator_for(json.loads((Path(__file__).parent / "modify_user_info.schema.json").read_text()))


def by_pydantic(body):
    try:
        Request.model_validate_json(body)
    except ValidationError:
        return False
    return True


def by_jsonschema_rs(body):
    try:
        return SCHEMA.is_valid(json.loads(body))
    except ValueError:
        return False


def by_avmarks(body):
    return avmarks.check("modify_user_info", body)["accepted"]


def main(cases, seconds):
    others = {"pydantic": by_pydantic, "jsonschema-rs": by_jsonschema_rs}
    asked, differ, ours = 0, {name: [] for name in others}, []
    for line in Path(cases).read_text().splitlines():
        case = json.loads(line)
        if case["endpoint"] != "modify_user_info" or case["level"] != "must":
            continue
        body = base64.b64decode(case["body_b64"]) if "body_b64" in case else case["body"].encode()
        asked += 1
        for name, validate in others.items():
            if validate(body) != case["verdict"]["accepted"]:
                differ[name].append(case["id"])
        if by_avmarks(body) != case["verdict"]["accepted"]:
            ours.append(case["id"])
    assert not ours, ours
    members = [{"Member_Account": f"student{at:05}", "Marks": [1000, 1001], "NickName": "x" * 8} for at in range(500)]
    body = json.dumps({"GroupId": "@TGS#a6I4ZUUGO", "CommandType": 1, "MemberList": members}, separators=(",", ":")).encode()
    all_of_them = {"avmarks": by_avmarks, **others}
    assert all(validate(body) for validate in all_of_them.values())
    took, until = {name: [] for name in all_of_them}, time.monotonic() + seconds
    while time.monotonic() < until:
        for name, validate in all_of_them.items():
            began = time.perf_counter()
            for _ in range(10):
                validate(body)
            took[name].append((time.perf_counter() - began) / 10)
    best = {name: min(rounds) * 1e6 for name, rounds in took.items()}
    for name in others:
        print(f"{name:14} {best[name]:8.1f} us, ours {best['avmarks']:6.1f}: {best[name] / best['avmarks']:.2f}"
              f"; of {asked} cases {len(differ[name])} otherwise: {', '.join(differ[name])}")


main(sys.argv[1], float(sys.argv[2]))
