"""The audio-video group marks API of Tencent Cloud Chat: requests checked before they are sent, and the caller's side of the API.

>>> import avmarks
>>> found = avmarks.check("modify_user_info", '{"GroupId":"g","CommandType":3,"MemberList":[]}')
>>> found["accepted"], found["violations"][0]["pointer"]
(False, '/CommandType')

`docs/embed.md` of the project describes all requests and their fields.
"""

from __future__ import annotations

import json
import threading
from typing import Any, TypedDict, TypeVar

from . import _native

__all__ = ["AvmarksError", "Checked", "Job", "Session", "Violation", "about", "ask", "call", "check", "explain", "plan"]

_ask = _native.ask


class AvmarksError(Exception):
    """An invalid request. `kind` is one of the words in `docs/embed.md`, `pointer` a JSON pointer to the field, or None. The text of the
    error is `pointer` and `message`."""

    def __init__(self, kind: str, pointer: str | None, message: str) -> None:
        super().__init__(f"{pointer}: {message}" if pointer else message)
        self.kind, self.pointer, self.message = kind, pointer, message


class Violation(TypedDict):
    """A rule that a request breaks. `because` has the ids of the clauses and gaps, for `explain`."""

    step: int
    code: int
    because: list[str]
    pointer: str | None
    message: str


class _Found(TypedDict):
    accepted: bool
    violations: list[Violation]


class Checked(_Found, total=False):
    """What `check` found; the last three only if `want` names them."""

    answer: Any
    because: list[str]
    notes: list[dict[str, Any]]


def call(request: bytes | str, body: bytes | str = b"") -> bytes:
    """Sends a request and returns the reply, which may be an `error`, as bytes. Text is encoded as UTF-8."""
    return _ask(None, request, body)


def _value(reply: bytes) -> Any:
    read = json.loads(reply)
    if (error := read.get("error")) is not None:
        raise AvmarksError(error["kind"], error["pointer"], error["message"])
    return read["ok"]


def _request(do: str, fields: dict[str, Any]) -> bytes:
    # NaN and infinity, which are not JSON, raise a ValueError.
    text = json.dumps({"v": 1, "do": do, **fields}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def ask(do: str, body: bytes | str = b"", **fields: Any) -> Any:
    """Sends a request, given its fields, and returns the reply. Raises AvmarksError if the request is invalid."""
    return _value(call(_request(do, fields), body))


def about() -> dict[str, Any]:
    """The versions of the library, of its formats and of the documents."""
    found: dict[str, Any] = ask("about")
    return found


def check(endpoint: str, body: bytes | str, **fields: Any) -> Checked:
    """Lists every rule that the body of a call breaks, as far as the body alone shows it."""
    found: Checked = ask("check", body, endpoint=endpoint, **fields)
    return found


def explain(subject: str | int) -> dict[str, Any]:
    """Describes a clause, a gap, an error code or a mark: what a violation has in `because` and in `code`."""
    found: dict[str, Any] = ask("explain", subject=str(subject) if type(subject) is int else subject)
    return found


def plan(change: str, group: str, inputs: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """Splits a change of any number of accounts into calls, each with at most 500 accounts."""
    found: dict[str, Any] = ask("plan", change=change, group=group, inputs=inputs, **fields)
    return found


_Self = TypeVar("_Self", bound="_Handle")


class _Handle:
    """State that is kept between requests. Several threads may use it; they wait for each other."""

    def __init__(self, do: str, body: bytes | str, fields: dict[str, Any]) -> None:
        self._lock = threading.Lock()
        self._handle, reply = _native.open(_request(do, fields), body)
        _value(reply)

    def call(self, request: bytes | str, body: bytes | str = b"") -> bytes:
        """Sends a request and returns the reply, which may be an `error`, as bytes. Text is encoded as UTF-8."""
        with self._lock:
            if self._handle is None:
                raise ValueError(f"the {type(self).__name__} is closed")
            return _ask(self._handle, request, body)

    def ask(self, do: str, body: bytes | str = b"", **fields: Any) -> Any:
        """Sends a request, given its fields, and returns the reply. Raises AvmarksError if the request is invalid."""
        return _value(self.call(_request(do, fields), body))

    def close(self) -> None:
        """Frees the memory. Later requests raise a ValueError."""
        with self._lock:
            self._handle = None

    def __reduce__(self) -> str:
        # A copy would share its state with the original.
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled; open another with its snapshot or progress")

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Session(_Handle):
    """A service with its groups. `snapshot` is that of an earlier session, as JSON; without it there are no groups."""

    def __init__(self, snapshot: bytes | str = b"", **fields: Any) -> None:
        super().__init__("session", snapshot, fields)


class Job(_Handle):
    """A client that says what to send and does no I/O. `progress` is that of an earlier job with the same plans, as JSON."""

    def __init__(self, progress: bytes | str = b"", **fields: Any) -> None:
        super().__init__("job", progress, fields)
