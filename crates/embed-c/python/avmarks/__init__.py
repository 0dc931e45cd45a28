"""The audio-video group marks API of Tencent Cloud Chat: requests checked before they are sent, and the caller's side of the API.

>>> import avmarks
>>> found = avmarks.check("modify_user_info", '{"GroupId":"g","CommandType":3,"MemberList":[]}')
>>> found["accepted"], found["violations"][0]["pointer"]
(False, '/CommandType')

`docs/embed.md` of the project has every question and every field.
"""

from __future__ import annotations

import json
import threading
from typing import Any, TypedDict, TypeVar

from . import _native

__all__ = ["AvmarksError", "Checked", "Job", "Session", "Violation", "about", "ask", "call", "check", "explain", "plan"]

_ask = _native.ask


class AvmarksError(Exception):
    """A question that could not be put. `kind` is one of a closed list of words, `pointer` a JSON pointer into the request, or None."""

    def __init__(self, kind: str, pointer: str | None, message: str) -> None:
        super().__init__(message)
        self.kind, self.pointer, self.message = kind, pointer, message


class Violation(TypedDict):
    """A rule that a request breaks."""

    step: int
    code: int
    because: list[str]
    pointer: str | None
    message: str


class _Found(TypedDict):
    accepted: bool
    violations: list[Violation]


class Checked(_Found, total=False):
    """What `check` found; the last three only where `want` names them."""

    answer: Any
    because: list[str]
    notes: list[dict[str, Any]]


def call(request: bytes | str, body: bytes | str = b"") -> bytes:
    """Answers a question, as bytes: the reply as it is, `error` included. Text is taken as UTF-8."""
    return _ask(None, request, body)


def _value(reply: bytes) -> Any:
    read = json.loads(reply)
    if (error := read.get("error")) is not None:
        raise AvmarksError(error["kind"], error["pointer"], error["message"])
    return read["ok"]


def _request(do: str, fields: dict[str, Any]) -> bytes:
    return json.dumps({"v": 1, "do": do, **fields}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def ask(do: str, body: bytes | str = b"", **fields: Any) -> Any:
    """Answers a question: its fields in, what it gave out. Raises AvmarksError where it could not be put."""
    return _value(call(_request(do, fields), body))


def about() -> dict[str, Any]:
    """Which versions these are."""
    found: dict[str, Any] = ask("about")
    return found


def check(endpoint: str, body: bytes | str, **fields: Any) -> Checked:
    """Everything that is wrong with the body of a call, as far as the body shows it."""
    found: Checked = ask("check", body, endpoint=endpoint, **fields)
    return found


def explain(subject: str) -> dict[str, Any]:
    """A clause, a gap, an error code or a mark in words."""
    found: dict[str, Any] = ask("explain", subject=subject)
    return found


def plan(change: str, group: str, inputs: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """The calls for any number of accounts."""
    found: dict[str, Any] = ask("plan", change=change, group=group, inputs=inputs, **fields)
    return found


_Self = TypeVar("_Self", bound="_Handle")


class _Handle:
    """A machine that is kept between questions. It may be asked by several threads, which wait for each other."""

    def __init__(self, do: str, body: bytes | str, fields: dict[str, Any]) -> None:
        self._lock = threading.Lock()
        self._handle, reply = _native.open(_request(do, fields), body)
        _value(reply)

    def call(self, request: bytes | str, body: bytes | str = b"") -> bytes:
        """Answers a question, as bytes: the reply as it is, `error` included. Text is taken as UTF-8."""
        with self._lock:
            if self._handle is None:
                raise ValueError("it is closed")
            return _ask(self._handle, request, body)

    def ask(self, do: str, body: bytes | str = b"", **fields: Any) -> Any:
        """Answers a question: its fields in, what it gave out. Raises AvmarksError where it could not be put."""
        return _value(self.call(_request(do, fields), body))

    def close(self) -> None:
        """Gives the memory back. Nothing can be asked afterwards."""
        with self._lock:
            self._handle = None

    def __reduce__(self) -> str:
        # A copy would be the same machine, and not one in the same state.
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled; open another with its snapshot or progress")

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Session(_Handle):
    """A service with its groups. `snapshot` is that of an earlier one."""

    def __init__(self, snapshot: bytes | str = b"", **fields: Any) -> None:
        super().__init__("session", snapshot, fields)


class Job(_Handle):
    """The caller without a socket. `progress` is that of an earlier job of the same plans."""

    def __init__(self, progress: bytes | str = b"", **fields: Any) -> None:
        super().__init__("job", progress, fields)
