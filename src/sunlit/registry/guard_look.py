"""Look at a deployment: does its token hold, which logs are busy, what waits for people.

Nothing here asks the organisation's log: the anchors are those that lie beside the store.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError, SunlitError
from sunlit.base.times import format_time
from sunlit.claims.base import read_claim
from sunlit.claims.decision import Anchor
from sunlit.decision.folder import LogFolder
from sunlit.decision.record import Kind, Pointer, Record, State
from sunlit.decision.segread import SegmentReader
from sunlit.decision.store import DecisionStore
from sunlit.log.checkpoint import Checkpoint
from sunlit.log.entry import Entry
from sunlit.log.merkle import leaf_hash
from sunlit.log.note import Note
from sunlit.registry.anchor_files import ANCHORS, CHECKPOINT, ENTRY, RECEIPT
from sunlit.registry.guard_logs import fault_of, is_busy, records_of
from sunlit.registry.guard_store import TOKEN_FOLDER, store_trust
from sunlit.registry.receipts import is_witnessed
from sunlit.runtime.covers import Asked
from sunlit.runtime.folder import read_parts
from sunlit.runtime.steps import Verification
from sunlit.runtime.verify import verify_token
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement

DRAFTS: Final = "drafts"
Step = Callable[[int, int], None]
_Moment = tuple[datetime, str, int]  # the order in which later records count
# A leaf is canonical, so a record that anybody waits for holds one of these, byte for byte.
MARKS: Final = (b'"of":{', b'"breakGlass":', b'"state":"proposed"', b'"state":"opened"')


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnchor:
    """The newest anchor that lies beside the store: when, at which size, and how far it is."""

    at: datetime
    size: int | None
    closed: bool
    witnessed: bool

    def to_json(self) -> dict[str, object]:
        """Return it for `--json`."""
        return {
            "at": format_time(self.at), "size": self.size, "closed": self.closed,
            "witnessed": self.witnessed,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLook:
    """One decision log: `records` are durable, `signed` of them under a checkpoint.

    `fault` says why it takes no more records; a guard passes over such a log.
    """

    name: str
    origin: str
    registered: bool
    busy: bool
    records: int
    signed: int
    anchor: LastAnchor | None
    fault: SunlitError | None = None

    def to_json(self) -> dict[str, object]:
        """Return it for `--json`."""
        return {
            "name": self.name, "log": self.origin, "registered": self.registered,
            "busy": self.busy, "records": self.records, "signed": self.signed,
            "anchor": self.anchor.to_json() if self.anchor else None,
            "damaged": self.fault.to_json() if self.fault else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many decisions wait for people.

    Proposals without an outcome, streams without an end, break-glass without a review, contests
    without a result. `erased` are further proposals without an outcome, whose content is gone:
    nobody can decide about them any more.
    """

    undecided: int
    unfinished: int
    unreviewed: int
    unanswered: int
    erased: int = 0

    def to_json(self) -> dict[str, object]:
        """Return it for `--json`."""
        return {
            "undecided": self.undecided, "unfinished": self.unfinished,
            "unreviewed": self.unreviewed, "unanswered": self.unanswered,
            "erased": self.erased,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A deployment as it is now."""

    store: DecisionStore
    verification: Verification
    logs: tuple[LogLook, ...]
    waiting: Waiting
    drafts: int

    def to_json(self) -> dict[str, object]:
        """Return it for `--json`."""
        return {
            "organisation": self.store.organisation,
            "use": self.store.use,
            "token": self.verification.to_json(),
            "logs": [one.to_json() for one in self.logs],
            "waiting": self.waiting.to_json(),
            "incidentDrafts": self.drafts,
        }


def look(store: DecisionStore, at: datetime, step: Step = lambda _done, _of: None) -> Look:
    """Look at a store; `step` is told how many records were read.

    Raises:
        UnavailableError: `store.*`, `token.unreadable`, `guard-store.no-trust`, `record.*`.
        SunlitError: as reading the logs raises.
    """
    asked = Asked(at=at, use=store.use, deployer=store.organisation)
    parts = read_parts(store.root / TOKEN_FOLDER)
    faults: dict[str, SunlitError] = {}
    waits = waiting(store, step, faults)
    return Look(
        store=store, verification=verify_token(parts, store_trust(store.root), asked),
        logs=tuple(look_at_log(store, one, faults.get(one.origin)) for one in store.logs()),
        waiting=waits, drafts=_drafts(store.root),
    )  # fmt: skip


def look_at_log(
    store: DecisionStore, folder: LogFolder, fault: SunlitError | None = None
) -> LogLook:
    """Look at one decision log; `fault` was found when its records were read."""
    records = signed = 0
    fault = fault or fault_of(folder)
    try:
        records = records_of(folder)
        signed = folder.reader().size
    except SunlitError as error:
        fault = fault or error
    return LogLook(
        name=folder.name, origin=folder.origin, registered=folder.registration is not None,
        busy=is_busy(folder), records=records, signed=signed,
        anchor=last_anchor(store, folder), fault=fault,
    )  # fmt: skip


def last_anchor(store: DecisionStore, folder: LogFolder) -> LastAnchor | None:
    """Return the newest anchor beside the store, unverified but for its receipt's quorum."""
    found = sorted((store.root / ANCHORS / folder.name).glob(f"*{ENTRY}"))
    if not found:
        return None
    data, stem = found[-1].read_bytes(), found[-1].name.removesuffix(ENTRY)
    entry = Entry.parse(data)
    said = Statement.parse(Envelope.from_json(entry.envelope).payload)
    claim = read_claim(said.predicate_type, said.predicate)
    if not isinstance(claim, Anchor):
        raise MalformedError("anchor.malformed", f"{found[-1].name} is no anchor")
    note, receipt = (found[-1].with_name(stem + end) for end in (CHECKPOINT, RECEIPT))
    return LastAnchor(
        at=entry.admitted_at, closed=claim.is_closed,
        size=Checkpoint.parse(Note.parse(note.read_bytes()).text).size if note.exists() else None,
        witnessed=receipt.exists()
        and is_witnessed(data, receipt.read_bytes(), store_trust(store.root)),
    )  # fmt: skip


def waiting(
    store: DecisionStore,
    step: Step = lambda _done, _of: None,
    faults: dict[str, SunlitError] | None = None,
) -> Waiting:
    """Read every record of a store and count what waits for people.

    With `faults`, a log that cannot be read to its end is named there, by its origin, and what
    was read of it counts.

    Raises:
        SunlitError: `record.*`, without `faults`.
    """
    count, done = _Counting(store.is_erased), _Progress(step)
    for folder in store.logs():
        try:
            done.total += records_of(folder)
            _count(folder, count, done)
        except SunlitError as error:
            if faults is None:
                raise
            faults[folder.origin] = error
    return count.result()


class _Progress:
    def __init__(self, step: Step) -> None:
        self._step = step
        self._done = self.total = 0

    def one(self) -> None:
        self._done += 1
        if self._done % 1024 == 0:
            self._step(self._done, self.total)


def _count(folder: LogFolder, count: "_Counting", done: _Progress) -> None:
    for index, leaf in SegmentReader(folder.segments).leaves(0):
        done.one()
        if any(mark in leaf for mark in MARKS):
            own = Pointer(log=folder.origin, index=index, leaf=leaf_hash(leaf).hex())
            count.take(Record.parse(leaf), own)


class _Counting:
    """Sorts records by what they wait for; a later record may stand in another log.

    What points to a record by another leaf hash is about something else. A contest's result
    answers all contests of that decision before it.
    """

    def __init__(self, is_erased: Callable[[Pointer], bool]) -> None:
        self._is_erased = is_erased
        self._asked: dict[Kind, set[Pointer]] = defaultdict(set)
        self._given: dict[Kind, set[Pointer]] = defaultdict(set)
        self._contests: list[tuple[Pointer, _Moment]] = []
        self._answers: dict[Pointer, _Moment] = {}

    def take(self, record: Record, own: Pointer) -> None:
        if record.state is State.PROPOSED:
            self._asked[Kind.OUTCOME].add(own)
        if record.state is State.OPENED:
            self._asked[Kind.CLOSED].add(own)
        if record.break_glass is not None:
            self._asked[Kind.REVIEW].add(own)
        if record.of is None:
            return
        moment = (record.time, own.log, own.index)
        if record.kind is Kind.CONTEST:
            self._contests.append((record.of, moment))
        elif record.kind is Kind.CONTEST_RESULT:
            self._answers[record.of] = max(moment, self._answers.get(record.of, moment))
        else:
            self._given[record.kind].add(record.of)

    def result(self) -> Waiting:
        def left(kind: Kind) -> set[Pointer]:
            return self._asked[kind] - self._given[kind]

        proposals = left(Kind.OUTCOME)
        erased = sum(map(self._gone, proposals))

        unanswered = sum(
            about not in self._answers or moment > self._answers[about]
            for about, moment in self._contests
        )
        return Waiting(
            undecided=len(proposals) - erased, unfinished=len(left(Kind.CLOSED)),
            unreviewed=len(left(Kind.REVIEW)), unanswered=unanswered, erased=erased,
        )  # fmt: skip

    def _gone(self, pointer: Pointer) -> bool:
        try:
            return self._is_erased(pointer)
        except SunlitError:  # the key store is not there: nobody can tell, so it waits
            return False


def _drafts(root: Path) -> int:
    # A draft whose name begins with a dot is still being written.
    return sum(not path.name.startswith(".") for path in (root / DRAFTS).glob("*.json"))
