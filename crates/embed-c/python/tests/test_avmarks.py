import copy
import resource
import threading
import urllib.parse
from pathlib import Path

import avmarks
import pytest

REQUEST = b'{"v":1,"do":"check","endpoint":"modify_user_info"}'
BODY = b'{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[999]}]}'


def test_a_request_is_checked():
    found = avmarks.check("modify_user_info", BODY, want=["answer"])
    assert not found["accepted"] and found["answer"]["ErrorCode"] == 10004
    assert found["violations"][0]["pointer"] == "/MemberList/0/Marks/0"
    assert avmarks.check("modify_user_info", BODY.replace(b"999", b"1000"))["accepted"]


TABLE = (Path(__file__).parents[2] / "tests" / "border.tsv").read_text(encoding="utf-8").split("\n")
ROWS = [line.split("\t") for line in TABLE if line and not line.startswith("#")]


@pytest.mark.parametrize("request_text, body, begins", [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_border_passes_everything_as_it_is(request_text, body, begins):
    reply = avmarks.call(urllib.parse.unquote_to_bytes(request_text), urllib.parse.unquote_to_bytes(body))
    assert reply.startswith(begins.encode())


def test_a_body_of_16_mib_is_measured():
    assert b"the body has 16777216 bytes" in avmarks.call(REQUEST, bytes(1 << 24))
    assert avmarks.call(b" " * (1 << 24) + REQUEST, BODY) == avmarks.call(REQUEST, BODY)


def test_text_is_taken_as_utf_8():
    assert avmarks.call(REQUEST.decode(), BODY.decode()) == avmarks.call(REQUEST, BODY)
    assert avmarks.check("modify_user_info", "中")["violations"][0]["code"] == 60003
    # Half a surrogate pair, as json.loads makes it, is no UTF-8.
    assert avmarks.check("modify_user_info", "\ud800")["violations"][0]["code"] == 60003
    with pytest.raises(avmarks.AvmarksError) as caught:
        avmarks.explain("\ud800")
    assert caught.value.kind == "not-json"


@pytest.mark.parametrize("wrong", [None, 1, bytearray(b"{}"), memoryview(b"{}"), [], {}], ids=lambda wrong: type(wrong).__name__)
def test_what_is_neither_bytes_nor_text_is_refused(wrong):
    for asked in ((wrong, b""), (REQUEST, wrong)):
        with pytest.raises(TypeError, match=f"expected bytes or text, found <class '{type(wrong).__name__}'>"):
            avmarks.call(*asked)
    with pytest.raises(TypeError, match="expected bytes or text"):
        avmarks.Session(wrong)


def test_memory_is_given_back():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(60):
        avmarks.call(REQUEST, bytes(1 << 21))
        avmarks.call(REQUEST, "é" * (1 << 20))
        avmarks.Session().call(b'{"v":1,"do":"snapshot"}')
    # In KiB. Were the bodies kept, it would be 240 MiB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 << 10


def test_an_error_is_raised_with_its_place():
    with pytest.raises(avmarks.AvmarksError) as caught:
        avmarks.check("modify_user_info", b"", polcy={})
    assert (caught.value.kind, caught.value.pointer) == ("unknown-field", "/polcy")
    assert str(caught.value) == "/polcy: " + caught.value.message
    with pytest.raises(avmarks.AvmarksError) as caught:
        avmarks.ask("about", b"x")
    assert caught.value.pointer is None and str(caught.value) == caught.value.message
    with pytest.raises(avmarks.AvmarksError):
        avmarks.Job(plans=[])


def test_a_refusal_is_explained_by_its_code_or_its_rule():
    violation = avmarks.check("modify_user_info", BODY)["violations"][0]
    assert avmarks.explain(violation["because"][0])["kind"] == "clause"
    assert avmarks.explain(violation["code"]) == avmarks.explain(str(violation["code"]))
    for wrong in (None, 1.5, True):
        with pytest.raises(avmarks.AvmarksError, match="^/subject: invalid value .*: expected a string"):
            avmarks.explain(wrong)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_numbers_that_json_lacks_are_refused(wrong):
    with pytest.raises(ValueError, match="not JSON compliant"):
        avmarks.ask("usersig_sign", key="k", sdkappid=1, identifier="a", now_ms=wrong)


@pytest.mark.parametrize("mark,accepted", [(1000, True), (4294967295, True), (4294967296, False), (-1, False)])
def test_marks_cross_as_json(mark, accepted):
    assert avmarks.plan("set", "g", [{"account": "a", "marks": [mark]}])["accepted"] is accepted


def test_a_session_keeps_its_state_until_it_is_closed():
    with avmarks.Session() as session:
        assert session.ask("line", b'{"at":0,"do":"create_group","group":"g"}')["line"] == 1
        snapshot = session.call(b'{"v":1,"do":"snapshot"}')[len(b'{"v":1,"ok":'):-1]
        with pytest.raises(avmarks.AvmarksError, match="line 2: "):
            session.ask("line", b"{}")
    session.close()
    with pytest.raises(ValueError, match="the Session is closed"):
        session.ask("snapshot")
    with avmarks.Session(snapshot) as again:
        assert again.call(b'{"v":1,"do":"snapshot"}')[len(b'{"v":1,"ok":'):-1] == snapshot


def test_a_job_says_what_to_send():
    inputs = [{"account": "a", "marks": [1000]}]
    with avmarks.Job(plans=[{"change": "set", "group": "g", "inputs": inputs}], sdkappid=1400000000, identifier="administrator",
                     key="throw-away", url="https://adminapisgp.im.qcloud.com", seed=7) as job:
        step = job.ask("poll", now_ms=1)
        assert step["step"] == "send" and step["body"].startswith('{"GroupId":"g"')
        job.ask("response", b"<html>", id=step["id"], now_ms=2, status=502)
        assert job.ask("poll", now_ms=2)["step"] == "wait"


def test_threads_may_share_a_session():
    with avmarks.Session() as session:
        threads = [threading.Thread(target=lambda: [session.ask("line", b'{"at":0,"do":"tick"}') for _ in range(50)]) for _ in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert session.ask("line", b'{"at":0,"do":"tick"}')["line"] == 201


def test_threads_may_call_at_once():
    replies = []
    threads = [threading.Thread(target=lambda: replies.extend(avmarks.call(REQUEST, BODY) for _ in range(50))) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert replies == [avmarks.call(REQUEST, BODY)] * 200


def test_a_session_is_not_copied():
    with avmarks.Session() as session:
        for copied in (copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="cannot be copied"):
                copied(session)
