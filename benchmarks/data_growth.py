"""How cost grows with rows, from a million to a hundred million, as a plot.

python -m benchmarks.data_growth [--scale quick|full] [--svg FILE] [--json]
"""

import argparse
import tempfile
from pathlib import Path
from typing import Final

from benchmarks import contender, data_made
from benchmarks.data_plot import exponent, plot
from benchmarks.data_speed import ASKED, GIB
from benchmarks.parts import OURS, Part, Row, Target
from benchmarks.render import show

HERE: Final = Path(__file__).parent
SVG: Final = HERE / "data-growth.svg"
# Rows of the people whose k, l and t are measured; rows of the table that is scanned.
RISK: Final = {
    "quick": (30_000, 100_000, 300_000),
    "full": (1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000),
}
SCAN: Final = {"quick": (3_000, 10_000, 30_000), "full": (30_000, 100_000, 300_000, 1_000_000)}
LINEAR: Final = 1.1  # the largest exponent that is called linear
K_L_T: Final = "k, l and t"
LOOK: Final = "scan of 7 columns"


def measure(scale: str, svg: Path | None) -> Part:
    """Measure both at each size; write the plot."""
    cost: dict[str, list[tuple[float, float]]] = {K_L_T: [], LOOK: []}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "made.parquet"
        for count in RISK[scale]:
            data_made.people(place, count)
            run = contender.ours("klt", place, *ASKED, "--memory", "2500MB")
            cost[K_L_T].append((count, run.cpu))
            rows.append(_row(K_L_T, count, run.cpu, run.peak))
        for count in SCAN[scale]:
            data_made.table(place, count)
            run = contender.ours("scan", place)
            cost[LOOK].append((count, run.cpu))
            rows.append(_row(LOOK, count, run.cpu, run.peak))
    if svg is not None:
        svg.write_text(
            plot("CPU-seconds by rows", cost, across="rows", up="CPU-s"), encoding="utf-8"
        )
    rows += [_growth(name, exponent(points), scale) for name, points in cost.items()]
    picture = [f"![CPU-seconds by rows, both axes by powers of ten]({SVG.name})"] if svg else []
    return Part(
        name="data-growth", title="Growth",
        text="Each size is made anew and measured once in a process of its own. The exponent is "
        "the slope through the logarithms: 1 is proportion; below 1, fixed costs still show.",
        rows=rows, notes=picture,
    )  # fmt: skip


def _row(what: str, count: int, cpu: float, peak: int) -> Row:
    samples = {"CPU-s": [cpu], "peak GiB": [peak / GIB], "µs a row": [cpu / count * 1e6]}
    return Row(what=f"{what}, {count:,} rows", unit="", samples=samples)


def _growth(name: str, found: float, scale: str) -> Row:
    target = Target(name="data-growth", text=f"at most {LINEAR}", measured=found, bound=LINEAR,
                    at_least=False)  # fmt: skip
    return Row(what=f"{name}: exponent", unit="", samples={OURS: [found]},
               target=target if scale == "full" else None)  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--scale", choices=list(RISK), default="full")
    parser.add_argument("--svg", type=Path, help="where the plot goes")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    svg = asked.svg or (SVG if asked.scale == "full" else None)
    show(measure(asked.scale, svg), as_json=asked.json)


if __name__ == "__main__":
    main()
