"""fairlearn's side of `benchmarks.audit`: python -m benchmarks.audit_fairlearn PARQUET [--boot N].

It measures one pass over each of the 15 combinations of four attributes, and with `--boot` what
one bootstrap replicate of one pair takes; the extrapolation is made, and said, by the caller.
"""

import argparse
from functools import partial
from importlib.metadata import version
from itertools import combinations
from pathlib import Path
from typing import Final

import pandas as pd
from fairlearn.metrics import (
    MetricFrame,
    count,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from sklearn.metrics import accuracy_score, precision_score

from benchmarks.audit_made import GROUPS
from benchmarks.measure import measured, say

METRICS: Final = {
    "n": count,
    "selection": selection_rate,
    "tpr": true_positive_rate,
    "fpr": false_positive_rate,
    "precision": partial(precision_score, zero_division=0),
    "accuracy": accuracy_score,
}


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("place", type=Path)
    parser.add_argument("--boot", type=int, default=0, help="replicates of one pair of attributes")
    asked = parser.parse_args()
    frame = pd.read_parquet(asked.place)
    truth, predicted = frame["outcome"], frame["predicted"]

    def one(names: tuple[str, ...], boot: int | None = None) -> MetricFrame:
        more = {"n_boot": boot, "ci_quantiles": [0.025, 0.975], "random_state": 1} if boot else {}
        return MetricFrame(metrics=METRICS, y_true=truth, y_pred=predicted,
                           sensitive_features=frame[list(names)], **more)  # fmt: skip

    def every() -> int:
        sets = [them for size in range(1, 5) for them in combinations(GROUPS, size)]
        return sum(len(one(them).by_group) for them in sets)

    if asked.boot:
        _, plain = measured(lambda: one(("sex", "ethnicity")))
        _, took = measured(lambda: one(("sex", "ethnicity"), asked.boot))
        replicate = max(took.cpu - plain.cpu, 0) / asked.boot
        say(took, replicate=replicate, rows=len(frame))
        return
    groups, took = measured(every)
    say(took, groups=groups, rows=len(frame), versions={"fairlearn": version("fairlearn")})


if __name__ == "__main__":
    main()
