"""Charts as data: where each bar, line and word stands. A template draws them, and escapes them.

Positions across are in per cent of the drawing's width and positions down in pixels, without a
viewBox: so words keep their size on a phone and on paper, and bars take what room there is. Every
value stands in words beside its mark, so nothing hangs on colour. The baseline is zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sunlit.base.wording import Text

ROW: Final = 52  # pixels: a line of words and a bar
WORDS: Final = 17  # from the top of a row to the baseline of its words
ROOM: Final = 82.0  # per cent that the longest bar takes: its value stands right of it
LABEL: Final = 44  # characters on a phone; the table has them whole
WHOLE: Final = 80  # where there is room
HIGH: Final = 180  # pixels of a line chart's field
TOP: Final = 24
LEFT: Final = 4.0
RIGHT: Final = 96.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar: its words, its value in words, where they stand. `width` and `after` in per cent."""

    label: str
    value: str
    y_label: int
    y: int
    width: float
    after: float
    striped: bool = False
    whole: str = ""  # the words for where there is room, if those in `label` are cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point of a line: `x` in per cent, `y` in pixels, its label under and value above it."""

    x: float
    y: int
    label: str
    value: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A figure: what it shows in a sentence, its marks, and the same as a table.

    `id` is a word for addresses (`id.csv`). `numbers` tells which columns hold numbers.
    """

    id: str
    headline: str
    subtitle: str
    summary: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    height: int = 0
    bars: tuple[Bar, ...] = ()
    points: tuple[Point, ...] = ()

    @property
    def segments(self) -> tuple[tuple[Point, Point], ...]:
        """The lines between neighbouring points."""
        return tuple(zip(self.points, self.points[1:], strict=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What every chart says about itself."""

    id: str
    headline: str
    subtitle: str
    summary: str
    columns: tuple[str, ...]


def bars(
    told: Told,
    rows: Sequence[tuple[str | int, ...]],
    *,
    striped: frozenset[str] = frozenset(),
    spoken: Callable[[str], str] = lambda label: label,
) -> Chart:
    """Draw a bar for each row: its first cell is the label, its second the value.

    Rows named in `striped` are outlined instead of filled: what is not known, or the rest.
    `spoken` says a label in words; the table has it as it is.
    """
    most = max((int(row[1]) for row in rows), default=0) or 1
    marks = tuple(
        _bar(place, spoken(_named(row[0])), int(row[1]), most, striped=str(row[0]) in striped)
        for place, row in enumerate(rows)
    )
    return Chart(
        id=told.id, headline=told.headline, subtitle=told.subtitle, summary=told.summary,
        columns=told.columns, rows=tuple(rows), height=max(1, len(rows)) * ROW, bars=marks,
    )  # fmt: skip


def _bar(place: int, label: str, value: int, most: int, *, striped: bool) -> Bar:
    width = round(ROOM * value / most, 2)
    top = place * ROW
    return Bar(
        label=label if isinstance(label, Text) else shortened(label),
        whole=shortened(label, WHOLE) if len(label) > LABEL and not isinstance(label, Text) else "",
        value=f"{value:,}",
        y_label=top + WORDS,
        y=top + WORDS + 7,
        width=width,
        after=round(width + 1.5, 2),
        striped=striped,
    )


def line(told: Told, rows: Sequence[tuple[str | int, ...]]) -> Chart:
    """Draw a line through the rows in order: the first cell is the label, the second the value."""
    most = max((int(row[1]) for row in rows), default=0) or 1
    steps = max(1, len(rows) - 1)
    marks = tuple(
        Point(
            x=round(LEFT + (RIGHT - LEFT) * place / steps, 2),
            y=round(TOP + (HIGH - TOP) * (1 - int(row[1]) / most)),
            label=_named(row[0]),
            value=f"{int(row[1]):,}",
            anchor="start" if place == 0 else "end" if place == len(rows) - 1 else "middle",
        )
        for place, row in enumerate(rows)
    )
    return Chart(
        id=told.id, headline=told.headline, subtitle=told.subtitle, summary=told.summary,
        columns=told.columns, rows=tuple(rows), height=HIGH + 30, points=marks,
    )  # fmt: skip


def _named(cell: str | int) -> str:
    return cell if isinstance(cell, str) else str(cell)


def shortened(label: str, most: int = LABEL) -> str:
    """Return a label that fits; the table says it whole."""
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"
