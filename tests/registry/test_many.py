"""Many statements enter in one commit, each answered by itself, and what is folded is the log."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sunlit.authority.statements import sign_claim
from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.claims.authority import Key, Role
from sunlit.log.receipt import Receipt
from sunlit.log.sequencer import Log
from sunlit.registry.admit import Ledger, open_ledger
from sunlit.registry.home import Home
from sunlit.statement.dsse import sign
from sunlit.statement.intoto import Statement
from sunlit.testing.authority import ROOT, START, named_key
from sunlit.testing.clock import SetClock
from tests.node.queue_world import (
    AGENCY,
    home_with_agency,
    publication,
    registration,
    subject,
)


@pytest.fixture
def clock() -> SetClock:
    """A clock at the world's start."""
    return SetClock(START)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home, made once."""
    return home_with_agency(tmp_path_factory.mktemp("made") / "home").root


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Home:
    """A home whose log holds three entries."""
    return Home.open(shutil.copytree(made, tmp_path / "home"))


def places(answers: tuple[tuple[Receipt, ...] | SunlitError, ...]) -> list[object]:
    """Return indices, and codes of errors."""
    return [it.code if isinstance(it, SunlitError) else [one.index for one in it] for it in answers]


def in_step(ledger: Ledger, home: Home) -> bool:
    """Tell whether what is folded is what the log holds."""
    read = home.history(START)
    return (
        ledger.history.statements == read.statements
        and ledger.history.directory == read.directory
        and ledger._ahead == []
    )


def test_each_group_is_answered_by_itself(home: Home, clock: SetClock) -> None:
    """Groups enter whole or not at all; later ones see what earlier ones said."""
    with open_ledger(home, clock) as ledger:
        answers = ledger.admit_many(
            [
                [registration(1), publication(1)],
                [registration(2), publication(2, key="operator")],
                [registration(3)],
                [publication(3)],
            ]
        )

        assert places(answers) == [[3, 4], "admit.refused", [5], [6]]
        assert in_step(ledger, home)


def test_one_statement_twice_in_a_commit_is_one_entry(home: Home, clock: SetClock) -> None:
    """Also when the log held it before."""
    with open_ledger(home, clock) as ledger:
        ledger.admit(registration(1))
        answers = ledger.admit_many([[registration(2)], [registration(1)], [registration(2)]])

        assert places(answers) == [[4], [3], [4]]
        assert in_step(ledger, home)


def test_what_was_logged_at_another_time_is_folded_as_it_was(home: Home, clock: SetClock) -> None:
    """The log's clock stands still where the machine's went back a little."""
    clock.at = START + timedelta(seconds=10)
    with open_ledger(home, clock) as ledger:
        ledger.admit(registration(1))
        clock.at = START + timedelta(seconds=8)

        answers = ledger.admit_many([[registration(2)], [registration(3)]])

        assert places(answers) == [[4], [5]]
        assert ledger.history.statements[-1].admitted_at == START + timedelta(seconds=10)
        assert in_step(ledger, home)


def test_what_nobody_had_authority_to_say_keeps_its_place(home: Home, clock: SetClock) -> None:
    """A key that has ended signs what no room knows: the log knows the entry, the fold does not."""
    key = named_key(f"{AGENCY}/short")
    claim = Key(
        organisation=AGENCY, key=key.public.to_json(), roles=(Role.OPERATOR,),
        valid_until=START + timedelta(seconds=5),
    )  # fmt: skip
    said = Statement((subject("x"),), "urn:later:v9", {"says": "something"})
    opaque = sign(said.to_payload(), [key])
    with open_ledger(home, clock) as ledger:
        ledger.admit(sign_claim(claim, [named_key(f"{ROOT}/operator"), key]))
        clock.at = START + timedelta(seconds=60)
        ledger.admit(opaque)

        answers = ledger.admit_many([[opaque], [registration(1)], [opaque]])

        assert places(answers) == [[4], [5], [4]]
        assert in_step(ledger, home)


def test_after_a_failed_commit_nothing_of_it_is_folded(
    home: Home, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk was full; the same statements enter a moment later."""
    with open_ledger(home, clock) as ledger:
        before = ledger.history.directory
        monkeypatch.setattr(Log, "append", failing(UnavailableError("log.disk-full", "full")))
        with pytest.raises(UnavailableError):
            ledger.admit_many([[registration(1), publication(1)]])
        assert (ledger.history.size, ledger.history.directory) == (3, before)
        monkeypatch.undo()

        answers = ledger.admit_many([[registration(1), publication(1)]])

        assert places(answers) == [[3, 4]]
        assert in_step(ledger, home)


def failing(error: SunlitError) -> Callable[..., object]:
    """Return what raises."""

    def act(*_: object, **__: object) -> object:
        raise error

    return act


def test_nothing_to_admit_is_no_commit(home: Home, clock: SetClock) -> None:
    """Where all were refused the log stays as it was."""
    with open_ledger(home, clock) as ledger:
        assert places(ledger.admit_many([[registration(1, kind="unheard-of")]])) == [
            "admit.refused"
        ]
        assert ledger.admit_many([]) == ()
        assert ledger.log.size == 3
