"""The emulator of the marks API of Tencent Cloud Chat as a Python object, over the command `avmarks` that this package installs.

    with avmarks_emulator.Emulator() as emulator:
        emulator.control("POST", "groups", {"group": "live"})
        my_client(emulator.url, emulator.sdkappid, emulator.key).count_members("live")

`avmarks_emulator.pytest_plugin` gives one to each test.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

__all__ = ["Emulator", "find_program"]


def find_program() -> str:
    """The path of the command `avmarks`: that of this package, or else the one on the PATH.

    FileNotFoundError where there is none.
    """
    name = "avmarks" + (sysconfig.get_config_var("EXE") or "")
    user = "osx_framework_user" if sys.platform == "darwin" and sysconfig.get_config_var("PYTHONFRAMEWORK") else f"{os.name}_user"
    # Where pip puts scripts: of this environment, of the user, and beside packages that `--target` put somewhere.
    folders = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", scheme=user), str(Path(__file__).parent.parent / "bin")]
    for folder in folders:
        if os.access(Path(folder) / name, os.X_OK):
            return str(Path(folder) / name)
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"there is no program `{name}` in {', '.join(folders)} or on the PATH; install avmarks-emulator anew")
    return found


class Emulator:
    """A running emulator, on a port of its own. It ends with `stop`, or at the end of a `with`."""

    url: str
    """Where it is, `http://127.0.0.1:PORT`; a proxy as well."""

    https_url: str
    """The same, for HTTPS."""

    ca: str
    """The path of the certificate to trust for HTTPS, made for this emulator alone."""

    sdkappid: int
    """The SDKAppID."""

    identifier: str
    """The identifier of an app admin."""

    key: str | None
    """The secret key that signatures are checked with; None where any signature passes."""

    def __init__(
        self,
        arguments: list[str] | tuple[str, ...] = (),
        *,
        key: str | None = "",
        program: str | None = None,
        folder: str | os.PathLike[str] | None = None,
    ) -> None:
        """Starts it, and waits until it listens.

        `arguments` are those of `avmarks serve`. `key` is the secret key; the empty text for a random one, None for no check of
        signatures. `program` is the command, in the place of that of this package. In `folder` it keeps its files; without one, in
        a temporary folder that goes with it. RuntimeError with what it said where it does not start.
        """
        self._temporary = tempfile.TemporaryDirectory(prefix="avmarks-") if folder is None else None
        home = Path(self._temporary.name if self._temporary else folder or ".")
        self._program = program or find_program()
        self.key = secrets.token_hex(32) if key == "" else key
        # A file of its own, and no variables: what is set up for somebody's own emulator has no say here.
        (home / "avmarks.toml").touch()
        command = [self._program, "--json", "serve", "--port", "0", "--config", str(home / "avmarks.toml"), "--ca-dir", str(home / "ca")]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AVMARKS_")}
        if self.key is not None:
            environment["AVMARKS_KEY"] = self.key
        self._log = home / "avmarks.log"
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                [*command, *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
            )
        ready = self._process.stdout.readline() if self._process.stdout else b""
        if not ready:
            log_text = self.log()
            self.stop()
            raise RuntimeError(f"`avmarks serve` did not start: {log_text}")
        told = json.loads(ready)
        self.url, self.https_url, self.ca = told["url"], told["https_url"], told["ca"]
        settings = self.control("GET", "settings")
        self.sdkappid, self.identifier = settings["sdkappid"], settings["admins"][0]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Asks the control API, as in `control("POST", "groups", {"group": "live"})`, and gives its answer.

        RuntimeError with the reason where it refuses. docs/control-plane.md of the project has every path.
        """
        request = urllib.request.Request(f"{self.url}/_avmarks/{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        # Whatever proxy is set, it is not between a test and its emulator.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            raise RuntimeError(f"{method} {path}: {refused.read().decode()}") from None

    def reset(self) -> None:
        """Everything as at the start: no groups but those of its arguments, no faults, the clock back."""
        self.control("POST", "reset")

    def now_ms(self) -> int:
        """The time of its clock, in milliseconds since the Unix epoch."""
        now: int = self.control("GET", "clock")["now"]
        return now

    def set_clock(self, now_ms: int, *, running: bool = False) -> None:
        """Sets its clock to a time that has not passed; it stands still from then on, or runs.

        RuntimeError where the time has passed: only `reset` takes the clock back.
        """
        self.control("PUT", "clock", {"now": now_ms, "running": running})

    def advance(self, ms: int) -> None:
        """Moves its clock on by so many milliseconds. Whatever ends by then has ended when this returns."""
        self.control("POST", "clock/advance", {"ms": ms})

    def usersig(self, identifier: str | None = None, *, expire_seconds: int = 86_400) -> str:
        """A signature for a user, by default the app admin, good from now by the emulator's clock.

        RuntimeError where there is no key, or the identifier cannot be signed.
        """
        if self.key is None:
            raise RuntimeError("this emulator has no key: any text is a signature to it")
        command = [self._program, "usersig", "sign", "--sdkappid", str(self.sdkappid), "--expire", str(expire_seconds)]
        command += ["--at", str(self.now_ms() // 1000), "--identifier", self.identifier if identifier is None else identifier]
        signed = subprocess.run(command, env={**os.environ, "AVMARKS_KEY": self.key}, capture_output=True, text=True, check=False)
        if signed.returncode != 0:
            raise RuntimeError(signed.stderr.strip())
        return signed.stdout.strip()

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead a client here whose host is hard-wired to the vendor's, and let it trust the certificate."""
        proxy = {name: self.url for name in ("HTTPS_PROXY", "https_proxy")}
        direct = {name: "" for name in ("NO_PROXY", "no_proxy")}
        trusted = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        return {**proxy, **direct, **{name: self.ca for name in trusted}}

    def log(self) -> str:
        """What it has said so far: each request with its verdict and the reason. A line may come some milliseconds after its answer."""
        return self._log.read_text(errors="replace")

    def stop(self) -> None:
        """Ends it. It may be ended more than once."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        if self._temporary:
            self._temporary.cleanup()

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
