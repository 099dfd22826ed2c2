"""The risk register: uses by practices, each cell with what it rests on. Data, computed now.

Nothing here is stored. A cell is a practice's state (`rubric.mitigations`) with the law that asks
for it (`rubric.matrix`, a proposal) and the statements behind it. A blank is a cell of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sunlit.base.times import format_time, parse_time
from sunlit.base.wording import text
from sunlit.capabilities.incident.standing import problems
from sunlit.claims.assurance import Attestation
from sunlit.claims.risk import Acceptance, Use
from sunlit.rubric.aia_assessed import assessments
from sunlit.rubric.attested import Attested, counts
from sunlit.rubric.evaluate import Conformity, Position
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.matrix import Matrix, matrix
from sunlit.rubric.mitigations import Gap, Practice, State, mitigation_gap
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.risk_code import scheme
from sunlit.rubric.standing import about, by_deployer, declared_use, is_current, tests

INCIDENTS: Final = text("none reported")  # which says nothing about what nobody reported
OUTSIDE: Final = ""  # the row of a use that is none of the twelve, or not assessed


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One practice of one use. `basis` is B, B+, BL or O; empty where no row is known.

    `accepted` are risks that somebody accepted for a time: shown, and turning nothing.
    """

    practice: str
    state: State
    why: str
    basis: str
    statements: tuple[str, ...] = ()
    owner: str | None = None
    due: datetime | None = None
    expires: str | None = None
    accepted: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the cell for `--json`."""
        return {
            "practice": self.practice,
            "state": str(self.state),
            "why": self.why,
            "basis": self.basis or None,
            "statements": list(self.statements),
            "owner": self.owner,
            "due": format_time(self.due) if self.due else None,
            "expires": self.expires,
            "accepted": list(self.accepted),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What moves by itself: ages and days are whole days as of the register's time."""

    attestation_age: int | None = None
    next_lapse: str | None = None
    days_to_lapse: int | None = None
    drift: str | None = None
    incidents: str = INCIDENTS

    def to_json(self) -> dict[str, object]:
        """Return the indicators for `--json`."""
        return {
            "attestationAgeDays": self.attestation_age,
            "nextLapse": self.next_lapse,
            "daysToLapse": self.days_to_lapse,
            "drift": self.drift,
            "openIncidents": self.incidents,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One use: where it belongs, its code, its eight cells, its live indicators."""

    row: str
    use: str
    deployer: str
    component: str
    description: str
    release: str
    code: str
    tier: str | None
    ceiling: int | None
    cells: tuple[Cell, ...]
    live: Live

    @property
    def above_ceiling(self) -> bool:
        """Tell whether the gap is above what the board accepts: then the token is suspended."""
        return self.ceiling is not None and int(self.code[3]) > self.ceiling

    def to_json(self) -> dict[str, object]:
        """Return the line for `--json`."""
        return {
            "row": self.row or None,
            "use": self.use,
            "deployer": self.deployer,
            "component": self.component,
            "description": self.description,
            "release": self.release or None,
            "code": self.code,
            "tier": self.tier,
            "ceiling": self.ceiling,
            "aboveCeiling": self.above_ceiling,
            "cells": [cell.to_json() for cell in self.cells],
            "live": self.live.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All lines, in the order of the twelve rows, those outside last.

    With its time, scheme, matrix, rubric and logs anybody computes the same register.
    """

    at: datetime
    organisation: str
    rubric: str
    logs: tuple[Position, ...]
    lines: tuple[Line, ...]

    def in_row(self, row: str) -> tuple[Line, ...]:
        """Return the uses of one of the twelve rows, or those outside."""
        return tuple(line for line in self.lines if line.row == row)

    def count(self, state: State) -> int:
        """Return how many cells are in a state."""
        return sum(cell.state is state for line in self.lines for cell in line.cells)

    def to_json(self) -> dict[str, object]:
        """Return the register for `--json`."""
        known = matrix()
        return {
            "format": "sunlit-register/1",
            "at": format_time(self.at),
            "organisation": self.organisation,
            "scheme": scheme().id,
            "schemeDigest": scheme().digest,
            "matrix": known.id,
            "matrixDigest": known.digest,
            "matrixStatus": known.status,
            "rubric": self.rubric,
            "logs": [{"origin": log.origin, "size": log.size} for log in self.logs],
            "lines": [line.to_json() for line in self.lines],
        }


def register(
    at: datetime, organisation: str, rubric: str, lines: Iterable[Line],
    logs: Iterable[Position] = (),
) -> Register:  # fmt: skip
    """Put lines in order: by row, deployer and use; the same in whatever order they come."""
    ordered = sorted(lines, key=lambda it: (it.row == OUTSIDE, it.row, it.deployer, it.use))
    return Register(
        at=at, organisation=organisation, rubric=rubric, lines=tuple(ordered),
        logs=tuple(sorted(logs, key=lambda log: log.origin)),
    )  # fmt: skip


def line(evidence: Evidence, conformity: Conformity, use: Use) -> Line:
    """Return the line of one use from its statements and findings. Pure."""
    seen = replace(evidence, findings=conformity.findings)
    code, gap, known = published_code(seen), mitigation_gap(seen), matrix()
    declared = declared_use(seen)
    told = declared[1] if declared else use
    # An assessment that has ended still tells where the use belongs.
    assessed = next((one.claim.row for one in assessments(seen)), None)
    row = assessed if assessed in known.rows else None
    published = code.code if isinstance(code, Published) else None
    return Line(
        row=row or OUTSIDE, use=use.id, deployer=use.deployer, component=told.component,
        description=told.description, release=evidence.release,
        code=f"{published.digits if published else '000'}{gap.digit}",
        tier=str(published.tier) if published else None,
        ceiling=published.ceiling if published else None,
        cells=tuple(_cells(seen, gap, known, row)), live=_live(seen, gap, code),
    )  # fmt: skip


def _cells(evidence: Evidence, gap: Gap, known: Matrix, row: str | None) -> Iterable[Cell]:
    practices = {item.name: item for item in gap.practices}
    blank = text("Nobody answered it.")
    for name in scheme().practices:
        item = practices.get(name) or Practice(name=name, state=State.NOT_ANSWERED, why=blank)
        yield Cell(
            practice=name, state=item.state, why=item.why, statements=item.behind,
            basis=known.rows[row].basis[name] if row else "", owner=item.owner, due=item.due,
            expires=item.expires, accepted=tuple(_accepted(evidence, name)),
        )  # fmt: skip


def _accepted(evidence: Evidence, practice: str) -> Iterable[str]:
    controls = {it.control for it in evidence.findings if practice in it.practices}
    for said, claim in about(evidence, Acceptance):
        if (
            claim.what in {practice, *controls}
            and (claim.use, claim.deployer) == (evidence.use, evidence.deployer)
            and is_current(evidence, claim.valid_until)
            and not said.is_draft
            and by_deployer(evidence, said).allowed
        ):
            until = claim.valid_until.date().isoformat()
            yield f"{claim.what} accepted by {claim.owner} until {until}: {claim.reason}"


def _live(evidence: Evidence, gap: Gap, code: Published | str) -> Live:
    made = [
        claim.assessed_on
        for said, claim in about(evidence, Attestation)
        if isinstance(counts(evidence, said, claim), Attested)
    ]
    ends = [gap.expires] if gap.expires else []
    if isinstance(code, Published):
        ends.append(format_time(code.code.valid_until))
    lapse = min(ends, default=None)
    return Live(
        attestation_age=(evidence.at - max(made)).days if made else None,
        next_lapse=lapse,
        days_to_lapse=(parse_time(lapse) - evidence.at).days if lapse else None,
        drift=_drift(evidence),
        incidents=_incidents(evidence),
    )


def _incidents(evidence: Evidence) -> str:
    """Return how many reported problems are open: of this deployer, or of nobody in particular."""
    logged = (said for said in evidence.statements if not said.is_draft)
    found = [
        one
        for one in problems(logged, evidence.directory)
        if one.claim.deployer in (None, evidence.deployer)
    ]
    if not found:
        return INCIDENTS
    waiting = [one for one in found if one.is_open]
    late = sum(one.is_overdue(evidence.at) for one in waiting)
    told = text("%(some)s of %(all)s reported", some=str(len(waiting)), all=str(len(found)))
    if not late:
        return told
    return text("%(told)s, %(late)s without the answer promised", told=told, late=str(late))


def _drift(evidence: Evidence) -> str | None:
    """Return the newest drift test that counts, in a few words."""
    found = sorted(
        tests(evidence, "drift"),
        key=lambda one: (one[1].sunlit_tested_on or _NEVER, one[0].statement_id),
    )
    if not found:
        return None
    tested = found[-1][1]
    day = f", {tested.sunlit_tested_on:%Y-%m-%d}" if tested.sunlit_tested_on else ""
    return f"{tested.result}{day}"


_NEVER: Final = parse_time("1970-01-01T00:00:00Z")
