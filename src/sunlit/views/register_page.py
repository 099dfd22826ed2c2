"""The register as a page needs it: short words for practices, cells that are exceptions, counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sunlit.base.marking import N_
from sunlit.rubric.matrix import matrix
from sunlit.rubric.mitigations import State
from sunlit.views.register import OUTSIDE, Cell, Line, Register

# What stands above a column; the practice's page has the whole name.
SHORT: Final[Mapping[str, str]] = {
    "M1": N_("Testing"),
    "M2": N_("Impact assessed"),
    "M3": N_("Independent review"),
    "M4": N_("Monitoring"),
    "M5": N_("Training"),
    "M6": N_("Human oversight"),
    "M7": N_("Appeal"),
    "M8": N_("Notice"),
}
GAPS: Final = frozenset({State.DUE, State.MISSING, State.NOT_ANSWERED})
STYLE: Final = {
    State.IN_PLACE: "place", State.DUE: "due", State.MISSING: "missing",
    State.NOT_NEEDED: "unneeded", State.NOT_ANSWERED: "blank",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One of the twelve rows with the uses that belong to it; `id` is empty for those outside."""

    id: str
    title: str
    law: str
    lines: tuple[Line, ...]


def groups(found: Register, *, gaps: bool = False) -> tuple[Group, ...]:
    """Return the twelve rows, then what stands outside; with `gaps` only uses that have one."""
    return tuple(_groups(found, gaps=gaps))


def _groups(found: Register, *, gaps: bool) -> Iterator[Group]:
    for id_, row in matrix().rows.items():
        lines = _chosen(found.in_row(id_), gaps=gaps)
        if lines or not gaps:
            yield Group(id=id_, title=row.title, law=row.legal_basis, lines=lines)
    if lines := _chosen(found.in_row(OUTSIDE), gaps=gaps):
        yield Group(id="", title="", law="", lines=lines)


def _chosen(lines: tuple[Line, ...], *, gaps: bool) -> tuple[Line, ...]:
    return tuple(one for one in lines if not gaps or any(is_gap(cell) for cell in one.cells))


def is_gap(cell: Cell) -> bool:
    """Tell whether something is still to be done, so that the cell leads to its page."""
    return cell.state in GAPS


def counts(found: Register) -> Mapping[State, int]:
    """Return how many cells are in each state."""
    return {state: found.count(state) for state in State}
