"""A picture of how long findings hold: one row a control, one bar an answer, as SVG.

Each answer has its word and its own dashes beside its colour, so that it is read without colour;
each bar has a title that a screen reader speaks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from sunlit.rubric.finding import Outcome

LEFT: Final = 330
WIDTH: Final = 560
ROW: Final = 22
TOP: Final = 56
ROOM: Final = 9  # of one letter
TITLE: Final = 44  # characters of a control's title
# colour, dashes of the outline: distinct without colour too
STYLES: Final = {
    Outcome.HOLDS: ("#1d70b8", "none"),
    Outcome.UNKNOWN: ("#ffdd00", "2 2"),
    Outcome.FAILS: ("#d4351c", "6 2"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer to one control, from a time to a time."""

    control: str
    title: str
    outcome: Outcome
    start: datetime
    end: datetime


def timeline(bars: Sequence[Bar], start: datetime, end: datetime) -> str:
    """Return the picture of the answers between two times. The same bars give the same bytes."""
    rows = list(dict.fromkeys(bar.control for bar in bars))
    height = TOP + ROW * len(rows) + 24
    title = f"What holds from {start.date()} to {end.date()}"
    body = "\n".join(_rows(bars, rows, start, end))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 20} {height}" '
        f'role="img" aria-labelledby="t d" font-family="sans-serif" font-size="12">\n'
        f'<title id="t">{title}</title>\n'
        f'<desc id="d">{len(rows)} controls, each with its answers until {end.date()} if nobody '
        "says anything more.</desc>\n"
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n'
        f'<text x="10" y="22" font-size="15" font-weight="bold">{title}</text>\n'
        f'<text x="{LEFT}" y="46">{start.date()}</text>\n'
        f'<text x="{LEFT + WIDTH}" y="46" text-anchor="end">{end.date()}</text>\n'
        f"{body}\n</svg>\n"
    )


def _rows(
    bars: Sequence[Bar], rows: Sequence[str], start: datetime, end: datetime
) -> Iterator[str]:
    whole = max((end - start).total_seconds(), 1.0)
    named: set[str] = set()
    for bar in bars:
        y = TOP + ROW * rows.index(bar.control)
        if bar.control not in named:
            named.add(bar.control)
            text = f"{bar.control}  {bar.title}"
            short = text if len(text) <= TITLE else f"{text[: TITLE - 1]}\N{HORIZONTAL ELLIPSIS}"
            yield f'<text x="10" y="{y + 14}">{escape(short)}</text>'
        x = LEFT + WIDTH * (bar.start - start).total_seconds() / whole
        width = WIDTH * (bar.end - bar.start).total_seconds() / whole
        colour, dashes = STYLES[bar.outcome]
        told = f"{bar.control}: {bar.outcome} until {bar.end.date()}"
        yield (
            f'<g><title>{escape(told)}</title><rect x="{x:.1f}" y="{y + 2}" width="{width:.1f}" '
            f'height="{ROW - 6}" fill="{colour}" fill-opacity="0.35" stroke="{colour}" '
            f'stroke-dasharray="{dashes}"/>'
            f'<text x="{x + 4:.1f}" y="{y + 14}" font-size="10">{_word(bar, width)}</text></g>'
        )


def _word(bar: Bar, width: float) -> str:
    """Return what stands in a bar, as far as it fits."""
    word = str(bar.outcome)
    if width >= ROOM * len(word):
        return word
    return word[:1] if width >= ROOM else ""
