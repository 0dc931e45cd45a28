"""The fixture, by itself and as somebody's tests use it."""

import socket
import ssl
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
import requests
from timsdk import TimClient

pytest_plugins = ["pytester"]

QUERY = {"sdkappid": 1400000000, "identifier": "administrator", "usersig": "xxx", "random": 1, "contenttype": "json"}


def online(url, group, **how):
    """The answer about who is online."""
    path = "v4/group_open_http_svc/get_online_member_num"
    return requests.post(f"{url}/{path}", params=QUERY, json={"GroupId": group}, timeout=10, **how).json()


def listens(url):
    address = urllib.parse.urlsplit(url)
    with socket.socket() as client:
        return client.connect_ex((address.hostname, address.port)) == 0


@pytest.mark.parametrize("_", range(2))
def test_each_test_finds_it_empty(avmarks, _):
    assert avmarks.control("GET", "groups")["groups"] == []
    avmarks.control("POST", "groups", {"group": "live"})
    avmarks.control("POST", "groups/live/join", {"accounts": ["teacher", "student"]})
    assert online(avmarks.url, "live")["OnlineMemberNum"] == 2


def test_its_clock_is_put_back(avmarks):
    before = avmarks.control("GET", "clock")["now"]
    avmarks.control("POST", "clock/advance", {"ms": 10**9})
    assert avmarks.control("GET", "clock")["now"] >= before + 10**9
    avmarks.reset()
    assert avmarks.control("GET", "clock")["now"] < before + 10**9


def test_its_certificate_is_to_be_trusted_and_no_other_is(avmarks):
    avmarks.control("POST", "groups", {"group": "live"})
    assert online(avmarks.https_url, "live", verify=avmarks.ca)["OnlineMemberNum"] == 0
    with pytest.raises(urllib.error.URLError) as refused:
        urllib.request.urlopen(avmarks.https_url, context=ssl.create_default_context(), timeout=10)
    assert isinstance(refused.value.reason, ssl.SSLCertVerificationError)


def test_an_sdk_with_a_hard_wired_host_gets_here(avmarks, monkeypatch):
    for name, value in avmarks.environment.items():
        monkeypatch.setenv(name, value)
    groups = TimClient(1400000000, "0" * 64).group_open_http_svc
    created = groups.create_group("class", group_type=groups.TYPE_AV_CHAT_ROOM)
    assert created["ErrorCode"] == 0
    assert [group["group"] for group in avmarks.control("GET", "groups")["groups"]] == [created["GroupId"]]


def test_what_it_refuses_is_said_with_the_reason(avmarks):
    with pytest.raises(RuntimeError, match="POST groups/nowhere/join: .*nowhere"):
        avmarks.control("POST", "groups/nowhere/join", {"accounts": ["teacher"]})


def test_its_log_can_be_read(avmarks):
    online(avmarks.url, "nowhere")
    # A line may come some milliseconds after its answer; a hang becomes a failure.
    end = time.monotonic() + 30
    while "10010" not in avmarks.log():
        assert time.monotonic() < end, avmarks.log()
        time.sleep(0.01)


@pytest.fixture
def somebodys(pytester, pytestconfig, monkeypatch):
    """Runs the tests of somebody who has copied the file, by a pytest of their own."""
    (pytester.path / "pytest_avmarks.py").write_bytes((Path(__file__).parent / "pytest_avmarks.py").read_bytes())
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest("pytest_plugins = ['pytest_avmarks']")
    program = pytestconfig.getoption("avmarks") or pytestconfig.getini("avmarks") or "avmarks"

    def run(text, program=program):
        pytester.makepyfile(text)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", f"--avmarks={program}")

    return run


def test_it_ends_with_the_run_be_that_a_failure(somebodys, pytester):
    run = somebodys(
        """
        def test_marks(avmarks):
            open("url", "w").write(avmarks.url)
            assert False
        """
    )
    run.assert_outcomes(failed=1)
    assert not listens((pytester.path / "url").read_text())


def test_arguments_and_nothing_else_set_it_up(somebodys, monkeypatch, pytester):
    monkeypatch.setenv("AVMARKS_GROUP", "of-the-environment")
    (pytester.path / "avmarks.toml").write_text('[serve]\ngroup = "of-a-file"\n')
    run = somebodys(
        """
        import pytest

        @pytest.fixture(scope="session")
        def avmarks_arguments():
            return ["--group", "of-mine"]

        def test_groups(avmarks):
            assert [group["group"] for group in avmarks.control("GET", "groups")["groups"]] == ["of-mine"]
        """
    )
    run.assert_outcomes(passed=1)


def test_without_the_program_it_says_what_to_do(somebodys):
    run = somebodys("def test_marks(avmarks): pass", program="no-such-program")
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines(["*`no-such-program` is no program; install avmarks, or name it with --avmarks=PATH*"])


def test_why_it_did_not_start_is_said(somebodys):
    run = somebodys(
        """
        import pytest

        @pytest.fixture(scope="session")
        def avmarks_arguments():
            return ["--no-such-option"]

        def test_marks(avmarks):
            pass
        """
    )
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines(["*did not start: *--no-such-option*"])
