"""The audio-video group marks API of Tencent Cloud Chat: requests checked before they are sent, and the caller's side of the API.

>>> import avmarks
>>> found = avmarks.check("modify_user_info", b'{"GroupId":"g","CommandType":3,"MemberList":[]}')
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

__all__ = ["AvmarksError", "Job", "Session", "about", "ask", "call", "check", "explain", "plan"]

_ABI = 1


class AvmarksError(Exception):
    """A question that could not be put. `kind` is one of a closed list of words, `pointer` a JSON pointer into the request, or None."""

    def __init__(self, kind: str, pointer: str | None, message: str) -> None:
        super().__init__(message)
        self.kind, self.pointer, self.message = kind, pointer, message


def _load(path: str) -> ctypes.CDLL:
    library = ctypes.CDLL(path)
    size, pointer, text = ctypes.c_size_t, ctypes.c_void_p, ctypes.c_char_p
    library.avmarks_abi.restype = ctypes.c_uint32
    if (found := library.avmarks_abi()) != _ABI:
        raise ImportError(f"{path} has interface {found}, and this package wants {_ABI}; install the two from one version")
    asked = [text, size, text, size]
    library.avmarks_call.argtypes, library.avmarks_call.restype = [*asked, pointer], pointer
    library.avmarks_open.argtypes, library.avmarks_open.restype = [*asked, pointer, pointer], pointer
    library.avmarks_ask.argtypes, library.avmarks_ask.restype = [pointer, *asked, pointer], pointer
    library.avmarks_close.argtypes, library.avmarks_close.restype = [pointer], None
    library.avmarks_free.argtypes, library.avmarks_free.restype = [pointer, size], None
    return library


_library = _load(os.environ.get("AVMARKS_LIBRARY") or str(Path(__file__).with_name("libavmarks.so")))
_call, _free, _string_at = _library.avmarks_call, _library.avmarks_free, ctypes.string_at


def _taken(text: int) -> bytes:
    # No reply has a NUL in it, so that its length need not be asked for.
    reply = _string_at(text)
    _free(text, len(reply))
    return reply


def call(request: bytes, body: bytes = b"") -> bytes:
    """Answers a question, as bytes: the reply as it is, `error` included."""
    return _taken(_call(request, len(request), body, len(body), None))


def _value(reply: bytes):
    reply = json.loads(reply)
    if (error := reply.get("error")) is not None:
        raise AvmarksError(error["kind"], error["pointer"], error["message"])
    return reply["ok"]


def _request(do: str, fields: dict) -> bytes:
    return json.dumps({"v": 1, "do": do, **fields}, ensure_ascii=False, separators=(",", ":")).encode()


def ask(do: str, body: bytes = b"", **fields):
    """Answers a question: its fields in, what it gave out. Raises AvmarksError where it could not be put."""
    return _value(call(_request(do, fields), body))


def about() -> dict:
    """Which versions these are."""
    return ask("about")


def check(endpoint: str, body: bytes, **fields) -> dict:
    """Everything that is wrong with the body of a call, as far as the body shows it."""
    return ask("check", body, endpoint=endpoint, **fields)


def explain(subject: str) -> dict:
    """A clause, a gap, an error code or a mark in words."""
    return ask("explain", subject=subject)


def plan(change: str, group: str, inputs: list, **fields) -> dict:
    """The calls for any number of accounts."""
    return ask("plan", change=change, group=group, inputs=inputs, **fields)


class _Handle:
    """A machine that is kept between questions. It may be asked by several threads, which wait for each other."""

    def __init__(self, do: str, body: bytes, fields: dict) -> None:
        self._lock, self._handle = threading.Lock(), ctypes.c_void_p()
        request = _request(do, fields)
        _value(_taken(_library.avmarks_open(request, len(request), body, len(body), ctypes.byref(self._handle), None)))

    def call(self, request: bytes, body: bytes = b"") -> bytes:
        """Answers a question, as bytes: the reply as it is, `error` included."""
        with self._lock:
            if not self._handle:
                raise ValueError("it is closed")
            return _taken(_library.avmarks_ask(self._handle, request, len(request), body, len(body), None))

    def ask(self, do: str, body: bytes = b"", **fields):
        """Answers a question: its fields in, what it gave out. Raises AvmarksError where it could not be put."""
        return _value(self.call(_request(do, fields), body))

    def close(self) -> None:
        """Gives the memory back. Nothing can be asked afterwards."""
        with self._lock:
            handle, self._handle = self._handle, ctypes.c_void_p()
            _library.avmarks_close(handle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self.close()


class Session(_Handle):
    """A service with its groups. `snapshot` is that of an earlier one."""

    def __init__(self, snapshot: bytes = b"", **fields) -> None:
        super().__init__("session", snapshot, fields)


class Job(_Handle):
    """The caller without a socket. `progress` is that of an earlier job of the same plans."""

    def __init__(self, progress: bytes = b"", **fields) -> None:
        super().__init__("job", progress, fields)
