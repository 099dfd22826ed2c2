"""Editing the risk register: one cell, one form. Whoever comes second sees what the first said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sunlit.base import wording
from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.base.marking import N_
from sunlit.base.times import format_time
from sunlit.claims.risk import Mitigation
from sunlit.node.proposal import Proposal
from sunlit.rubric.attested import plain
from sunlit.statement.intoto import Subject
from sunlit.views.register import Cell
from sunlit.views.tasks import Case

MAX_TEXT: Final = 1_000
LONGEST: Final = timedelta(days=366 * 2)


class Choice(StrEnum):
    """What is said of one practice."""

    DONE = "done"
    NOT_NEEDED = "not-needed"
    PROMISED = "promised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed into the form of one cell; dates are None where they could not be read."""

    choice: str = ""
    text: str = ""
    owner: str = ""
    due: datetime | None = None
    valid_until: datetime | None = None


def cell_of(case: Case, practice: str) -> Cell:
    """Return one cell.

    Raises:
        UnavailableError: `risk.no-such-cell`.
    """
    found = next((cell for cell in case.line.cells if cell.practice == practice), None)
    if found is None or not case.evidence.release:
        raise UnavailableError(
            "risk.no-such-cell", "there is no such cell to edit",
            mend="a use is edited once a release of its component is in the log",
        )  # fmt: skip
    return found


def version(cell: Cell) -> str:
    """Return what changes when a cell changes: whoever edits it sends this back."""
    due = format_time(cell.due) if cell.due else ""
    told = "\0".join((cell.practice, cell.state, cell.why, due, *cell.statements))
    return sha256(told.encode()).hexdigest()[:32]


def expect_unchanged(cell: Cell, seen: str) -> None:
    """Refuse a change to a cell that somebody else changed in between.

    Raises:
        VerificationError: `risk.stale`.
    """
    if version(cell) != seen:
        raise VerificationError(
            "risk.stale", "somebody changed this cell while you were at it",
            mend="compare both versions, then save yours again if it still holds",
        )  # fmt: skip


def problems(typed: Typed, at: datetime) -> dict[str, str]:
    """Return what is wrong with the form, by field, as it is said on the page."""
    needs_text = typed.choice in (Choice.DONE, Choice.NOT_NEEDED)
    promised = typed.choice == Choice.PROMISED
    ask = (
        N_("Name the legal ground")
        if typed.choice == Choice.NOT_NEEDED
        else N_("Say what was done")
    )
    late, end = N_("The date must be in the future"), typed.valid_until
    checks: tuple[tuple[str, bool, str], ...] = (
        ("choice", typed.choice in set(Choice), N_("Choose whether it is done")),
        ("text", not needs_text or bool(typed.text.strip()), ask),
        (
            "text",
            len(typed.text) <= MAX_TEXT,
            wording.text("Use %(most)s characters or fewer", most=str(MAX_TEXT)),
        ),
        ("owner", not promised or bool(typed.owner.strip()), N_("Name the office that will do it")),
        ("owner", len(typed.owner) <= 200, N_("Use 200 characters or fewer")),
        ("due", not promised or typed.due is not None, N_("Enter the day by which it is done")),
        ("due", typed.due is None or typed.due > at, late),
        ("valid_until", end is not None, N_("Enter the day until which this holds")),
        ("valid_until", end is None or end > at, late),
        ("valid_until", end is None or end <= at + LONGEST, N_("Say it for two years at most")),
    )
    found: dict[str, str] = {}
    for name, holds, message in checks:
        if not holds:
            found.setdefault(name, message)
    return found


def to_sign(case: Case, cell: Cell, typed: Typed) -> Proposal:
    """Return what an officer of the deployer signs; `problems` was asked and found none."""
    text, promised = plain(typed.text, MAX_TEXT), typed.choice == Choice.PROMISED
    assert typed.valid_until is not None  # noqa: S101 - `problems` found none
    claim = Mitigation(
        practice=cell.practice, use=case.line.use, deployer=case.line.deployer,
        evidence=text if typed.choice == Choice.DONE else None,
        not_needed_ground=text if typed.choice == Choice.NOT_NEEDED else None,
        valid_until=typed.valid_until, owner=plain(typed.owner, 200) or None,
        due=typed.due if promised else None,
    )  # fmt: skip
    return Proposal(
        claim=claim,
        subjects=(Subject(case.line.component, {"sha256": case.evidence.release}),),
        title=wording.text(
            "Sign what is said of %(practice)s for %(use)s",
            practice=cell.practice, use=case.line.use,
        ),
        consequence=wording.text(
            "It enters the public log, and the register shows it with your organisation's name. "
            "Where a check asks for evidence of its own, that still decides."
        ),
        back=f"/work/risk/{case.key}/{cell.practice}", log=case.host, then="workbench.cell",
        context={"use": case.key, "practice": cell.practice, "seen": version(cell)},
    )  # fmt: skip


def still(case: Case, context: Mapping[str, str]) -> None:
    """Ask once more when the signature is there.

    Raises:
        VerificationError: `risk.stale`.
    """
    expect_unchanged(cell_of(case, context.get("practice", "")), context.get("seen", ""))
