"""How long contents are kept, legal holds, and the sweep that applies both.

A period is counted from a record's own time; a later record (an outcome, a contest, its result)
is kept as long as the use of the decision that it is about says. A legal hold wins, and so does
a contest that nobody has answered.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from sunlit.authority.history import History
from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.base.times import parse_time
from sunlit.capabilities.decision.standing import (
    holds_in_force,
    log_subject,
    use_subject,
)
from sunlit.claims.admitted import Admitted
from sunlit.claims.decision import Erasure, Hold, Retention
from sunlit.decision.record import Kind
from sunlit.registry.admit import Ledger
from sunlit.registry.decision_index import Index
from sunlit.registry.decision_rows import KEPT, UNREADABLE, Row, utf8
from sunlit.registry.erase import Erased, Eraser, Intention, by_operator, erasures_in_force, pending
from sunlit.registry.saying import Said, say
from sunlit.statement.keys import Signer

MAX_STEPS: Final = 8  # from a later record to the decision that it is about
# The plus lets SQLite walk in the order of time, page by page, where it would sort them all.
OF_CONTENT: Final = "+record.content = ?"
SHORTEST: Final = 8  # hex digits of a statement's id


def set_retention(ledger: Ledger, use: str, days: int, legal_basis: str, signer: Signer) -> Said:
    """Say how many days contents of a use's decisions are kept; the latest word counts.

    Raises:
        VerificationError: `admit.refused`, `admit.unknown-signer`.
        MalformedError: `decision.text`.
    """
    deployer = ledger.home.organisation
    utf8(use)
    claim = Retention(use=use, deployer=deployer, days=days, legal_basis=legal_basis)
    return say(ledger, claim, use_subject(use, deployer), signer)


def retentions(history: History, deployer: str) -> dict[str, Retention]:
    """Return the period in force of each use of a deployer, by the use's id."""
    found: dict[str, Retention] = {}
    for said in history.statements:
        claim = said.claim
        if isinstance(claim, Retention) and claim.deployer == deployer and claim.flaw() is None:
            about = said.is_about(use_subject(claim.use, deployer).digest["sha256"])
            if about and by_operator(history, said, deployer):
                found[claim.use] = claim
    return found


def hold(ledger: Ledger, origin: str, indices: Sequence[int], ground: str, signer: Signer) -> Said:
    """Put records of a decision log, or all of them, under a legal hold.

    Raises:
        VerificationError: `admit.refused`, `admit.unknown-signer`.
    """
    claim = Hold(
        origin=origin, deployer=ledger.home.organisation, ground=ground,
        indices=tuple(sorted(set(indices))),
    )  # fmt: skip
    return say(ledger, claim, log_subject(origin), signer)


def lift(ledger: Ledger, which: str, ground: str, signer: Signer) -> Said:
    """Lift a legal hold that is named by its statement's id, or the id's first digits.

    Raises:
        VerificationError: `hold.unknown`, `admit.refused`, `admit.unknown-signer`.
    """
    found = [
        (said, claim)
        for said, claim in all_holds(ledger.history, ledger.home.organisation)
        if len(which) >= SHORTEST and said.statement_id.startswith(which)
    ]
    if len(found) != 1:
        raise VerificationError(
            "hold.unknown", "this names no legal hold in force",
            expected=f"the id of its statement, at least {SHORTEST} digits of it",
            mend="sunlit decision hold --list --home HOME",
        )  # fmt: skip
    said, claim = found[0]
    lifted = replace(claim, ground=ground, lifted=True, supersedes=said.statement_id)
    return say(ledger, lifted, log_subject(claim.origin), signer)


