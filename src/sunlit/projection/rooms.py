"""The rooms that keep rows of their own: each has a module `projection` of one shape.

- `TABLES`: its tables, declared in `sunlit.projection.tables.METADATA`
- `CLAIMS`: the claims that it makes rows of
- `rows(said, place)`: pure: one admitted statement in, rows out
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final, NamedTuple

from sqlalchemy import Table

from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim

NAMES: Final = (
    "assurance", "authority", "decision", "incident", "interop", "lifecycle", "openness",
    "provenance", "risk",
)  # fmt: skip


class Place(NamedTuple):  # one is made of every entry
    """Where a statement stands, and the organisations that said it with authority then."""

    origin: str
    idx: int
    at: str
    statement_id: str
    organisations: tuple[str, ...] = ()


class Row(NamedTuple):
    """A row: the name of its table, its values in the order of the columns."""

    table: str
    values: tuple[object, ...]


Rows = Callable[[Admitted, Place], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Room:
    """One room's tables, and what makes rows of a claim."""

    name: str
    tables: tuple[Table, ...]
    claims: frozenset[type[Claim]]
    rows: Rows


@cache
def rooms() -> tuple[Room, ...]:
    """Return every room that keeps rows; their tables are declared when this returns."""
    found = []
    for name in NAMES:
        module = import_module(f"sunlit.capabilities.{name}.projection")
        found.append(Room(name, module.TABLES, module.CLAIMS, module.rows))
    return tuple(found)


def makers(chosen: Iterable[Room]) -> Mapping[type[Claim], Rows]:
    """Return what makes rows, by the type of claim: each is one room's."""
    return {claim: room.rows for room in chosen for claim in room.claims}


def row(table: Table, place: Place, *values: object) -> Row:
    """Return a row of a table that begins with (origin, idx)."""
    return Row(table.name, (place.origin, place.idx, *values))
