"""A fixture for pytest that gives each test the avmarks emulator, as new. Installed, it is there by itself.

    def test_marks(avmarks):
        avmarks.control("POST", "groups", {"group": "live"})
        avmarks.control("POST", "groups/live/join", {"accounts": ["teacher"]})
        my_client(avmarks.url, avmarks.sdkappid, avmarks.key).set_marks("live", {"teacher": [1000]})

The emulator starts with the first test that asks for it, on a free port, and ends with the run. Its command is that of this package, or
the one that `pytest --avmarks=PATH` or `avmarks = PATH` in pytest's configuration names.
"""

from __future__ import annotations

import shutil
from typing import Iterator

import pytest

from . import Emulator


def pytest_addoption(parser: pytest.Parser) -> None:
    what = "the command `avmarks`, in the place of that of the package avmarks-emulator"
    parser.addoption("--avmarks", metavar="PATH", help=what)
    parser.addini("avmarks", what)


@pytest.fixture(scope="session")
def avmarks_arguments() -> list[str]:
    """More arguments of `avmarks serve`; define this fixture anew to give some, such as `["--strict"]`."""
    return []


@pytest.fixture(scope="session")
def avmarks_key() -> str | None:
    """The app's secret key, a random one; define this fixture anew to give one, or None where any signature is to pass."""
    return ""


@pytest.fixture(scope="session")
def avmarks_running(
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    avmarks_arguments: list[str],
    avmarks_key: str | None,
) -> Iterator[Emulator]:
    """The emulator of this run of pytest (with pytest-xdist, one for each worker)."""
    named = pytestconfig.getoption("avmarks") or pytestconfig.getini("avmarks")
    program = shutil.which(named) if named else None
    if named and program is None:
        pytest.fail(f"`{named}` is no program: expected the path of `avmarks`", pytrace=False)
    emulator = Emulator(avmarks_arguments, key=avmarks_key, program=program, folder=tmp_path_factory.mktemp("avmarks"))
    yield emulator
    emulator.stop()


@pytest.fixture
def avmarks(avmarks_running: Emulator) -> Emulator:
    """An emulator as new: what tests before have done to it is undone, their clock included."""
    avmarks_running.reset()
    return avmarks_running
