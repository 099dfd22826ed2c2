"""Check a decision by two facts from its letter, in every decision store of a node.

What was typed is looked for and forgotten: it is in no log, no address and no error.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sunlit.authority.history import History
from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.base.times import Clock
from sunlit.decision.checkcode import read_code
from sunlit.decision.store import DecisionStore
from sunlit.registry.decision_check import Anchors, Checked, Result, check
from sunlit.registry.decision_index import Index
from sunlit.registry.home import Home

if TYPE_CHECKING:
    from sunlit.registry.bundle import Pages

# Of two stores that both know something, the one that knows more is told.
ORDER: Final = (
    Result.COMPLETE, Result.CHANGED, Result.INCOMPLETE, Result.COULD_NOT, Result.NONE,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A node's decision stores, and the homes in whose logs their anchors stand.

    `history` gives what an organisation's log says of its decision logs.
    """

    stores: Mapping[str, Path]
    homes: Mapping[str, Home]
    history: Callable[[str], History]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found; `store` is the name of the store that holds the record, if one does."""

    checked: Checked
    store: str | None = None


def check_decision(where: Where, code: str, day: date) -> Answer:
    """Answer whether a decision stands as it was recorded.

    A code that nobody was given and a code with another day get the same answer.

    Raises:
        MalformedError: `record.check-code` where the code was mistyped.
        UnavailableError: `node.no-such-decisions` where the node has no decision store.
    """
    typed = read_code(code)
    if not where.stores:
        raise UnavailableError(
            "node.no-such-decisions", "no decisions can be checked on this website",
            mend="ask the organisation that wrote to you where to check",
        )  # fmt: skip
    answers = [_in_store(where, name, typed, day) for name in sorted(where.stores)]
    return min(answers, key=lambda one: ORDER.index(one.checked.result))


def _in_store(where: Where, name: str, code: str, day: date) -> Answer:
    try:
        with Index.opened(DecisionStore.open(where.stores[name])) as index:
            found = check(index, code, day, _anchors(where, index.store.organisation))
    except SunlitError:  # another store may hold it; its fault is for its operator
        return Answer(checked=Checked(result=Result.COULD_NOT))
    return Answer(checked=found, store=name if found.case is not None else None)


def _anchors(where: Where, organisation: str) -> Anchors | None:
    home = where.homes.get(organisation)
    return Anchors(home=home, history=where.history(organisation)) if home else None


def evidence_of(
    where: Where, code: str, day: date, clock: Clock, pages: "Pages"
) -> tuple[datetime, bytes]:
    """Return when a decision was made, and its evidence bundle (a zip). Nothing is opened.

    Raises:
        MalformedError: `record.check-code`.
        UnavailableError: `node.no-such-decision` where nothing is found, or nothing of it can
            be bundled; `node.no-such-decisions`.
        VerificationError: as making the bundle raises.
    """
    from sunlit.registry.bundle import Wish, make_bundle  # noqa: PLC0415 - heavy, seldom needed

    answer = check_decision(where, code, day)
    case = answer.checked.case
    home = where.homes.get(_organisation(answer, where))
    if case is None or answer.store is None or home is None:
        raise UnavailableError(
            "node.no-such-decision", "there is no record of which a bundle could be made",
            mend="check the code and the date on the letter",
        )  # fmt: skip
    row = case.seen.row
    wish = Wish(decision=f"{row.log}#{row.place}", fields=(), as_of=clock.now())
    made = make_bundle(DecisionStore.open(where.stores[answer.store]), home, wish, clock, pages)
    return case.seen.record.time, made.data


def _organisation(answer: Answer, where: Where) -> str:
    if answer.store is None:
        return ""
    return DecisionStore.open(where.stores[answer.store]).organisation


def stores_of(root: Path, decisions: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Yield the decision stores that a node's settings name, by name."""
    for name, path in sorted(decisions.items()):
        yield name, root / path
