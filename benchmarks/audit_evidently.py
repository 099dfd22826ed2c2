"""evidently's side of `benchmarks.audit`; runs in .venv-evidently, and imports nothing of Sunlit.

python -m benchmarks.audit_evidently REFERENCE CURRENT
"""

import argparse
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset

from benchmarks.measure import measured, say


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("reference", type=Path)
    parser.add_argument("current", type=Path)
    asked = parser.parse_args()

    def work() -> int:
        reference, current = pd.read_parquet(asked.reference), pd.read_parquet(asked.current)
        report = Report([DataDriftPreset(num_method="ks", cat_method="psi")])
        return len(report.run(current, reference).json())

    _, took = measured(work)
    say(took, versions={"evidently": version("evidently")})


if __name__ == "__main__":
    main()
