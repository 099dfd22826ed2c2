"""What a page of a report holds: facts, tables and charts; the templates lay them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SHOWN: Final = 100  # rows of a table on a page; the others are counted, and stand in the JSON


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what people read, and the figure as it stands for a CSV."""

    text: str
    raw: object = None

    @property
    def plain(self) -> str:
        """The figure for a CSV file, empty where it is not known."""
        value = self.text if self.raw is None else self.raw
        return "" if value == "not known" else str(value)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its first column heads the rows. `rows` are all; a page shows the first of them."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def shown(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows that a page shows."""
        return self.rows[:SHOWN]

    @property
    def more(self) -> int:
        """How many rows it does not show."""
        return len(self.rows) - len(self.shown)


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that is drawn; `kind` is `text`, `line`, `rect`, `disc`, `ring` or `diamond`.

    Lengths are in the chart's own units, of which it is `charts.WIDTH` wide.
    """

    kind: str
    x: float
    y: float
    x2: float = 0
    y2: float = 0
    text: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """What one shape of a chart stands for."""

    kind: str
    text: str
    look: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart: the message, what is drawn in which unit, the text that serves instead of it."""

    name: str
    headline: str
    subtitle: str
    summary: str
    marks: tuple[Mark, ...]
    height: float
    table: Table
    key: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a list of facts."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A report for people. `holds` is None where nothing is judged."""

    kind: str
    title: str
    lead: str
    verdict: str
    holds: bool | None
    grounds: Sequence[str] = ()
    at: str = ""
    facts: Sequence[Fact] = ()
    table: Table
    more: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    nothing_drawn: str = ""
    how: Sequence[str] = ()
    made_with: Sequence[Fact] = ()
    command: str = ""
    command_note: str = ""
    limits: Sequence[str] = ()
    named_by: str = "The statement about the dataset"
    no_values: str = (
        "columns, kinds, counts, shares, and shapes in which each letter is an A or a, each digit "
        "a 9"
    )


def cell(text: str, raw: object = None) -> Cell:
    """Return a cell."""
    return Cell(text, raw)
