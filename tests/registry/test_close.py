"""A closed log takes no more, names its successor, and goes on proving what it holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sunlit.authority.statements import sign_claim
from sunlit.base.errors import SunlitError
from sunlit.claims.authority import LogClosed, Organisation, Role
from sunlit.log.fsck import fsck_directory
from sunlit.log.note import NoteVerifier
from sunlit.registry.admit import Ledger, open_ledger
from sunlit.registry.close import close_log
from sunlit.registry.mirror import take_over
from sunlit.statement.dsse import sign
from sunlit.testing.authority import ROOT, START, named_key
from sunlit.testing.clock import SetClock
from tests.registry.homes import give_trust, home_at, trust_for

OPERATOR = named_key(f"{ROOT}/operator")
AGENCY = sign_claim(Organisation(id="agency.example", name="An agency"), [OPERATOR])
NEXT = f"{ROOT}/log/2"


@pytest.fixture
def clock() -> SetClock:
    """A clock at the world's start."""
    return SetClock(START)


@pytest.fixture
def ledger(tmp_path: Path, clock: SetClock) -> Iterator[Ledger]:
    """The root's log with one statement; its trust file names the successor too."""
    home = home_at(tmp_path / "root", ROOT, clock, [Role.OPERATOR])
    successor = home_at(tmp_path / "next", ROOT, clock, [Role.OPERATOR], origin=NEXT)
    give_trust(trust_for(home, successor), home, successor)
    with open_ledger(home, clock) as opened:
        opened.admit(AGENCY)
        yield opened


def other(name: str = "other.example") -> Organisation:
    """Return something else to say."""
    return Organisation(id=name, name=name)


def test_a_closed_log_refuses_and_names_its_successor(ledger: Ledger, clock: SetClock) -> None:
    """In this process and in the next; what it holds is answered as before."""
    said = close_log(ledger, NEXT, "A new node", OPERATOR)

    for _ in range(2):
        with pytest.raises(SunlitError) as caught:
            ledger.admit(sign_claim(other(), [OPERATOR]))
        assert caught.value.code == "admit.log-closed"
        assert NEXT in str(caught.value.expected)
    again = sign(AGENCY.payload, [OPERATOR, named_key("somebody else")])
    assert ledger.admit(AGENCY).index == ledger.admit(again).index == 0
    assert close_log(ledger, NEXT, "A new node", OPERATOR).index == said.index
    home, now = ledger.home, clock.now()
    assert home.history(now).directory.closed == {home.origin: NEXT}
    assert home.reader().size == said.index + 1


def test_the_last_statement_is_of_a_log_that_agrees_with_itself(ledger: Ledger) -> None:
    """Fsck and receipts go on."""
    said = close_log(ledger, NEXT, "A new node", OPERATOR)

    report = fsck_directory(
        ledger.home.log_directory, NoteVerifier.parse(ledger.home.log_vkey),
        lock=ledger.home.lock_path,
    )  # fmt: skip

    assert (report.size, report.problems) == (2, ())
    assert isinstance(said.claim, LogClosed)
    assert ledger.home.reader().receipt(0).index == 0


def test_the_successor_takes_everything_over_and_stays_open(
    ledger: Ledger, tmp_path: Path, clock: SetClock
) -> None:
    """It holds the closing statement of the old log, which closes nothing here."""
    close_log(ledger, NEXT, "A new node", OPERATOR)
    home = home_at(tmp_path / "third", ROOT, clock, [Role.OPERATOR], origin=f"{ROOT}/log/3")
    give_trust(trust_for(ledger.home, home), home)

    with open_ledger(home, clock) as successor:
        taken = take_over(successor, ledger.home.log_directory, START, lambda *_: None)
        receipt = successor.admit(sign_claim(other(), [OPERATOR]))

    assert (taken.new, taken.refused, receipt.index) == (2, [], 2)


def test_a_log_that_is_lost_is_closed_from_its_successor(ledger: Ledger) -> None:
    """The statement stands in the new log and is about the old one."""
    said = close_log(ledger, ledger.home.origin, "The lock store is lost", OPERATOR, origin=NEXT)

    assert ledger.history.directory.closed == {NEXT: ledger.home.origin}
    assert ledger.admit(sign_claim(other(), [OPERATOR])).index == said.index + 1


@pytest.mark.parametrize("successor", [f"{ROOT}/log", " "])
def test_a_log_does_not_succeed_itself(ledger: Ledger, successor: str) -> None:
    """Nor does nobody."""
    with pytest.raises(SunlitError) as caught:
        close_log(ledger, successor, "x", OPERATOR)

    assert caught.value.code == "close.successor"


def test_somebody_elses_log_stays_open(ledger: Ledger) -> None:
    """Only its own organisation and a root close a log."""
    with pytest.raises(SunlitError) as caught:
        close_log(ledger, NEXT, "x", named_key("stranger"))

    assert caught.value.code == "admit.unknown-signer"
