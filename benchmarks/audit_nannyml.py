"""nannyml's side of `benchmarks.audit`; runs in .venv-nannyml, and imports nothing of Sunlit.

python -m benchmarks.audit_nannyml REFERENCE CURRENT
"""

import argparse
import warnings
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from nannyml import UnivariateDriftCalculator

from benchmarks.measure import measured, say


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("reference", type=Path)
    parser.add_argument("current", type=Path)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # it wants more chunks; one is what is compared

    def work() -> int:
        reference, current = pd.read_parquet(asked.reference), pd.read_parquet(asked.current)
        found = UnivariateDriftCalculator(
            column_names=list(reference), continuous_methods=["kolmogorov_smirnov"],
            categorical_methods=["chi2"], chunk_number=1,
        )  # fmt: skip
        return len(found.fit(reference).calculate(current).to_df())

    _, took = measured(work)
    say(took, versions={"nannyml": version("nannyml")})


if __name__ == "__main__":
    main()
