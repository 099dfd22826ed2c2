"""A run writes as it goes, bears endpoints that answer badly, stops in good order and goes on."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.producers.audit.redteam.calling import Calling, load
from sunlit.producers.audit.redteam.endpoint import MAX_BYTES, Endpoint
from sunlit.producers.audit.redteam.probes import open_set
from sunlit.producers.audit.redteam.run import GONE, TRIES, run
from sunlit.producers.audit.redteam.target import Answer, Sampling
from sunlit.producers.audit.redteam.transcript import Writer, open_transcript, read_transcript
from tests.producers.audit.redteam.asked import AT, asked, plan_of, probe, saying
from tests.producers.audit.redteam.served import REFUSAL, chat, http, served

loopback = pytest.mark.enable_socket
MODEL = Sampling(model="m", temperature=0.5, max_tokens=9, seed=3)


def _endpoint(url: str, **changes: Any) -> Endpoint:  # noqa: ANN401 - options
    return Endpoint(url, MODEL, **{"seconds": 5, **changes})


@loopback
def test_an_endpoint_is_asked_with_all_that_was_said(tmp_path: Path) -> None:
    """Messages, sampling and the key; the name that was answered is kept, one connection does."""
    probes = [probe(n, system="Own.") for n in range(5)]
    with served(lambda _: chat(REFUSAL)) as there:
        target = _endpoint(f"{there.url}/", key="k-1", before="House rule.")
        found = asked(
            target,
            plan_of(probes, repeats=2, kind=target.kind, sampling=MODEL),
            tmp_path / "t.jsonl",
        )

    assert there.asked[0] == {
        "model": "m", "temperature": 0.5, "max_tokens": 9, "seed": 3, "stream": False,
        "messages": [{"role": "system", "content": "House rule.\n\nOwn."},
                     {"role": "user", "content": "Say it."}],
    }  # fmt: skip
    assert there.asked[-1]["seed"] == 4
    assert there.heads[0]["Authorization"] == "Bearer k-1"
    assert "User-Agent" not in there.heads[0]
    assert there.connections == 1
    assert len(found.attempts) == 10
    assert {(one.answer.text, one.answer.model) for one in found.attempts.values()} == {
        (REFUSAL, "as-answered")
    }
    assert "k-1" not in (tmp_path / "t.jsonl").read_text()
    assert found.why == "done"
    assert (tmp_path / "t.jsonl").stat().st_mode & 0o077 == 0  # the owner's alone


@loopback
@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (http(b"{"), "malformed"),
        (http(b'{"choices": []}'), "malformed"),
        (http(b'{"choices": [{"message": 7}]}'), "malformed"),
        (http(b"[" * 100_000), "malformed"),
        (chat(["a"]), "malformed"),
        (http(b"", "302 Found", "Location: http://elsewhere.invalid/"), "redirect"),
        (http(b"", "404 Not Found"), "status-404"),
        (http(b"", "400 Bad Request"), "status-400"),
        (http(b"", "503 Busy"), "busy"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\nConnection: close\r\n\r\n{", "connection"),
        (b"nonsense\r\n\r\n", "connection"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b" " * (MAX_BYTES + 70_000),
         "too-large"),
    ],
)  # fmt: skip
def test_an_endpoint_that_answers_badly_has_not_answered(reply: bytes, error: str) -> None:
    """No redirect is followed, nothing is read without end, nothing is taken for a refusal."""

    def once(_request: dict[str, Any]) -> Iterator[bytes]:
        yield reply
        if b"999" in reply:
            raise ConnectionResetError  # it hangs up

    with served(once) as there:
        asker = _endpoint(there.url).asker()
        answer = asker.ask(probe(), 1)
        asker.close()

    assert answer == Answer(error=error)


@loopback
def test_an_answer_may_be_empty_cut_or_a_refusal_of_its_own_field() -> None:
    """All of these are answers; `finish` tells which was cut off."""
    own = {"choices": [{"message": {"content": None, "refusal": "No."}}], "model": 7}
    replies = iter([chat("", "length"), http(json.dumps(own).encode()), chat("x" * 70_000)])
    with served(lambda _: next(replies)) as there:
        asker = _endpoint(there.url).asker()
        first, second, third = (asker.ask(probe(), 1) for _ in range(3))
        asker.close()

    assert (first.text, first.finish, first.error) == ("", "length", "")
    assert second == Answer(text="No.")
    assert len(third.text) == 65_536


@loopback
def test_who_sends_a_byte_now_and_then_is_broken_off(tmp_path: Path) -> None:
    """The whole answer has a time, not each byte of it; the watch ends what takes longer."""
    with served(lambda _: _dripping(there.done)) as there:
        found = asked(_endpoint(there.url, seconds=0.05), plan_of([probe()]), tmp_path / "t.jsonl")

    (attempt,) = found.attempts.values()
    assert attempt.answer.error == "timeout"
    assert attempt.tries == TRIES


def _dripping(done: Event) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    while not done.wait(0.01):
        yield b"X: y\r\n"


@loopback
def test_a_busy_endpoint_is_asked_again(tmp_path: Path) -> None:
    """At most three times, and the transcript says how often."""
    replies = iter([http(b"", "429 Too Many"), http(b"", "500 Oh"), chat("fine")])
    with served(lambda _: next(replies)) as there:
        found = asked(_endpoint(there.url), plan_of([probe()]), tmp_path / "t.jsonl")

    (attempt,) = found.attempts.values()
    assert (attempt.answer.text, attempt.tries) == ("fine", 3)


@loopback
def test_nobody_there_ends_the_run(tmp_path: Path) -> None:
    """After twenty attempts in a row without an answer nobody is asked any more."""
    nobody = "http://127.0.0.1:1/v1"  # a port that the system gives nobody meanwhile
    found = asked(_endpoint(nobody), plan_of([probe(n) for n in range(99)]), tmp_path / "t.jsonl")

    assert found.why == "endpoint-gone"
    assert len(found.attempts) == GONE
    assert {one.answer.error for one in found.attempts.values()} == {"connection"}


@pytest.mark.parametrize(
    "url",
    ["ftp://a/v1", "http:///v1", "http://u:p@a/v1", "http://a:port/v1", "127.0.0.1:8000"],
)
def test_an_address_that_cannot_be_asked_is_refused_and_not_repeated(url: str) -> None:
    """It may hold a secret."""
    with pytest.raises(MalformedError) as caught:
        _endpoint(url)

    assert caught.value.code == "redteam.endpoint"
    assert url not in str(caught.value)


def test_a_key_does_not_travel_in_the_clear() -> None:
    """Only to this machine, or through TLS."""
    with pytest.raises(MalformedError, match="in the clear"):
        _endpoint("http://models.example/v1", key="k")

    assert _endpoint("https://models.example/v1", key="k").kind == "other"
    assert [_endpoint(f"http://{host}/v1", key="k").kind for host in ("localhost", "[::1]")] == [
        "loopback", "loopback",
    ]  # fmt: skip


def test_an_interrupted_run_leaves_what_it_has_and_goes_on(tmp_path: Path) -> None:
    """Ctrl-C in the middle: a valid transcript that is not done, and is completed later."""
    path, probes = tmp_path / "t.jsonl", [probe(n) for n in range(9)]

    answers, waits, gate = iter("aaa"), Event(), Event()

    def stuck(_given: object) -> str:
        if (answer := next(answers, "")) == "":
            waits.set()
            assert gate.wait(60)
        return answer or "a"

    class Stuck(Calling):
        def watch(self, *, at_once: bool = False) -> None:
            if at_once:  # by then nothing more is to be asked
                gate.set()

    def broken(_done: int, _total: int) -> None:
        assert waits.wait(60)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(Stuck(stuck), plan_of(probes), path, workers=1, progress=broken, now=lambda: AT)
    first = open_transcript(path)
    found = asked(saying("b"), plan_of(probes), path)

    assert first.why == "stopped"
    assert len(first.attempts) == 4
    assert found.why == "done"
    assert len(found.attempts) == 9
    assert {found.attempts[key].answer.text for key in first.attempts} <= {"a"}


def test_a_crash_in_the_middle_of_a_line_is_mended(tmp_path: Path) -> None:
    """What was cut off is asked again, and so is what nobody answered."""
    path, probes = tmp_path / "t.jsonl", [probe(n) for n in range(3)]
    answers = iter(["a", ValueError("no"), "c"])

    def fails(_given: object) -> object:
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    asked(Calling(fails), plan_of(probes), path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2]) + lines[-2][:20])
    before = open_transcript(path)

    found = asked(saying("again"), plan_of(probes), path)

    assert before.broken
    assert before.why == ""
    assert [one.answer.error for one in before.attempts.values()] == ["", "raised"]
    assert [one.answer.text for one in found.attempts.values()] == ["a", "again", "again"]
    assert not found.broken


@pytest.mark.parametrize(
    "changes",
    [{"sampling": Sampling(model="other")}, {"repeats": 2}, {"before": "x"}, {"kind": "other"}],
)
def test_a_run_goes_on_with_its_own_transcript_only(tmp_path: Path, changes: Any) -> None:  # noqa: ANN401
    """Another model, sampling or prompt would mix two runs."""
    path = tmp_path / "t.jsonl"
    plan = plan_of([probe()])
    asked(saying("a"), plan, path)

    with pytest.raises(VerificationError) as caught:
        asked(saying("a"), replace(plan, **changes), path)
    with pytest.raises(VerificationError):
        asked(saying("a"), plan_of([probe(1)]), path)

    assert caught.value.code == "redteam.other-run"


def test_a_transcript_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anybody is asked, and when the disk is full in the middle."""
    with pytest.raises(UnavailableError, match="cannot be written"):
        asked(saying("a"), plan_of([probe()]), tmp_path / "gone" / "t.jsonl")

    def full(_self: Writer, _done: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Writer, "attempt", full)
    with pytest.raises(UnavailableError, match="cannot be written") as caught:
        asked(saying("a"), plan_of([probe()]), tmp_path / "t.jsonl")

    assert caught.value.got == "No space left on device"


