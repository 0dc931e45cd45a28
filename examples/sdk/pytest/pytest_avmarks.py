"""A fixture that gives each test the avmarks emulator, empty: copy this file beside your conftest.py, or install its folder.

    def test_marks(avmarks):
        avmarks.control("POST", "groups", {"group": "live"})
        avmarks.control("POST", "groups/live/join", {"accounts": ["teacher"]})
        my_client(avmarks.url).set_marks("live", {"teacher": [1000]})

Copied, it is switched on by `pytest_plugins = ["pytest_avmarks"]` in the conftest.py at the top; installed, by itself. The
program `avmarks` is looked for on the PATH, or named by `pytest --avmarks=PATH` or by `avmarks = PATH` in pytest's
configuration. It needs Python 3.9 or later and pytest, and nothing else.
"""

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request

import pytest


class Emulator:
    """A running emulator."""

    url: str
    """Where it is, `http://127.0.0.1:PORT`; a proxy as well."""

    https_url: str
    """The same, for HTTPS."""

    ca: str
    """The path of the certificate to trust for HTTPS, made for this run alone."""

    def __init__(self, program, folder, arguments=()):
        """Starts it on a free port, with its files in `folder`, and waits until it listens."""
        (folder / "avmarks.toml").touch()
        command = [program, "--json", "serve", "--port", "0"]
        # A file of its own, and no variables: what is set up for somebody's own emulator has no say in tests.
        command += ["--config", str(folder / "avmarks.toml"), "--ca-dir", str(folder / "ca"), *arguments]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AVMARKS_")}
        self._log = folder / "avmarks.log"
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
            )
        ready = self._process.stdout.readline()
        if not ready:
            self.stop()
            raise RuntimeError(f"{' '.join(command)} did not start: {self.log()}")
        told = json.loads(ready)
        self.url, self.https_url, self.ca = told["url"], told["https_url"], told["ca"]

    def control(self, method, path, body=None):
        """Asks the control plane, as in `control("POST", "clock/advance", {"ms": 1000})`, and gives its answer.

        RuntimeError with the reason where it refuses.
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

    def reset(self):
        """Everything as at the start: no groups but those of its arguments, no faults, the clock back."""
        self.control("POST", "reset")

    @property
    def environment(self):
        """Variables that lead a client here whose host is hard-wired to the vendor's, and let it trust the certificate."""
        proxy = {name: self.url for name in ("HTTPS_PROXY", "https_proxy")}
        direct = {name: "" for name in ("NO_PROXY", "no_proxy")}
        trusted = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        return {**proxy, **direct, **{name: self.ca for name in trusted}}

    def log(self):
        """What it has said so far: each request with its verdict and the reason. A line may come some milliseconds after its answer."""
        return self._log.read_text(errors="replace")

    def stop(self):
        """Ends it."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


def pytest_addoption(parser):
    what = "the program `avmarks`, where it is not on the PATH"
    parser.addoption("--avmarks", metavar="PATH", help=what)
    parser.addini("avmarks", what)


@pytest.fixture(scope="session")
def avmarks_arguments():
    """More arguments of `avmarks serve`; define this fixture anew to give some, such as `["--strict"]`."""
    return []


@pytest.fixture(scope="session")
def avmarks_running(pytestconfig, tmp_path_factory, avmarks_arguments):
    """The emulator of this run of pytest (with pytest-xdist, one for each worker)."""
    named = pytestconfig.getoption("avmarks") or pytestconfig.getini("avmarks") or "avmarks"
    program = shutil.which(named)
    if program is None:
        pytest.fail(f"`{named}` is no program; install avmarks, or name it with --avmarks=PATH", pytrace=False)
    emulator = Emulator(program, tmp_path_factory.mktemp("avmarks"), avmarks_arguments)
    yield emulator
    emulator.stop()


@pytest.fixture
def avmarks(avmarks_running):
    """An emulator as new."""
    avmarks_running.reset()
    return avmarks_running
