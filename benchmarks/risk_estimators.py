"""How far the estimators of population uniqueness are from the truth, on a real census file.

    python -m benchmarks.risk_estimators acs-public-coverage-2018.parquet

The file (227,658 rows; see examples/benefits-outreach/data/README.md for where it is from) is
taken for a population. Samples of 1 % and 10 % are drawn, each estimator is asked, and what it
says is put beside the share of people who are alone in the whole file. Prints a Markdown table.
"""

import argparse
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
from pyarrow import parquet

from sunlit.producers.data.risk.coding import Coded, coded, joined
from sunlit.producers.data.risk.estimate import Estimate
from sunlit.producers.data.risk.histogram import Histogram
from sunlit.producers.data.risk.population import population_uniqueness

SEED: Final = 2018
COLUMNS: Final = ("AGEP", "SEX", "RAC1P", "MAR", "SCHL", "PINCP", "ESR")
SHARES: Final = (0.01, 0.1)
DRAWS: Final = 5


def histogram(codes: npt.NDArray[np.int64]) -> Histogram:
    """Return the class sizes of rows by their class's number."""
    sizes = np.bincount(codes)
    found, counts = np.unique(sizes[sizes > 0], return_counts=True)
    return Histogram.of(zip(found.tolist(), counts.tolist(), strict=True))


def classes(path: str) -> Iterator[tuple[int, Coded]]:
    """Yield (columns, each row's class) for four to seven quasi-identifiers."""
    table = parquet.read_table(path, columns=list(COLUMNS))
    held = coded(table[COLUMNS[0]])
    for number, name in enumerate(COLUMNS[1:], 2):
        held = joined(held, coded(table[name]))
        if number >= 4:
            yield number, held


def lines(path: str) -> Iterator[str]:
    """Yield the table."""
    yield "| Columns | Sample | Truth | Sample's own | Pitman | Zayatz | SNB | Chosen | Upper end |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for number, held in classes(path):
        truth = histogram(held.codes).uniqueness
        for share in SHARES:
            yield f"| {number} | {share:.0%} | {truth:.4f} | {_row(held, share)} |"


def _row(held: Coded, share: float) -> str:
    """Return medians over the draws."""
    people = len(held.codes)
    drawn = []
    for seed in range(DRAWS):
        rows = np.random.default_rng(SEED + seed).choice(
            people, round(share * people), replace=False
        )
        file = histogram(held.codes[rows])
        drawn.append((file, population_uniqueness(file, people, SEED)))
    models = [[found.models[i] for _, found in drawn if found.models] for i in range(3)]
    cells = [f"{np.median([file.uniqueness for file, _ in drawn]):.4f}", *map(_median, models)]
    chosen = "/".join(sorted({found.chosen.model for _, found in drawn}))
    upper = np.median([1.0 if (h := found.chosen.high) is None else h for _, found in drawn])
    return " | ".join([*cells, chosen, f"{upper:.4f}"])


def _median(found: list[Estimate]) -> str:
    sound = [one.value for one in found if one.sound and one.value is not None]
    failed = sorted({one.failure for one in found if one.failure})
    if not sound:
        return f"fails: {failed[0]}" if failed else "not asked"
    return f"{np.median(sound):.4f}" + (
        f" (fails {len(found) - len(sound)} of 5)" if failed else ""
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", help="the full census file")
    print("\n".join(lines(parser.parse_args().file)))


if __name__ == "__main__":
    main()
