"""How the pages lay out what they show: runs of rows, folders of files, bars of a chart."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sunlit.bundle import layout
from sunlit.bundle.view import Chart, FileLine, Item

WIDTH: Final = 360  # of the chart's own units; a phone is about as many pixels wide
MIDDLE: Final = 205  # where zero is
REACH: Final = 75  # of the longest bar, to either side
ROW: Final = 20
TOP: Final = 24  # for the words over the bars
MAX_BARS: Final = 16  # the others are summed up in one: the table has them all
MAX_LABEL: Final = 19  # characters beside a bar
RAISED: Final = "raised"
LOWERED: Final = "lowered"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, and what stands beside it."""

    label: str
    amount: str
    word: str
    x: float
    y: int
    width: float


def runs(items: Iterable[Item]) -> list[list[Item]]:
    """Return items in runs of the same source, so that it is said once for each run."""
    return [list(run) for _, run in groupby(items, key=lambda one: (one.by, one.when, one.file))]


def folders(files: Iterable[FileLine]) -> Iterator[tuple[str, str, list[FileLine]]]:
    """Yield folder, what its files are, and the files, in their order."""
    for (folder, what), run in groupby(files, key=lambda one: (_folder(one.path), one.what)):
        yield folder, what, list(run)


def base(path: str) -> str:
    """Return the last name of a path."""
    return path.rpartition("/")[2]


def number(path: str) -> str:
    """Return how a table names a file that is a record or a statement."""
    for start, end in ((layout.STATEMENTS, layout.ENTRY), ("decision/", layout.RECORD_SUFFIX)):
        if path.startswith(start) and path.endswith(end):
            return path.removeprefix(start).removesuffix(end)
    return path


def _folder(path: str) -> str:
    folder, slash, _ = path.rpartition("/")
    return folder + slash


def signed(amount: float) -> str:
    """Return a contribution in four digits, with its sign."""
    return f"{amount:+.4g}".replace("-", "\N{MINUS SIGN}")


def direction(amount: float) -> str:
    """Say what a contribution did."""
    return LOWERED if amount < 0 else RAISED if amount > 0 else "did nothing"


def bars(chart: Chart) -> list[Bar]:
    """Return the bars, longest first; left of zero they lowered, right of it they raised."""
    named = [(_label(one.name, one.value), one.amount) for one in chart.parts[:MAX_BARS]]
    rest = chart.parts[MAX_BARS:]
    if rest:
        named.append((f"{len(rest)} others", sum(one.amount for one in rest)))
    longest = max((abs(amount) for _, amount in named), default=0) or 1
    return [_bar(number, row, longest) for number, row in enumerate(named)]


def height(rows: Sequence[Bar]) -> int:
    """Return how high a chart with these bars is."""
    return TOP + ROW * len(rows) + 4


def _bar(number: int, row: tuple[str, float], longest: float) -> Bar:
    label, amount = row
    width = round(max(REACH * abs(amount) / longest, 0.5), 1)
    x = round(MIDDLE - width, 1) if amount < 0 else MIDDLE
    return Bar(label, signed(amount), direction(amount), x, TOP + ROW * number, width)


def _label(name: str, value: str | None) -> str:
    text = f"{name} ({value})" if value is not None else name
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}…"
