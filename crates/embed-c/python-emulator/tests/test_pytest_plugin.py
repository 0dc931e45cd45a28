"""The fixture, by itself and as somebody's tests use it."""

import socket
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import avmarks_emulator
import pytest
import requests
from timsdk import TimClient

pytest_plugins = ["pytester"]


def online(emulator, group, url=None, usersig=None, **how):
    """The answer about who is online."""
    signed = {"sdkappid": emulator.sdkappid, "identifier": emulator.identifier, "usersig": usersig or emulator.usersig()}
    query = {**signed, "random": 1, "contenttype": "json"}
    path = f"{url or emulator.url}/v4/group_open_http_svc/get_online_member_num"
    return requests.post(path, params=query, json={"GroupId": group}, timeout=10, **how).json()


def listens(url):
    address = urllib.parse.urlsplit(url)
    with socket.socket() as client:
        return client.connect_ex((address.hostname, address.port)) == 0


@pytest.mark.parametrize("_", range(2))
def test_each_test_finds_it_empty(avmarks, _):
    assert avmarks.control("GET", "groups")["groups"] == []
    avmarks.control("POST", "groups", {"group": "live"})
    avmarks.control("POST", "groups/live/join", {"accounts": ["teacher", "student"]})
    assert online(avmarks, "live")["OnlineMemberNum"] == 2


def test_its_clock_is_put_back(avmarks):
    before = avmarks.now_ms()
    avmarks.advance(10**9)
    assert avmarks.now_ms() >= before + 10**9
    avmarks.reset()
    assert avmarks.now_ms() < before + 10**9


def test_its_clock_stands_where_it_is_set(avmarks):
    now = avmarks.now_ms() + 10**6
    avmarks.set_clock(now)
    assert [avmarks.now_ms(), avmarks.now_ms()] == [now, now]
    with pytest.raises(RuntimeError, match="PUT clock: "):
        avmarks.set_clock(now - 1)
    avmarks.set_clock(now, running=True)
    # A hang becomes a failure.
    end = time.monotonic() + 30
    while avmarks.now_ms() == now:
        assert time.monotonic() < end


def test_signatures_are_checked_by_its_clock(avmarks):
    avmarks.control("POST", "groups", {"group": "live"})
    usersig = avmarks.usersig(expire_seconds=100)
    assert online(avmarks, "live", usersig=usersig)["ErrorCode"] == 0
    assert online(avmarks, "live", usersig="xxx")["ErrorCode"] == 70003
    assert online(avmarks, "live", usersig=avmarks.usersig("somebody"))["ErrorCode"] == 70013
    avmarks.advance(101_000)
    assert online(avmarks, "live", usersig=usersig)["ErrorCode"] == 70001
    assert online(avmarks, "live")["ErrorCode"] == 0
    with pytest.raises(RuntimeError, match="identifier"):
        avmarks.usersig("")


def test_its_certificate_is_to_be_trusted_and_no_other_is(avmarks):
    avmarks.control("POST", "groups", {"group": "live"})
    assert online(avmarks, "live", avmarks.https_url, verify=avmarks.ca)["OnlineMemberNum"] == 0
    with pytest.raises(urllib.error.URLError) as refused:
        urllib.request.urlopen(avmarks.https_url, context=ssl.create_default_context(), timeout=10)
    assert isinstance(refused.value.reason, ssl.SSLCertVerificationError)


def test_an_sdk_with_a_hard_wired_host_gets_here(avmarks, monkeypatch):
    for name, value in avmarks.environment.items():
        monkeypatch.setenv(name, value)
    groups = TimClient(avmarks.sdkappid, avmarks.key).group_open_http_svc
    created = groups.create_group("class", group_type=groups.TYPE_AV_CHAT_ROOM)
    assert created["ErrorCode"] == 0
    assert [group["group"] for group in avmarks.control("GET", "groups")["groups"]] == [created["GroupId"]]


def test_what_it_refuses_is_said_with_the_reason(avmarks):
    with pytest.raises(RuntimeError, match="POST groups/nowhere/join: .*nowhere"):
        avmarks.control("POST", "groups/nowhere/join", {"accounts": ["teacher"]})


def test_its_log_can_be_read(avmarks):
    online(avmarks, "nowhere")
    # A line may come some milliseconds after its answer; a hang becomes a failure.
    end = time.monotonic() + 30
    while "10010" not in avmarks.log():
        assert time.monotonic() < end, avmarks.log()
        time.sleep(0.01)


def test_one_without_a_key_takes_any_signature():
    with avmarks_emulator.Emulator(["--group", "live", "--sdkappid", "1400000001", "--admin", "boss"], key=None) as emulator:
        assert (emulator.sdkappid, emulator.identifier, emulator.key) == (1400000001, "boss", None)
        assert online(emulator, "live", usersig="xxx")["ErrorCode"] == 0
        with pytest.raises(RuntimeError, match="no key"):
            emulator.usersig()
    assert not listens(emulator.url)
    emulator.stop()


def test_the_command_runs_as_a_module():
    version = subprocess.run([sys.executable, "-m", "avmarks_emulator", "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith("avmarks ")
    refused = subprocess.run([sys.executable, "-m", "avmarks_emulator", "no-such-command"], capture_output=True, check=False)
    assert refused.returncode == 2


def test_a_missing_command_is_said_with_the_places(monkeypatch, tmp_path):
    monkeypatch.setattr("sysconfig.get_path", lambda *_, **__: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="no program `avmarks` in .*; install avmarks-emulator anew"):
        avmarks_emulator.find_program()


@pytest.fixture
def somebodys(pytester):
    """Runs the tests of somebody who has installed the package, by a pytest of their own."""

    def run(text, *arguments):
        pytester.makepyfile(text)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments)

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
    run = somebodys("def test_marks(avmarks): pass", "--avmarks=no-such-program")
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines(["*`no-such-program` is no program: expected the path of `avmarks`*"])


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