def all_holds(history: History, deployer: str) -> list[tuple[Admitted, Hold]]:
    """Return a deployer's legal holds in force, on whichever log."""
    origins = dict.fromkeys(
        said.claim.origin for said in history.statements if isinstance(said.claim, Hold)
    )
    return [
        pair
        for origin in origins
        for pair in holds_in_force(history.statements, history.directory, origin, deployer)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a sweep did about one record, or would do: `what` is coded, `why` is for people."""

    what: str  # erased, would-erase, held, contested, failed
    log: str
    index: int
    why: str
    time: str | None = None
    use: str | None = None
    statement: str | None = None


@dataclass(slots=True)
class Sweep:
    """One sweep over a store; `counts` says afterwards how many records were what."""

    eraser: Eraser
    at: datetime
    dry_run: bool = False
    counts: Counter[str] = field(default_factory=Counter)

    def run(self) -> Iterator[Event]:
        """Yield what is done about each record that is due, one by one.

        The second time there is nothing left to do; stopped in the middle, the next one goes on.

        Raises:
            UnavailableError, VerificationError: as `Index.update`.
        """
        for event in chain(self._begun(), self._due()):
            self.counts[event.what] += 1
            yield event

    def _begun(self) -> Iterator[Event]:
        """End the erasures that an earlier run began."""
        if self.dry_run:
            for one in pending(self.eraser.store):
                yield Event(
                    what="would-erase", log=one.pointer.log, index=one.pointer.index,
                    why="its erasure was begun and not ended",
                )  # fmt: skip
            return
        for done in self.eraser.resume():
            if isinstance(done, Erased):
                yield _erased(done, "its erasure had been begun")
            else:
                wanted, error = done
                yield _failed(wanted, error)

    def _due(self) -> Iterator[Event]:
        index, ledger = self.eraser.index, self.eraser.ledger
        index.update()
        periods = retentions(ledger.history, self.eraser.store.organisation)
        holds = _holds(ledger.history, self.eraser.store.organisation)
        self.counts["unreadable"] += sum(1 for _ in index.rows(OF_CONTENT, (UNREADABLE,)))
        erased = _erased_before(ledger.history, self.eraser.store.organisation)
        for row in index.rows(OF_CONTENT, (KEPT,)):
            about = decision_of(index, row)
            if (row.log, row.place) in erased:
                yield self._one(row, about, erased[row.log, row.place], holds)
                continue
            period = periods.get(about.use or "")
            if period is None:
                self.counts["no-period"] += 1
            elif parse_time(row.time) > self.at - timedelta(days=period.days):
                self.counts["young"] += 1
            else:
                yield self._one(row, about, period, holds)

    def _one(
        self,
        row: Row,
        about: Row,
        due: Retention | Erasure,
        holds: dict[str, list[tuple[str, Hold]]],
    ) -> Event:
        for statement, claim in holds.get(row.log, []):
            if claim.covers(row.place):
                why = f"legal hold {statement[:16]}: {claim.ground}"
                return _event(row, about, "held", why)
        if isinstance(due, Erasure):
            why = "it was erased before and came back: was a key store restored?"
        elif _is_contested(self.eraser.index, about):
            return _event(row, about, "contested", "a contest waits for its result")
        else:
            why = f"kept {due.days} days at most: {due.legal_basis}"
        if self.dry_run:
            return _event(row, about, "would-erase", why)
        wanted = Intention(pointer=row.pointer, legal_basis=due.legal_basis)
        try:
            return _erased(self.eraser.erase(wanted), why, row, about)
        except (VerificationError, UnavailableError) as error:
            return _failed(wanted, error)


def decision_of(index: Index, row: Row) -> Row:
    """Return the record that a later record is about in the end; itself where it is about none."""
    for _ in range(MAX_STEPS):
        found = index.at(row.of_log, row.of_place) if row.of_log is not None else None
        if found is None or found.leaf != row.of_leaf:
            break
        row = found
    return row


def _is_contested(index: Index, about: Row) -> bool:
    waits = False
    for one in index.later(about):
        if one.kind in (Kind.CONTEST, Kind.CONTEST_RESULT):
            waits = one.kind == Kind.CONTEST
    return waits


def _holds(history: History, deployer: str) -> dict[str, list[tuple[str, Hold]]]:
    found: dict[str, list[tuple[str, Hold]]] = {}
    for said, claim in all_holds(history, deployer):
        found.setdefault(claim.origin, []).append((said.statement_id, claim))
    return found


def _erased_before(history: History, deployer: str) -> dict[tuple[str, int], Erasure]:
    return {(claim.origin, claim.index): claim for _, claim in erasures_in_force(history, deployer)}


def _event(row: Row, about: Row, what: str, why: str) -> Event:
    return Event(what=what, log=row.log, index=row.place, why=why, time=row.time, use=about.use)


def _erased(done: Erased, why: str, row: Row | None = None, about: Row | None = None) -> Event:
    return Event(
        what="erased", log=done.pointer.log, index=done.pointer.index, why=why,
        time=row.time if row else None, use=about.use if about else None,
        statement=done.statement,
    )  # fmt: skip


def _failed(wanted: Intention, error: SunlitError) -> Event:
    why = f"{error.what} ({error.code})"
    return Event(what="failed", log=wanted.pointer.log, index=wanted.pointer.index, why=why)
