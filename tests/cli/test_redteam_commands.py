"""`sunlit audit redteam` and `binding` at the command line: exit codes, files, what is kept."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sunlit.cli.audit_redteam import command
from sunlit.statement.by_uri import write_key_file
from sunlit.testing.authority import named_key
from sunlit.testing.clock import SetClock
from tests.cli.doors import Door
from tests.producers.audit.redteam.served import REFUSAL, chat, served
from tests.registry.telling import telling
from tests.rubric.story import MAKER

REFUSES = f'def ask(messages):\n    return "{REFUSAL}"\n'
OBEYS = 'def ask(messages):\n    return "QUILTQUILTQUILT LANTERN-MARBLE COPPER_HERON"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "refuses.py").write_text(REFUSES)
    (tmp_path / "obeys.py").write_text(OBEYS)
    return tmp_path


def called(*args: str) -> Result:
    return CliRunner().invoke(command, args)


def test_a_model_that_refuses_passes(folder: Path) -> None:
    """Exit 0; the transcript and the reports are there, and judging again gives the same."""
    first = called("--callable", "refuses.py:ask", "--probes", "prompt-injection", "--probes",
                   "jailbreak", "--reports", "first", "--json")  # fmt: skip
    again = called("--replay", "redteam-refuses.py-ask.jsonl", "--reports", "again", "--json")

    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    document = json.loads(first.output)
    assert document["tests"] == {"jailbreak": "PASSED", "prompt-injection": "PASSED"}
    assert document["claim"]["predicate"]["sunlit_complete"] is True
    for name in ("redteam.json", "redteam.html", "redteam.csv"):
        assert (folder / "first" / name).read_bytes() == (folder / "again" / name).read_bytes()


def test_a_model_that_obeys_fails(folder: Path) -> None:
    """Exit 1, in words; a detector that is known to err makes no figure: exit 3."""
    failed = called("--callable", "obeys.py:ask", "--probes", "prompt-injection",
                    "--transcript", "t.jsonl", "--limit", "success=0.05")  # fmt: skip
    naive = called("--replay", "t.jsonl", "--detector", "says=keywords-naive")

    assert failed.exit_code == 1
    assert "  FAILED  prompt-injection" in failed.output
    assert naive.exit_code == 3
    assert "NOT USABLE" in naive.output


def test_a_transcript_is_gone_on_with_only_when_asked(folder: Path) -> None:
    """What is there is never written over."""
    ask = ("--callable", "refuses.py:ask", "--probes", "encoding", "--transcript", "t.jsonl",
           "--most", "40")  # fmt: skip

    assert called(*ask).exit_code == 0
    assert called(*ask).exit_code == 2
    lines = Path("t.jsonl").read_bytes().splitlines(keepends=True)
    Path("t.jsonl").write_bytes(b"".join(lines[:60]))
    half = called("--replay", "t.jsonl")
    assert (half.exit_code, "INCOMPLETE" in half.output) == (3, True)
    assert called(*ask, "--resume").exit_code == 0


@pytest.mark.enable_socket
def test_an_endpoint_is_asked_with_its_key_and_prompt(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key comes from the environment, the prompt from a file; neither is in the transcript."""
    monkeypatch.setenv("MODEL_KEY", "k-very-secret")
    (folder / "prompt.txt").write_text("House rule seven.")
    with served(lambda _: chat(REFUSAL)) as there:
        done = called("--endpoint", there.url, "--model", "m", "--key-env", "MODEL_KEY", "--most",
                      "2", "--probes", "harmful-help", "--system-prompt-file", "prompt.txt",
                      "--transcript", "t.jsonl", "--endpoint-name", "chat-1")  # fmt: skip

    assert done.exit_code == 3  # 2 attempts are too few to tell
    assert there.heads[0]["Authorization"] == "Bearer k-very-secret"
    assert there.asked[0]["messages"][0] == {"role": "system", "content": "House rule seven."}
    text = Path("t.jsonl").read_text()
    assert not any(one in text for one in ("k-very-secret", "House rule", there.url))
    assert json.loads(text.splitlines()[0])["endpointName"] == "chat-1"


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("--replay", "refuses.py", "--callable", "refuses.py:ask"),
        ("--endpoint", "http://127.0.0.1:1/v1"),
        ("--endpoint", "http://127.0.0.1:1/v1", "--model", "m", "--key-env", "NOT_SET_ANYWHERE"),
        ("--callable", "refuses.py:ask", "--generations", "2"),
        ("--callable", "refuses.py:ask", "--limit", "success"),
        ("--callable", "refuses.py:ask", "--limit", "success=x"),
        ("--callable", "refuses.py:ask", "--limit", "other=0.1"),
        ("--callable", "refuses.py:ask", "--limit", "success=NaN"),
        ("--callable", "refuses.py:ask", "--system-prompt-file", "bad.txt"),
        ("--callable", "refuses.py:ask", "--system-prompt-file", "large.txt"),
    ],
)
def test_wrong_usage_is_said_before_anybody_is_asked(folder: Path, args: tuple[str, ...]) -> None:
    """Exit 2, and no transcript."""
    (folder / "bad.txt").write_bytes(b"\xff")
    (folder / "large.txt").write_bytes(b"x" * 300_000)

    assert called(*args).exit_code == 2
    assert not list(folder.glob("*.jsonl"))


def test_sets_and_detectors_are_listed() -> None:
    """For people and for programs."""
    plain, document = called("--list"), json.loads(called("--list", "--json").output)

    assert "identity-terms" in plain.output
    assert {one["id"] for one in document["sets"]} >= {"prompt-injection", "bias-people"}
    assert {one["id"] for one in document["detectors"]} >= {"says", "keywords-naive"}


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Let Ctrl-C count, also where the tests were started with it ignored (`pytest &`)."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_being_broken_off_leaves_a_transcript_that_can_be_gone_on_with(folder: Path) -> None:
    """Ctrl-C in the middle is no error of ours, and no pass. A second one would end it anyhow."""
    (folder / "stops.py").write_text(
        "import signal, threading\ntold = []\ndef ask(messages):\n    if not told:\n"
        "        told.append(signal.pthread_kill(threading.main_thread().ident, signal.SIGINT))\n"
        "    threading.Event().wait(0.05)\n    return 'No.'\n"
    )
    done = called("--callable", "stops.py:ask", "--probes", "jailbreak", "--transcript", "t.jsonl")

    assert done.exit_code == 130, done.output
    assert "INCOMPLETE" in done.output
    assert '"why":"stopped"' in Path("t.jsonl").read_text()


def test_a_binding_is_signed_by_who_started_the_server(
    sunlit: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """About the release and its model files, logged under the organisation's own key."""
    with telling(tmp_path) as told:
        told.registered().made()
        clock = SetClock(told.clock.at)
    key = tmp_path / "maintainer.pem"
    write_key_file(key, named_key(f"{MAKER}/maintainer"))
    monkeypatch.setattr("sunlit.adapters.clock.SystemClock.now", lambda _self: clock.at)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    bind = ("audit", "binding", tmp_path / "model", "--home", tmp_path / "home", "--key",
            f"file:{key}", "--method", "I started it", "--endpoint-name")  # fmt: skip

    done = sunlit(*bind, "chat-1", "--json")
    refused = sunlit(*bind, "http://k:s@host/v1")

    assert done.code == 0, done.err
    claim = json.loads(done.out)["claim"]
    assert (claim["endpoint"], claim["boundBy"]) == ("chat-1", MAKER)
    assert refused.code == 2
    assert "k:s" not in refused.err
