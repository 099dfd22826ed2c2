"""Look at one decision: its record read from the log, what came later, since when unchanged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.base.wording import text
from sunlit.decision.checkcode import LENGTH, read_code
from sunlit.decision.content import Content
from sunlit.decision.record import HEX_ID, Kind, Pointer, Record, State, is_hex
from sunlit.decision.store import DecisionStore
from sunlit.log.merkle import leaf_hash
from sunlit.registry.decision_contents import ContentReader
from sunlit.registry.decision_index import Index
from sunlit.registry.decision_rows import Row, utf8

GROUPED: Final = LENGTH + 3
MAX_DIGITS: Final = 15  # of a place in a log


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A record as its log holds it; `signed` tells whether a checkpoint stands for it yet."""

    row: Row
    record: Record
    leaf: bytes
    signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A record, and the later records about it in the order of time."""

    seen: Seen
    later: tuple[Seen, ...]

    def of_kind(self, kind: Kind) -> tuple[Seen, ...]:
        """Return the later records of one kind."""
        return tuple(one for one in self.later if one.record.kind is kind)

    @property
    def outcome(self) -> Seen | None:
        """What a human decided last; None where nobody has."""
        found = self.of_kind(Kind.OUTCOME)
        return found[-1] if found else None

    @property
    def undecided(self) -> bool:
        """A proposal that no human has decided about."""
        return self.seen.record.state is State.PROPOSED and self.outcome is None

    @property
    def unfinished(self) -> bool:
        """A stream that was opened, and never closed."""
        return self.seen.record.state is State.OPENED and not self.of_kind(Kind.CLOSED)

    @property
    def unreviewed(self) -> bool:
        """Made by break-glass, and not reviewed yet."""
        return self.seen.record.break_glass is not None and not self.of_kind(Kind.REVIEW)

    @property
    def open_contests(self) -> int:
        """How many contests came after the last answer; an answer answers all before it."""
        open_ = 0
        for one in self.later:
            if one.record.kind is Kind.CONTEST:
                open_ += 1
            elif one.record.kind is Kind.CONTEST_RESULT:
                open_ = 0
        return open_


def find(index: Index, which: str) -> Row:
    """Return the record that is named by id, by check code, or as LOG#INDEX.

    Raises:
        VerificationError: `decision.unknown`, `decision.ambiguous`.
        MalformedError: `decision.name`, `decision.text`, `record.check-code`.
    """
    utf8(which)
    log, _, place = which.rpartition("#")
    if log and place.isascii() and place.isdecimal() and len(place) <= MAX_DIGITS:
        found = [row for row in (index.at(log, int(place)),) if row is not None]
    elif is_hex(which, HEX_ID):
        found = list(index.rows("id = ?", (which,)))
    elif LENGTH <= len(which.strip()) <= GROUPED + 1:
        found = list(index.looked_up("code", read_code(which)))
    else:
        raise MalformedError(
            "decision.name", "this names no decision",
            expected="an id of 32 hex digits, a check code, or LOG#INDEX",
            mend="`sunlit decision search --store DIR` lists them",
        )  # fmt: skip
    if len(found) > 1:
        raise VerificationError(
            "decision.ambiguous", "several records have this id or code; a guard never makes two",
            mend="name one as LOG#INDEX, and find out who wrote the other",
        )  # fmt: skip
    if not found:
        raise VerificationError(
            "decision.unknown", "the store holds no such record",
            mend="compare what you typed; after an erasure a check code finds nothing any more",
        )  # fmt: skip
    return found[0]


def see(store: DecisionStore, row: Row) -> Seen:
    """Read a record from its log, checked against the newest signed checkpoint.

    A record that no checkpoint stands for yet is read from what was acknowledged.

    Raises:
        VerificationError: `decision.record-differs`, and as `LogReader` raises.
        UnavailableError: as `LogReader` raises.
    """
    reader = store.reader(row.log)
    signed = row.place < reader.size
    leaf = reader.entry(row.place) if signed else _acknowledged(store, row)
    if leaf_hash(leaf).hex() != row.leaf:
        raise VerificationError(
            "decision.record-differs", "the record is not the one that was here before",
            expected=f"the leaf {row.leaf[:16]}...",
            mend="keep the store as it is, and find out who changed it",
        )  # fmt: skip
    return Seen(row=row, record=Record.parse(leaf), leaf=leaf, signed=signed)


def _acknowledged(store: DecisionStore, row: Row) -> bytes:
    for place, _, leaf in store.records(row.log, row.place):
        if place == row.place:
            return leaf
        break
    raise VerificationError(
        "decision.record-differs", "the log no longer holds the record",
        expected=f"a record {row.place} in {row.log}",
        mend="keep the store as it is, and find out who changed it",
    )  # fmt: skip


def case_of(index: Index, row: Row) -> Case:
    """Return a record with what came later."""
    later = tuple(see(index.store, one) for one in index.later(row))
    return Case(seen=see(index.store, row), later=later)


def contents(store: DecisionStore | ContentReader, pointer: Pointer) -> tuple[Content | None, str]:
    """Return a record's content, or None and why: `erased`, or `unreadable` and what is wrong."""
    try:
        return store.content(pointer), "kept"
    except UnavailableError as error:
        state = "erased" if error.code == "content.erased" else f"unreadable: {error.what}"
        return None, state


def content_or_why(
    store: DecisionStore | ContentReader, pointer: Pointer
) -> tuple[Content | None, str]:
    """Do what `contents` does, and say of what is damaged too that it is unreadable."""
    try:
        return contents(store, pointer)
    except (MalformedError, VerificationError) as error:
        return None, f"unreadable: {error.what}"


def state_words(case: Case) -> str:
    """Say in one sentence what a decision is now."""
    record = case.seen.record
    if record.state is State.PROPOSED:
        return _proposed(case.outcome)
    if record.state is State.OPENED:
        closed = case.of_kind(Kind.CLOSED)
        if not closed:
            return text("Unfinished: a stream was opened and no end of it was recorded.")
        words = {
            "complete": text("Released as a stream, to its end."),
            "aborted": text("Released as a stream, in part; it was broken off."),
        }
        ended = text("Released as a stream, and closed.")
        return words.get(str(closed[-1].record.result), ended)
    return text("Released: it took effect as the component gave it.")


def _proposed(outcome: Seen | None) -> str:
    if outcome is None:
        return text("Proposed: nothing until a human decides. No human has decided.")
    who = outcome.record.role or text("a human")
    words: Mapping[str, str] = {
        "confirmed": text("Proposed, then %(who)s confirmed it.", who=who),
        "changed": text("Proposed, then %(who)s changed it.", who=who),
        "declined": text("Proposed, then %(who)s declined it.", who=who),
    }
    return words.get(str(outcome.record.result), text("Proposed, then %(who)s decided.", who=who))
