"""A plot of cost against rows as an SVG made by hand: both axes by powers of ten."""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 400
LEFT, RIGHT, TOP, BOTTOM = 70, 170, 30, 50
COLOURS: Final = ("#1d5fa8", "#b3541e", "#3a7d44")
STYLE: Final = (
    "text{font:13px sans-serif;fill:#222}line,path{stroke:#bbb;fill:none}"
    ".fit{stroke-dasharray:5 4;stroke-width:1.2}.axis{stroke:#222}"
)
Points = Sequence[tuple[float, float]]


def plot(title: str, series: Mapping[str, Points], *, across: str, up: str) -> str:
    """Return an SVG with a line of points for each series and, dashed, exact proportion.

    The dashed line has slope one and goes through the series' middle point: points along it grow
    in proportion to the rows.
    """
    every = [point for points in series.values() for point in points]
    left, right = _decades([x for x, _ in every])
    low, high = _decades([y for _, y in every])
    frame = _Frame(left, right, low, high)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-weight="bold">{escape(title)}</text>',
        *frame.grid(across, up),
    ]
    for number, (name, points) in enumerate(series.items()):
        parts += _series(frame, name, points, COLOURS[number % len(COLOURS)], number)
    return "\n".join([*parts, "</svg>", ""])


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


class _Frame:
    """Where values stand on the picture."""

    def __init__(self, left: int, right: int, low: int, high: int) -> None:
        self.left, self.right, self.low, self.high = left, right, low, high

    def x(self, value: float) -> float:
        share = (log10(value) - self.left) / (self.right - self.left)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        share = (log10(value) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def grid(self, across: str, up: str) -> list[str]:
        """Return a line and a number for each power of ten, and what the axes are."""
        parts = []
        for power in range(self.left, self.right + 1):
            x = self.x(10.0**power)
            parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}"/>')
            parts.append(_text(x, HEIGHT - BOTTOM + 18, _short(power), "middle"))
        for power in range(self.low, self.high + 1):
            y = self.y(10.0**power)
            parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
            parts.append(_text(LEFT - 8, y + 4, _short(power), "end"))
        middle = (LEFT + WIDTH - RIGHT) / 2
        parts.append(_text(middle, HEIGHT - 10, across, "middle"))
        parts.append(_text(WIDTH - RIGHT + 12, HEIGHT - BOTTOM, up, "start"))
        return parts


def _series(frame: _Frame, name: str, points: Points, colour: str, number: int) -> list[str]:
    at = [(frame.x(x), frame.y(y)) for x, y in points]
    path = " ".join(f"{'L' if place else 'M'}{x:.1f} {y:.1f}" for place, (x, y) in enumerate(at))
    middle_x, middle_y = points[len(points) // 2]
    ends = [(x, middle_y * x / middle_x) for x in (points[0][0], points[-1][0])]
    (x1, y1), (x2, y2) = [(frame.x(x), frame.y(y)) for x, y in ends]
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in at]
    legend = TOP + 16 + number * 34
    return [
        f'<path class="fit" style="stroke:{colour}" d="M{x1:.1f} {y1:.1f} L{x2:.1f} {y2:.1f}"/>',
        f'<path style="stroke:{colour};stroke-width:2" d="{path}"/>', *dots,
        f'<circle cx="{WIDTH - RIGHT + 16}" cy="{legend - 4}" r="4" fill="{colour}"/>',
        _text(WIDTH - RIGHT + 26, legend, name, "start"),
        _text(WIDTH - RIGHT + 26, legend + 15, f"exponent {exponent(points):.2f}", "start"),
    ]  # fmt: skip


def exponent(points: Points) -> float:
    """Return the slope of the least-squares line through the logarithms: 1 is linear."""
    xs = [log10(x) for x, _ in points]
    ys = [log10(y) for _, y in points]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    above = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    return above / sum((x - mean_x) ** 2 for x in xs)


def _text(x: float, y: float, said: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def _short(power: int) -> str:
    names = {3: "1,000", 4: "10,000", 5: "100,000", 6: "1 M", 7: "10 M", 8: "100 M", 9: "1,000 M"}
    return names.get(power, f"{10.0**power:g}")
