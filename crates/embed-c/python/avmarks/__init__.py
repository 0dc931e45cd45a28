"""The audio-video group marks API of Tencent Cloud Chat: requests checked before they are sent, and the caller's side of the API.

>>> import avmarks
>>> found = avmarks.check("modify_user_info", '{"GroupId":"g","CommandType":3,"MemberList":[]}')
>>> found["accepted"], found["violations"][0]["pointer"]
(False, '/CommandType')

`docs/embed.md` of the project has every question and every field.
"""

from __future__ import annotations

import ctypes
import json
import os
import threading
from pathlib import Path
from typing import Any, TypedDict, TypeVar

__all__ = ["AvmarksError", "Checked", "Job", "Session", "Violation", "about", "ask", "call", "check", "explain", "plan"]

_ABI = 1


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


def _load(path: str) -> ctypes.CDLL:
    library = ctypes.CDLL(path)
    size, pointer = ctypes.c_size_t, ctypes.c_void_p
    library.avmarks_abi.restype = ctypes.c_uint32
    if (found := library.avmarks_abi()) != _ABI:
        raise ImportError(f"{path} has interface {found}, and this package wants {_ABI}; install the two from one version")
    asked: list[Any] = [ctypes.c_char_p, size, ctypes.c_char_p, size]
    library.avmarks_call.argtypes, library.avmarks_call.restype = [*asked, pointer], pointer
    library.avmarks_open.argtypes, library.avmarks_open.restype = [*asked, pointer, pointer], pointer
    library.avmarks_ask.argtypes, library.avmarks_ask.restype = [pointer, *asked, pointer], pointer
    library.avmarks_close.argtypes, library.avmarks_close.restype = [pointer], None
    library.avmarks_free.argtypes, library.avmarks_free.restype = [pointer, size], None
    return library


_library = _load(os.environ.get("AVMARKS_LIBRARY") or str(Path(__file__).with_name("libavmarks.so")))
_call, _free, _string_at = _library.avmarks_call, _library.avmarks_free, ctypes.string_at


def _taken(text: Any) -> bytes:
    # No reply has a NUL in it, so that its length need not be asked for.
    reply = _string_at(text)
    _free(text, len(reply))
    return reply


def _bytes(text: bytes | str) -> bytes:
    # Half a surrogate pair becomes bytes that are not UTF-8, and the library says so.
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def call(request: bytes | str, body: bytes | str = b"") -> bytes:
    """Answers a question, as bytes: the reply as it is, `error` included. Text is taken as UTF-8."""
    request, body = _bytes(request), _bytes(body)
    return _taken(_call(request, len(request), body, len(body), None))


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
        self._lock, self._handle = threading.Lock(), ctypes.c_void_p()
        request, body = _request(do, fields), _bytes(body)
        _value(_taken(_library.avmarks_open(request, len(request), body, len(body), ctypes.byref(self._handle), None)))

    def call(self, request: bytes | str, body: bytes | str = b"") -> bytes:
        """Answers a question, as bytes: the reply as it is, `error` included. Text is taken as UTF-8."""
        request, body = _bytes(request), _bytes(body)
        with self._lock:
            if not self._handle:
                raise ValueError("it is closed")
            return _taken(_library.avmarks_ask(self._handle, request, len(request), body, len(body), None))

    def ask(self, do: str, body: bytes | str = b"", **fields: Any) -> Any:
        """Answers a question: its fields in, what it gave out. Raises AvmarksError where it could not be put."""
        return _value(self.call(_request(do, fields), body))

    def close(self) -> None:
        """Gives the memory back. Nothing can be asked afterwards."""
        with self._lock:
            handle, self._handle = self._handle, ctypes.c_void_p()
            _library.avmarks_close(handle)

    def __reduce__(self) -> str:
        # A copy would give the same memory back once more.
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled; open another with its snapshot or progress")

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self.close()


class Session(_Handle):
    """A service with its groups. `snapshot` is that of an earlier one."""

    def __init__(self, snapshot: bytes | str = b"", **fields: Any) -> None:
        super().__init__("session", snapshot, fields)


class Job(_Handle):
    """The caller without a socket. `progress` is that of an earlier job of the same plans."""

    def __init__(self, progress: bytes | str = b"", **fields: Any) -> None:
        super().__init__("job", progress, fields)
