"""pyCANON's side of `benchmarks.data`; runs in .venv-pycanon, and imports nothing of Sunlit.

python -m benchmarks.data_pycanon PARQUET --quasi age,sex --sensitive occupation
"""

import argparse
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from pycanon import anonymity

from benchmarks.measure import measured, say


def main() -> None:
    """Measure k, l and t, and print one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("place", type=Path)
    parser.add_argument("--quasi", required=True)
    parser.add_argument("--sensitive", required=True)
    asked = parser.parse_args()
    frame, quasi = pd.read_parquet(asked.place), asked.quasi.split(",")

    def work() -> dict[str, float]:
        return {
            "k": anonymity.k_anonymity(frame, quasi),
            "l": anonymity.l_diversity(frame, quasi, [asked.sensitive]),
            "t": anonymity.t_closeness(frame, quasi, [asked.sensitive]),
        }

    figures, took = measured(work)
    plain = {name: float(value) for name, value in figures.items()}
    say(took, rows=len(frame), figures=plain, versions={"pycanon": version("pycanon")})


if __name__ == "__main__":
    main()
