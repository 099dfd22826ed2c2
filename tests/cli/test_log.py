"""`sunlit log`: what an operator, a mirror and a witness type."""

import json
import os
from pathlib import Path

import pytest

from sunlit.adapters.clock import SystemClock
from sunlit.authority.statements import sign_claim
from sunlit.claims.authority import Organisation, Role
from sunlit.registry.home import Home
from sunlit.registry.trust import MAX_FILE
from sunlit.testing.authority import ROOT, named_key
from sunlit.testing.clock import SetClock
from tests.cli.doors import Door
from tests.registry.homes import give_trust, home_at, trust_for


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A root organisation's home with one statement in a file beside it."""
    clock = SetClock(SystemClock().now())
    made = home_at(tmp_path / "root", ROOT, clock, [Role.OPERATOR, Role.WITNESS])
    give_trust(trust_for(made, witnesses=[made]), made)
    envelope = sign_claim(
        Organisation(id="agency.example", name="An agency"), [named_key(f"{ROOT}/operator")]
    )
    (tmp_path / "agency.dsse.json").write_bytes(envelope.to_bytes())
    return made


def test_a_statement_is_added_shown_proved_and_verified(
    sunlit: Door, home: Home, tmp_path: Path
) -> None:
    """The way of one statement, from a file to a receipt that anybody checks offline."""
    added = sunlit("log", "add", tmp_path / "agency.dsse.json", "--home", home.root)
    proof = sunlit("log", "proof", 0, "--home", home.root, "--entry", tmp_path / "0.entry.json")
    (tmp_path / "0.tlog-proof").write_text(proof.out)

    verified = sunlit(
        "log", "verify", tmp_path / "0.entry.json", tmp_path / "0.tlog-proof",
        "--trust", home.trust_path,
    )  # fmt: skip

    assert added.out.startswith("Entry 0:")
    assert verified.out.startswith("HOLDS: this entry is in the log")
    assert "unchanged since it was anchored" in verified.out


def test_a_changed_entry_is_refused(sunlit: Door, home: Home, tmp_path: Path) -> None:
    """One other letter in the entry, and the receipt does not hold."""
    sunlit("log", "add", tmp_path / "agency.dsse.json", "--home", home.root)
    entry = tmp_path / "0.entry.json"
    proof = sunlit("log", "proof", 0, "--home", home.root, "--entry", entry)
    (tmp_path / "0.tlog-proof").write_text(proof.out)
    entry.write_bytes(entry.read_bytes().replace(b'"v":1', b'"v":7'))

    ended = sunlit("log", "verify", entry, tmp_path / "0.tlog-proof", "--trust", home.trust_path)

    assert ended.code in (1, 2)
    assert ended.err.startswith("Error ")


def test_entries_are_shown_in_plain_words_first(sunlit: Door, home: Home, tmp_path: Path) -> None:
    """A line for each; a sentence and every field for one; plain data with --json."""
    sunlit("log", "add", tmp_path / "agency.dsse.json", "--home", home.root)

    line = sunlit("log", "show", "--home", home.root)
    one = sunlit("log", "show", 0, "--home", home.root)
    data = json.loads(sunlit("log", "show", 0, "--home", home.root, "--json").out)

    assert ROOT in line.out
    assert "said this (organisation)" in one.out
    assert data["predicate"]["name"] == "An agency"
    assert sunlit("log", "show", 9, "--home", home.root).code == 2


def test_the_checkpoint_is_a_signed_note(sunlit: Door, home: Home) -> None:
    """People see the note, programs its parts."""
    note = sunlit("log", "checkpoint", "--home", home.root)
    data = json.loads(sunlit("log", "checkpoint", "--home", home.root, "--json").out)

    assert note.out.splitlines()[:2] == [home.origin, "0"]
    assert data["size"] == 0


def test_fsck_finds_a_flipped_bit(sunlit: Door, home: Home, tmp_path: Path) -> None:
    """A sound log passes; a changed tile is named, and the exit code is 1."""
    sunlit("log", "add", tmp_path / "agency.dsse.json", "--home", home.root)
    sound = sunlit("log", "fsck", "--home", home.root)
    tile = next((home.log_directory / "tile" / "0").rglob("*.p/*"))
    data = bytearray(tile.read_bytes())
    data[0] ^= 1
    tile.write_bytes(data)

    broken = sunlit("log", "fsck", "--home", home.root)

    assert (sound.code, broken.code) == (0, 1)
    assert "everything agrees" in sound.out
    assert "tile/0" in broken.out


