"""The report's charts: bars and dots in rows, drawn in a narrow box so that a phone shows them.

Each row has its label over it, so a long name needs no margin. Nothing rests on colour alone:
series differ by shape, bars that are judged bad are hatched, and each row says its figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from sunlit.producers.data.report.figures import count, share
from sunlit.producers.data.report.model import Key, Mark

WIDTH: Final = 340
LEFT: Final = 2
RIGHT: Final = WIDTH - 12  # room for half a tick label
ROW: Final = 38
AXIS: Final = 40  # for tick labels and the axis title
MOST: Final = 20  # rows of a chart; the table has them all
LABEL: Final = 48  # characters of a label with a figure beside it
GLYPH: Final = 6.4  # units of a character, about
NICE: Final = (1, 2, 2.5, 5, 10)  # steps between ticks
TOP_DECADE: Final = 18  # counts above are drawn at the end of the axis
SMALL: Final = "small middle"
SERIES: Final = (("disc", "first"), ("ring", "second"), ("diamond", "third"))


@dataclass(frozen=True, slots=True)
class Dot:
    """One figure of a row, with its interval where it has one."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a label, the figure in words, and what is drawn."""

    label: str
    said: str
    dots: tuple[Dot, ...]
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high`, linear or in powers of ten, with its ticks."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    is_log: bool = False

    def x(self, value: float) -> float:
        """Return where a value stands, at most at the ends."""
        if self.is_log:
            at = (log10(max(value, 1)) - self.low) / (self.high - self.low)
        else:
            at = (value - self.low) / (self.high - self.low)
        return round(LEFT + (RIGHT - LEFT) * min(max(at, 0), 1), 1)


def shares(rows: Sequence[Row], also: float = 0) -> Scale:
    """Return an axis of percentages that holds zero, every figure and `also`."""
    ends = [end for row in rows for dot in row.dots for end in (dot.value, dot.low, dot.high)]
    known = [one for one in ends if one is not None]
    low, high = min([*known, 0.0]), max([*known, also, 0.0])
    places = _places(low, high if high > low else low + 0.01)
    return Scale(places[0], places[-1], tuple((at, share(at)) for at in places))


def counts(rows: Sequence[Row]) -> Scale:
    """Return an axis of counts: in powers of ten where they span more than two."""
    known = [dot.value for row in rows for dot in row.dots if dot.value]
    top, bottom = max(known, default=1.0), min(known, default=1.0)
    if top / max(bottom, 1) > 100:
        end = min(log10(top), TOP_DECADE)
        step = max(1, ceil(end / 5))
        ticks = tuple((10.0**power, count(10**power)) for power in range(0, int(end) + 1, step))
        # Starts below one, so that a bar of one has a length.
        return Scale(-0.25, end + 0.05, ticks, is_log=True)
    places = [one for one in _places(0, max(top, 1)) if one == int(one)]
    return Scale(0, places[-1], tuple((at, count(at)) for at in places))


def _places(low: float, high: float) -> list[float]:
    """Return round places for ticks, at most about five, around `low` to `high`."""
    rough = (high - low) / 4
    decade = 10.0 ** floor(log10(rough))
    step = next(decade * one for one in NICE if rough <= decade * one * (1 + 1e-9))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]


def drawn(
    rows: Sequence[Row], scale: Scale, axis: str, *, bars: bool = False,
    limit: tuple[float, str] | None = None,
) -> tuple[tuple[Mark, ...], float]:  # fmt: skip
    """Return what a chart draws, and how high it is."""
    used = rows[:MOST]
    top = 20 if limit else 4
    bottom = top + ROW * len(used)
    marks = [
        *_grid(scale, top, bottom, axis),
        *(_limit(scale, limit, bottom) if limit else ()),
    ]
    for place, row in enumerate(used):
        marks += _row(row, scale, top + ROW * place, bars=bars)
    return tuple(marks), bottom + AXIS


def _grid(scale: Scale, top: float, bottom: float, axis: str) -> list[Mark]:
    marks, free = [], 0.0
    for value, text in scale.ticks:
        x, half = scale.x(value), len(text) * GLYPH / 2
        marks.append(Mark("line", x, top, x, bottom, look="grid"))
        middle = min(max(x, LEFT + half), WIDTH - half)
        if middle - half >= free:  # else it would stand on the one before
            marks.append(Mark("text", round(middle, 1), bottom + 15, text=text, look=SMALL))
            free = middle + half + GLYPH / 2
    zero = LEFT if scale.is_log else scale.x(0)
    marks.append(Mark("line", zero, top, zero, bottom, look="zero"))
    marks.append(Mark("text", LEFT, bottom + 33, text=axis, look="small start"))
    return marks


def _limit(scale: Scale, limit: tuple[float, str], bottom: float) -> list[Mark]:
    x, text = scale.x(limit[0]), limit[1]
    end = x + len(text) * GLYPH > WIDTH
    return [
        Mark("line", x, 16, x, bottom, look="limit"),
        Mark("text", x, 12, text=text, look="small end" if end else "small start"),
    ]


def _row(row: Row, scale: Scale, y: float, *, bars: bool) -> list[Mark]:
    room = int(LABEL - len(row.said)) - 2
    label = row.label if len(row.label) <= room else f"{row.label[: max(room - 1, 6)]}…"
    marks = [
        Mark("text", LEFT + 5, y + 14, text=label, look="start plate"),
        Mark("text", WIDTH, y + 14, text=row.said, look="end plate"),
    ]
    if len(row.dots) == 2 and not bars:
        marks += _link(row.dots, scale, y + 26)
    for (kind, look), dot in zip(SERIES, row.dots, strict=False):
        if dot.value is None:
            continue
        if bars:
            marks.append(_bar(dot.value, scale, y, hatched=row.hatched))
        marks += _interval(dot, scale, y + 26)
        if not bars:
            marks.append(Mark(kind, scale.x(dot.value), y + 26, look=look))
    return marks


def _bar(value: float, scale: Scale, y: float, *, hatched: bool) -> Mark:
    zero = LEFT if scale.is_log else scale.x(0)
    x = scale.x(value)
    width = max(abs(x - zero), 1 if value else 0)
    look = "hatched" if hatched else "bar"
    return Mark("rect", min(zero, x), y + 20, width, 12, look=look)


def _interval(dot: Dot, scale: Scale, y: float) -> list[Mark]:
    if dot.low is None or dot.high is None or dot.low >= dot.high:
        return []
    low, high = scale.x(dot.low), scale.x(dot.high)
    return [
        Mark("line", low, y, high, y, look="interval"),
        Mark("line", low, y - 4, low, y + 4, look="interval"),
        Mark("line", high, y - 4, high, y + 4, look="interval"),
    ]


def _link(dots: Sequence[Dot], scale: Scale, y: float) -> list[Mark]:
    first, second = dots
    if first.value is None or second.value is None:
        return []
    return [Mark("line", scale.x(first.value), y, scale.x(second.value), y, look="link")]


def series(*texts: str) -> tuple[Key, ...]:
    """Return the key of a chart of dots."""
    return tuple(Key(kind, text, look) for (kind, look), text in zip(SERIES, texts, strict=False))
