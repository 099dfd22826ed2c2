"""Say something later about a decision: an outcome, a contest, its result, a review, an access.

Each is a record of its own that points to the decision, written through an idle log of the store.
What makes no sense is refused before anything is written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sunlit.base.errors import VerificationError
from sunlit.base.times import Clock
from sunlit.decision.content import TEXT, Content
from sunlit.decision.ports import Draft
from sunlit.decision.record import Kind, Pointer, Record, State, new_id
from sunlit.decision.recorder import Pace
from sunlit.decision.store import DecisionStore
from sunlit.registry.decision_index import Index
from sunlit.registry.decision_rows import alone, utf8
from sunlit.registry.decisions import Case, case_of, find

Values = Mapping[str, tuple[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is to be recorded: coded fields for the leaf, values for the content beside it.

    `corrects` says that an earlier act of the same kind was wrong; the later one counts.
    """

    kind: Kind
    role: str | None = None
    result: str | None = None
    values: Values = field(default_factory=dict)
    corrects: bool = False


def record_act(index: Index, which: str, act: Act, clock: Clock) -> tuple[str, Pointer]:
    """Record an act about the decision that `which` names; return its id and where it stands.

    Raises:
        VerificationError: `decision.no-sense`, `decision.already`, `decision.unknown`, ...
        UnavailableError: `recorder.*`.
    """
    # Held from the look to the writing, or two people could both give the first outcome.
    with alone(index.store.root, "acts.lock"):
        index.update()
        case = case_of(index, find(index, which))
        expect_sense(case, act)
        return write(index.store, act, clock, of=case.seen.row.pointer)


def write(
    store: DecisionStore, act: Act, clock: Clock, *, of: Pointer | None
) -> tuple[str, Pointer]:
    """Write one record through an idle log of the store; it is durable when this returns.

    Raises:
        UnavailableError: `recorder.no-log`, `recorder.*`.
    """
    content = Content.of(act.values)
    record = Record(
        kind=act.kind, id=new_id(), time=clock.now(), commit=content.commitments(), of=of,
        role=act.role, result=act.result,
    )  # fmt: skip
    log = store.writer(clock, pace=Pace(checkpoint_seconds=None))
    try:
        (pointer,) = log.append([Draft.of(record, content)])
    finally:
        log.close()
    return record.id, pointer


def record_access(
    store: DecisionStore, ground: str, role: str, clock: Clock, *,
    of: Pointer | None = None, actor: str | None = None,
) -> tuple[str, Pointer]:  # fmt: skip
    """Record that contents are about to be opened, on which ground and by which role.

    `of` names the record where one is opened; an export opens many and names none.
    """
    values = {"reasons": text(ground)} | ({"actor": text(actor)} if actor else {})
    return write(store, Act(kind=Kind.ACCESS, role=role, values=values), clock, of=of)


def text(value: str) -> tuple[str, bytes]:
    """Return a text as a value of a content.

    Raises:
        MalformedError: `decision.text`.
    """
    return TEXT, utf8(value)


def expect_sense(case: Case, act: Act) -> None:
    """Refuse an act that makes no sense about this record.

    Raises:
        VerificationError: `decision.no-sense`, `decision.already`.
    """
    if case.seen.record.kind is not Kind.DECISION:
        raise _no_sense(
            f"this record is no decision but of kind {case.seen.record.kind}",
            mend="name the decision: `sunlit decision show ID --store DIR` tells which it is",
        )
    _CHECKS[act.kind](case)
    if act.kind in _ONCE and case.of_kind(act.kind) and not act.corrects:
        raise VerificationError(
            "decision.already", f"the decision has {_ONCE[act.kind]} already",
            mend="where that was wrong, say so with --corrects: both stay, the later one counts",
        )  # fmt: skip


_ONCE: Final = {Kind.OUTCOME: "a human's outcome", Kind.REVIEW: "a review"}


def _expect_proposed(case: Case) -> None:
    if case.seen.record.state is not State.PROPOSED:
        raise _no_sense(
            f"the decision was {case.seen.record.state}, so no human's outcome was awaited",
            mend="whoever objects to it: sunlit decision contest ID --grounds TEXT --store DIR",
        )


def _expect_contest(case: Case) -> None:
    if not case.open_contests:
        raise _no_sense(
            "nobody contests the decision, or each contest has its result already",
            mend="sunlit decision contest ID --grounds TEXT --store DIR",
        )


def _expect_break_glass(case: Case) -> None:
    if case.seen.record.break_glass is None:
        raise _no_sense(
            "the decision was not made by break-glass, so there is nothing to review",
            mend="`sunlit decision search --needs-review --store DIR` lists those that were",
        )


def _anything(case: Case) -> None:
    """Whoever is concerned may contest any decision, more than once."""
    del case


_CHECKS: Final[Mapping[Kind, Callable[[Case], None]]] = {
    Kind.OUTCOME: _expect_proposed,
    Kind.CONTEST: _anything,
    Kind.CONTEST_RESULT: _expect_contest,
    Kind.REVIEW: _expect_break_glass,
}


def _no_sense(what: str, *, mend: str) -> VerificationError:
    return VerificationError("decision.no-sense", what, mend=mend)
