"""The register as CSV and as a drawing (SVG), for reports; the same register, the same bytes."""

import csv
import io
from collections.abc import Iterator
from html import escape
from typing import Final

from sunlit.base.spreadsheet import harmless
from sunlit.base.times import format_time
from sunlit.bundle.pages.environment import shown
from sunlit.registry.register_html import SIGNS
from sunlit.rubric.matrix import matrix
from sunlit.rubric.mitigations import State
from sunlit.views.register import Line, Register

COLUMNS: Final = (
    "row", "use", "deployer", "component", "release", "code", "tier", "ceiling", "practice",
    "state", "basis", "why", "owner", "due", "expires", "accepted", "statements", "as_of",
)  # fmt: skip
FILL: Final = {
    State.IN_PLACE: "#e3f4e7", State.DUE: "#fff3cd", State.MISSING: "#fde4e1",
    State.NOT_NEEDED: "#e6ecf7", State.NOT_ANSWERED: "#ffffff",
}  # fmt: skip
LEFT, TOP, WIDE, HIGH = 330, 64, 108, 34  # of the drawing, in its own units


def register_csv(found: Register) -> bytes:
    """Return one line a cell, in UTF-8 with CRLF (RFC 4180)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in found.lines:
        for values in _rows(found, one):
            writer.writerow([_plain(value) for value in values])
    return out.getvalue().encode()


def _rows(found: Register, one: Line) -> Iterator[tuple[object, ...]]:
    for cell in one.cells:
        yield (
            one.row, one.use, one.deployer, one.component, one.release, one.code, one.tier,
            one.ceiling, cell.practice, cell.state, cell.basis, cell.why, cell.owner,
            format_time(cell.due) if cell.due else None, cell.expires, " | ".join(cell.accepted),
            " ".join(cell.statements), format_time(found.at),
        )  # fmt: skip


def _plain(value: object) -> str:
    return "" if value is None else harmless(str(value))


def register_svg(found: Register) -> bytes:
    """Return the matrix as a drawing: a line a use, a sign and a word in each cell."""
    height = TOP + HIGH * max(1, len(found.lines)) + 30
    width = LEFT + WIDE * len(matrix().columns) + 10
    title = escape(shown(f"Risk register of {found.organisation}"))
    ink = 'fill="#16191d"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"',
        ' aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="13">',
        f'<title id="t">{title}</title>',
        f'<desc id="d">{_spoken(found)}</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="22" font-size="16" font-weight="600" {ink}>{title},',
        f"{found.at:%Y-%m-%d}</text>",
        *(
            f'<text x="{LEFT + WIDE * n + 8}" y="{TOP - 10}" {ink} font-weight="600">{name}</text>'
            for n, name in enumerate(matrix().columns)
        ),
        *(text for n, one in enumerate(found.lines) for text in _drawn(one, TOP + HIGH * n)),
        "</svg>",
    ]
    return ("\n".join(parts) + "\n").encode()


def _spoken(found: Register) -> str:
    told = "; ".join(
        f"{one.use} by {one.deployer}, code {one.code}: "
        + ", ".join(f"{cell.practice} {str(cell.state).lower()}" for cell in one.cells)
        for one in found.lines
    )
    return escape(shown(told or "No use is declared here."))


def _drawn(one: Line, top: int) -> Iterator[str]:
    name = f"{one.row or 'outside'}  {one.use}"
    shortened = name if len(name) <= 36 else f"{name[:35]}…"
    base = top + HIGH // 2 + 5
    yield f'<text x="10" y="{base}" fill="#16191d">{escape(shown(shortened))}</text>'
    yield f'<text x="{LEFT - 50}" y="{base}" fill="#16191d" font-weight="600">{one.code}</text>'
    for number, cell in enumerate(one.cells):
        left = LEFT + WIDE * number
        yield (
            f'<rect x="{left}" y="{top}" width="{WIDE}" height="{HIGH}" '
            f'fill="{FILL[cell.state]}" stroke="#6b7280"/>'
        )
        yield (
            f'<text x="{left + 6}" y="{base}" fill="#16191d" font-size="12">'
            f"{SIGNS[cell.state][0]} {cell.state}</text>"
        )
