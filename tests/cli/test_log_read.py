"""A log that a node serves is read with the commands of a local one, under a pinned key."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sunlit.adapters import node_http
from sunlit.adapters.clock import SystemClock
from sunlit.authority.statements import sign_claim
from sunlit.claims.authority import Organisation, Role
from sunlit.registry.home import Home
from sunlit.testing.authority import ROOT, named_key
from tests.cli.doors import Door
from tests.registry.homes import admit, give_trust, home_at, trust_for

URL = "https://node.example/logs/x"
Change = Callable[[str, bytes], bytes]


@pytest.fixture
def sunlit(capsys: pytest.CaptureFixture[str]) -> Door:
    """The command line in this process."""
    return Door(capsys)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose log a node serves."""
    made = home_at(tmp_path / "home", ROOT, SystemClock(), [Role.OPERATOR])
    give_trust(trust_for(made), made)
    claim = Organisation(id="new.example", name="New")
    admit(made, sign_claim(claim, [named_key(f"{ROOT}/operator")]), SystemClock())
    return made


@pytest.fixture
def serve(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], None]:
    """Serve the log's files, changed on their way or not."""

    def serving(change: Change) -> None:
        def asked(_client: object, _method: str, url: str, **_: object) -> tuple[int, bytes]:
            path = home.log_directory / url.removeprefix(f"{URL}/")
            found = path.read_bytes() if path.is_file() else None
            return (404, b"") if found is None else (200, change(path.name, found))

        monkeypatch.setattr(node_http, "_asked", asked)

    return serving


def as_it_is(_name: str, data: bytes) -> bytes:
    """Change nothing."""
    return data


def test_a_served_log_reads_as_the_local_one(
    sunlit: Door, home: Home, serve: Callable[[Change], None], tmp_path: Path
) -> None:
    """Checkpoint, every entry, one by index and by id, and a receipt that verifies offline."""
    serve(as_it_is)
    local, remote = ("--home", home.root), ("--at", URL, "--trust", home.trust_path)
    for words in (("checkpoint",), ("show",), ("show", "0"), ("proof", "0")):
        here, there = sunlit("log", *words, *local), sunlit("log", *words, *remote)
        assert (here.code, here.out) == (there.code, there.out) == (0, here.out)
    by_home = sunlit("log", "show", "0", "--at", URL, *local)
    said = next(it for it in by_home.out.splitlines() if "statement" in it).split()[-1]
    assert sunlit("log", "show", said, *remote).out == by_home.out

    entry, receipt = tmp_path / "entry.json", tmp_path / "entry.tlog-proof"
    receipt.write_text(sunlit("log", "proof", "0", *remote, "--entry", entry).out)
    kept = sunlit("log", "verify", entry, receipt, "--trust", home.trust_path)
    assert (kept.code, kept.err) == (0, "")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda name, data: data.replace(b"\n", b"x\n", 1) if name == "checkpoint" else data,
         "mirror.untrusted-log"),
        (lambda name, data: data[:-8] + b"AAAAAA=\n" if name == "checkpoint" else data, "note."),
        (lambda name, data: data if name == "checkpoint" else bytes(len(data)), "log."),
    ],
)  # fmt: skip
def test_what_a_server_changed_is_not_shown(
    sunlit: Door, home: Home, serve: Callable[[Change], None], change: Change, code: str
) -> None:
    """Another log, another signature, another byte: an error with its code, and no entry."""
    serve(change)
    found = sunlit("log", "show", "0", "--at", URL, "--trust", home.trust_path)

    assert found.code != 0
    assert f"Error {code}" in found.err
    assert "Entry 0" not in found.out


def test_an_address_that_others_can_read_along_is_refused(sunlit: Door, home: Home) -> None:
    """Only https, or this machine."""
    found = sunlit("log", "checkpoint", "--at", "http://192.0.2.1/logs/x", "--home", home.root)

    assert found.code == 2
    assert "remote.address" in found.err