def test_a_device_without_end_is_not_read_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The size that is bearable is asked of the bytes, not of what the folder says."""
    monkeypatch.setattr("sunlit.producers.audit.redteam.transcript.MAX_BYTES", 1000)
    with pytest.raises(MalformedError, match="larger than 1000 bytes"):
        open_transcript(Path("/dev/zero"))
    with pytest.raises(MalformedError, match="too large"):
        open_set("/dev/zero")


def test_a_classifier_gets_a_text_and_a_chat_its_messages(tmp_path: Path) -> None:
    """What comes back is a score or a text; anything else is no answer."""
    given = []

    def listening(what: object) -> object:
        given.append(what)
        return {"a": 0.5, "b": True, "c": float("nan"), "d": None}.get(str(what), "hello")

    probes = [probe(n, user=word, form="text", detector="score", kind="bias",
                    pair="p", characteristic="c", group=word)
              for n, word in enumerate("abcd")]  # fmt: skip
    found = asked(Calling(listening, before="B"), plan_of([*probes, probe(9)]), tmp_path / "t")

    assert given[:4] == list("abcd")
    assert given[4] == [{"role": "system", "content": "B"}, {"role": "user", "content": "Say it."}]
    answers = [one.answer for one in found.attempts.values()]
    assert [one.score for one in answers] == [0.5, 1.0, None, None, None]
    assert [one.error for one in answers] == ["", "", "malformed", "malformed", ""]


def test_a_function_is_found_by_module_or_file(tmp_path: Path) -> None:
    """And what is not there is said, without a trace."""
    path = tmp_path / "wrapped.py"
    path.write_text("def score(text):\n    return 0.25\nnumber = 1\n")
    (tmp_path / "broken.py").write_text("def (")

    assert load(f"{path}:score")("x") == 0.25
    assert load("os.path:basename")("a/b") == "b"
    for name in (f"{path}:gone", f"{path}:number", "no.such.module:f", f"{tmp_path}/broken.py:f"):
        with pytest.raises(UnavailableError, match="cannot be loaded"):
            load(name)
    with pytest.raises(MalformedError, match="not named"):
        load("json")


START = b'{"line":"start","format":"sunlit-redteam/1","repeats":1}\n'
PROBE = b'{"line":"probe","id":"a","kind":"encoding","detector":"says","user":"u","target":["t"]}\n'
DONE = b'{"line":"attempt","probe":"a","n":0,"answer":"x"}\n'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]\n",
        b"{\n",
        b'{"line":"start","format":"other"}\n',
        START.replace(b":1}", b":0}"),
        START.replace(b":1}", b':"1"}'),
        START + b'{"line":"odd"}\n',
        START + PROBE + PROBE,
        START + PROBE + DONE + PROBE.replace(b'"a"', b'"b"'),
        START + PROBE + DONE + DONE,
        START + DONE,
        START + PROBE.replace(b"says", b"gone"),
        START + PROBE.replace(b"encoding", b"gone"),
        START + PROBE.replace(b'["t"]', b"7"),
        START + PROBE.replace(b'"u"', b"7"),
        START + PROBE.replace(b'"a"', b'""'),
        START + PROBE.replace(b"says", b"exfiltrates").replace(b'["t"]', b"[]"),
        START + PROBE + DONE.replace(b'"n":0', b'"n":true'),
        START + PROBE + DONE.replace(b',"answer":"x"', b""),
        START + PROBE + DONE.replace(b'"answer":"x"', b'"score":"x"'),
        START + PROBE + DONE.replace(b'"answer":"x"', b'"score":"nan"'),
        START + b'{"line":"end","why":1}\n',
        START + b"[" * 2_000_000 + b"\n",
    ],
)
def test_a_malformed_transcript_is_refused(data: bytes) -> None:
    """With the number of the line."""
    with pytest.raises(MalformedError, match=r"line .* of the transcript") as caught:
        read_transcript(data)

    assert caught.value.code == "redteam.transcript"


def test_a_transcript_that_is_not_there_is_said(tmp_path: Path) -> None:
    """By its name alone."""
    with pytest.raises(UnavailableError, match=r"gone\.jsonl cannot be read"):
        open_transcript(tmp_path / "gone.jsonl")