def test_a_log_is_imported_cosigned_and_accepted(sunlit: Door, home: Home, tmp_path: Path) -> None:
    """What two organisations do with each other's logs."""
    council = home_at(tmp_path / "council", "council.example", SetClock(SystemClock().now()))
    give_trust(trust_for(home, council, witnesses=[home]), home, council)
    sunlit("log", "add", tmp_path / "agency.dsse.json", "--home", home.root)

    taken = sunlit("log", "import", home.log_directory, "--home", council.root)
    cosigned = sunlit("log", "cosign", council.log_directory, "--home", home.root)
    (tmp_path / "lines").write_text(cosigned.out)
    accepted = sunlit("log", "accept", tmp_path / "lines", "--home", council.root)

    assert "1 new, 0 known, 0 refused" in taken.out
    assert accepted.out.startswith(f"Cosigned by {ROOT}\n")


def test_a_refused_statement_of_another_log_is_said(
    sunlit: Door, home: Home, tmp_path: Path
) -> None:
    """The exit code tells a script that something was left out."""
    council = home_at(tmp_path / "council", "council.example", SetClock(SystemClock().now()))
    give_trust(trust_for(home, council), home, council)
    stranger = sign_claim(Organisation(id="x.example", name="x"), [named_key("stranger")])
    with council.open_log(SystemClock()) as log:
        log.append([stranger.to_bytes()])

    ended = sunlit("log", "import", council.log_directory, "--home", home.root)

    assert ended.code == 1
    assert "1 refused" in ended.out


@pytest.mark.parametrize("what", ["entry", "receipt", "trust"])
def test_a_huge_file_is_refused_before_it_is_read(
    sunlit: Door, home: Home, tmp_path: Path, what: str
) -> None:
    """No more than the bound is read, whatever a file claims to be."""
    files = {name: tmp_path / name for name in ("entry", "receipt", "trust")}
    for path in files.values():
        path.write_bytes(home.trust_path.read_bytes())
    os.truncate(files[what], MAX_FILE + 1)

    ended = sunlit("log", "verify", files["entry"], files["receipt"], "--trust", files["trust"])

    # The trust file is read first; the others only after it.
    assert ended.code == 2
    assert "trust.too-large" in ended.err


def test_a_huge_envelope_or_cosignature_is_refused(
    sunlit: Door, home: Home, tmp_path: Path
) -> None:
    """The same bound for what enters a log, and for what comes from standard input."""
    huge = tmp_path / "huge"
    huge.touch()
    os.truncate(huge, MAX_FILE + 1)

    ended = [sunlit("log", door, huge, "--home", home.root) for door in ("add", "accept")]

    assert [one.code for one in ended] == [2, 2]
    assert all("trust.too-large" in one.err for one in ended)
    assert home.reader().size == 0


def test_lines_that_are_no_text_are_no_cosignatures(
    sunlit: Door, home: Home, tmp_path: Path
) -> None:
    """Refused with a code, not with a trace."""
    sunlit("log", "add", tmp_path / "agency.dsse.json", "--home", home.root)
    (tmp_path / "lines").write_bytes(b"\xff\xfe\n")

    ended = sunlit("log", "accept", tmp_path / "lines", "--home", home.root)

    assert ended.code == 2
    assert "note.signature-line" in ended.err


def test_a_log_is_closed_and_still_verifies(sunlit: Door, home: Home, tmp_path: Path) -> None:
    """Nothing more enters; what is in it is shown, proved and recomputed as before."""
    agency = tmp_path / "agency.dsse.json"
    closed = sunlit("log", "close", "--successor", "root.example/log/2", "--reason", "A new node",
                    "--home", home.root)  # fmt: skip

    refused = sunlit("log", "add", agency, "--home", home.root)
    proof = sunlit("log", "proof", 0, "--home", home.root, "--entry", tmp_path / "0.entry.json")
    (tmp_path / "0.tlog-proof").write_text(proof.out)
    verified = sunlit("log", "verify", tmp_path / "0.entry.json", tmp_path / "0.tlog-proof",
                      "--trust", home.trust_path)  # fmt: skip
    sound = sunlit("log", "fsck", "--home", home.root)

    assert closed.out.startswith(f"Closed {home.origin}; root.example/log/2 goes on.")
    assert refused.code == 1
    assert "admit.log-closed" in refused.err
    assert "root.example/log/2" in refused.err
    assert (verified.code, sound.code) == (0, 0)
    assert "log-closed" in sunlit("log", "show", "--home", home.root).out
