"""Check a decision by two facts from its letter: the check code and the date."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from sunlit.authority.history import History
from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.base.times import format_time
from sunlit.base.wording import text, whole
from sunlit.decision.checkcode import read_code
from sunlit.decision.record import Kind
from sunlit.registry.decision_anchors import registered, registered_by_receipt, unchanged_since
from sunlit.registry.decision_index import Index
from sunlit.registry.decision_rows import Row
from sunlit.registry.decisions import Case, case_of, contents
from sunlit.registry.home import Home

# A letter bears the date of where it was written: UTC+14 begins a day first, UTC-12 ends it last.
EARLIEST: Final = timedelta(hours=14)
LATEST: Final = timedelta(hours=12)
SKEW: Final = timedelta(minutes=5)  # between the guard's clock and the log's
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 9000


class Result(StrEnum):
    """The five answers."""

    COMPLETE = "This decision's record is complete and unchanged"
    CHANGED = "This decision's record has been changed"
    NONE = "We have no record"
    INCOMPLETE = "This decision's record is incomplete"
    COULD_NOT = "We could not check this decision's record"


class Word(StrEnum):
    """What became of one check."""

    PASSED = "Passed"
    FAILED = "Failed"
    NOT_DONE = "Not done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One numbered check."""

    number: int
    name: str
    word: Word
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The answer, the checks that were made, and the record where there is one."""

    result: Result
    lines: tuple[Line, ...] = ()
    case: Case | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """The organisation's home and its folded log, to compare with."""

    home: Home
    history: History


@dataclass(frozen=True, slots=True)
class _Looking:
    index: Index
    row: Row
    case: Case
    anchors: Anchors | None


def check(index: Index, code: str, day: date, anchors: Anchors | None = None) -> Checked:
    """Answer whether the decision with this check code, of this day, stands as it was recorded.

    A code that nobody was given and a code with another day get the same answer.

    Raises:
        MalformedError: `record.check-code` where the code was mistyped.
        UnavailableError: `decision.index`.
    """
    typed = read_code(code)
    row, broken = _look_up(index, typed, day)
    if row is None:
        return Checked(result=Result.COULD_NOT if broken else Result.NONE)
    try:
        case = case_of(index, row)
    except VerificationError as error:
        return Checked(result=Result.CHANGED, lines=(_failed(2, "record", error),))
    except UnavailableError as error:
        return Checked(result=Result.COULD_NOT, lines=(_failed(2, "record", error),))
    looking = _Looking(index, row, case, anchors)
    lines = tuple(
        _line(number, name, ask, looking) for number, (name, ask) in enumerate(_CHECKS.items(), 1)
    )
    return Checked(result=_result(lines, case), lines=lines, case=case)


def _look_up(index: Index, code: str, day: date) -> tuple[Row | None, bool]:
    """Return the decision, and whether the logs could not all be read."""
    try:
        index.update()
        broken = False
    except (VerificationError, UnavailableError) as error:
        if error.code == "decision.index":
            raise
        broken = True  # what was indexed before may still find it, and then says what is wrong
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None, broken
    start = datetime.combine(day, time(), UTC)
    first, last = format_time(start - EARLIEST), format_time(start + timedelta(days=1) + LATEST)
    found = [
        row
        for row in index.looked_up("code", code)
        if row.kind == Kind.DECISION and first <= row.time < last
    ]
    return (found[0] if len(found) == 1 else None), broken


def _line(number: int, name: str, ask: Callable[[_Looking], str], looking: _Looking) -> Line:
    try:
        return Line(number=number, name=name, word=Word.PASSED, words=ask(looking))
    except SunlitError as error:
        return _failed(number, name, error)


def _failed(number: int, name: str, error: SunlitError) -> Line:
    missing = isinstance(error, UnavailableError)
    return Line(
        number=number, name=name, word=Word.NOT_DONE if missing else Word.FAILED,
        words=whole(error.what if error.expected is None and error.got is None else str(error)),
    )  # fmt: skip


def _registration(looking: _Looking) -> str:
    store = looking.index.store
    if looking.anchors is not None:
        found = registered(looking.anchors.history, store, looking.row.log)
        _expect_before(found.said.admitted_at, looking)
        return text("%(who)s registered this decision log in its own log.", who=store.organisation)
    at = registered_by_receipt(store, looking.row.log)
    _expect_before(at, looking)
    return text(
        "%(who)s registered this decision log on %(when)s, by the trust file in the store.",
        who=store.organisation, when=format_time(at),
    )  # fmt: skip


def _expect_before(at: datetime | None, looking: _Looking) -> None:
    if at is None or looking.case.seen.record.time + SKEW < at:
        raise VerificationError(
            "decision.not-registered", "the log was registered only after the record was made",
            expected="a registration before the log's first record",
        )  # fmt: skip


def _record(looking: _Looking) -> str:
    if not looking.case.seen.signed:
        raise UnavailableError(
            "decision.not-signed", "no checkpoint stands for the record yet",
            mend="try again in a few seconds; whoever next writes to the log signs what is there",
        )  # fmt: skip
    return text("It stands at place %(place)s of the decision log, as it was written.",
                place=str(looking.row.place))  # fmt: skip


def _anchors(looking: _Looking) -> str:
    if looking.anchors is None:
        raise UnavailableError(
            "decision.no-home", "it was not compared with an anchor",
            mend="add --home HOME, the home of the organisation",
        )  # fmt: skip
    home, history = looking.anchors.home, looking.anchors.history
    found = unchanged_since(home, history, looking.index.store, looking.row.pointer)
    if found is None:
        raise UnavailableError(
            "decision.not-anchored", "no anchor covers it yet",
            mend="check again after the next `sunlit guard anchor DIR --home HOME`",
        )  # fmt: skip
    return text("Nothing recorded up to it was removed or changed since %(when)s.",
                when=format_time(found.at))  # fmt: skip


def _opening(looking: _Looking) -> str:
    found, state = contents(looking.index.store, looking.row.pointer)
    if found is None:
        raise UnavailableError("decision.no-content", f"what the record commits to is {state}")
    return text("The values kept beside the record are the ones that it commits to.")


_CHECKS: Final[dict[str, Callable[[_Looking], str]]] = {
    "registration": _registration,
    "record": _record,
    "anchors": _anchors,
    "opening": _opening,
}


def _result(lines: tuple[Line, ...], case: Case) -> Result:
    words = {line.name: line.word for line in lines}
    if Word.FAILED in (words["record"], words["anchors"], words["opening"]):
        return Result.CHANGED
    if words["registration"] is not Word.PASSED or words["record"] is not Word.PASSED:
        return Result.COULD_NOT
    if words["opening"] is Word.NOT_DONE or case.undecided or case.unfinished:
        return Result.INCOMPLETE
    return Result.COMPLETE
