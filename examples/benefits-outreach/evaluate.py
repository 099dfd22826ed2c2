"""Test the model on people whom training never saw, for all and for groups apart.

Writes `sunlit-tests/performance.json` and `sunlit-tests/fairness.json` as Sunlit's
spec/schemas/test-report.schema.json says. A group with too few people is reported as not
measured, with the reason: it is not left out, and it does not pass.
"""

import hashlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import lightgbm
import numpy as np
from pyarrow import parquet

HERE: Final = Path(__file__).parent
TEST: Final = HERE / "data" / "acs-public-coverage-2018-test.parquet"
MODEL: Final = HERE / "model.txt"
CUT: Final = HERE / "cut.json"
TARGET: Final = "PUBCOV"  # 1: has public health cover
RECALL: Final = "recall of people without cover"
GROUPS: Final = {
    "SEX": {1: "men", 2: "women"},
    "DIS": {1: "with a disability", 2: "without a disability"},
    "RAC1P": {
        0: "White", 1: "Black or African American", 2: "American Indian", 3: "Alaska Native",
        4: "American Indian or Alaska Native, other", 5: "Asian",
        6: "Native Hawaiian or Pacific Islander", 7: "some other race", 8: "two or more races",
    },
}  # fmt: skip

Numbers = Any  # a numpy array
Columns = dict[str, Numbers]


def read(path: Path) -> Columns:
    """Return column name -> values."""
    table = parquet.read_table(path)
    return {name: table[name].to_numpy().astype(float) for name in table.column_names}


def auc(truth: Numbers, estimates: Numbers) -> float:
    """Return the chance that a covered person gets a higher estimate than one without cover."""
    _, place, count = np.unique(estimates, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]  # ties share their mean rank
    positive = truth.sum()
    above = ranks[truth == 1].sum() - positive * (positive + 1) / 2
    return float(above / (positive * (len(truth) - positive)))


Figure = dict[str, object]


def figure(name: str, value: float | None, threshold: str | None, **more: object) -> Figure:
    """Return one metric of the report; figures are texts, so that they stay as they are."""
    held = {"threshold": threshold, "better": "higher"} if threshold else {}
    shown = None if value is None else f"{value:.4f}"
    return {"name": name, "value": shown, **held, **more}


def performance(truth: Numbers, estimates: Numbers, cut: Numbers) -> Iterator[Figure]:
    """Yield the figures for everybody."""
    wanted = _thresholds()["performance"]
    letters, without = estimates < cut, truth == 0
    rows = len(truth)
    yield figure("auc", auc(truth, estimates), wanted["auc"], rows=rows)
    yield figure(RECALL, letters[without].mean(), wanted[RECALL], rows=int(without.sum()))
    precision = without[letters].mean()
    yield figure(
        "precision of letters", precision, wanted["precision of letters"], rows=int(letters.sum())
    )
    yield figure("accuracy", ((estimates >= 0.5) == (truth == 1)).mean(), None, rows=rows)
    yield figure("share of people who get a letter", letters.mean(), None, rows=rows)


def fairness(columns: Columns, estimates: Numbers, cut: Numbers) -> Iterator[Figure]:
    """Yield, for each group, how many of its people without cover are found."""
    wanted = _thresholds()["fairness"]
    letters, without = estimates < cut, columns[TARGET] == 0
    for column, names in GROUPS.items():
        for code, name in names.items():
            meant = without & (columns[column] == code)
            group, rows = f"{column}={code} ({name})", int(meant.sum())
            if rows < wanted["least people"]:
                why = f"only {rows} people of this group in the test data have no cover"
                yield figure(RECALL, None, wanted[RECALL], group=group, rows=rows, why=why)
            else:
                recall = letters[meant].mean()
                yield figure(RECALL, recall, wanted[RECALL], group=group, rows=rows)


def write(kind: str, metrics: list[Figure]) -> bool:
    """Write one report and return whether no figure misses its threshold."""
    missed = [one for one in metrics if _is_missed(one)]
    unknown = any(one["value"] is None for one in metrics)
    report = {
        "format": "sunlit-test-report/1",
        "kind": kind,
        "tested": [_named(MODEL), _named(CUT)],
        "data": [_named(TEST)],
        "tool": "evaluate.py",
        "toolVersion": _digest(Path(__file__))[:12],
        "testedOn": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "result": "FAILED" if missed else "WARNED" if unknown else "PASSED",
        "metrics": metrics,
        "limits": "One survey of 2018 in the United States; cover as people reported it.",
    }
    path = HERE / "sunlit-tests" / f"{kind}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(f"{kind}: {report['result']}, {len(metrics)} figures, {len(missed)} missed ({path.name})")
    return not missed


def _thresholds() -> Any:  # noqa: ANN401 - a JSON document
    return json.loads((HERE / "thresholds.json").read_text(encoding="utf-8"))


def _is_missed(one: Figure) -> bool:
    value, threshold = one["value"], one.get("threshold")
    return value is not None and threshold is not None and float(str(value)) < float(str(threshold))


def _named(path: Path) -> dict[str, object]:
    return {"name": path.relative_to(HERE).as_posix(), "digest": {"sha256": _digest(path)}}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def cut_of(columns: Columns) -> Numbers:
    """Return below which estimate each person is written to."""
    cuts = json.loads(CUT.read_text(encoding="utf-8"))
    others, disabled = (
        float(cuts[name]) for name in ("write-below", "write-below-with-disability")
    )
    return np.where(columns["DIS"] == 1, disabled, others)


def estimated(columns: Columns) -> Numbers:
    """Return the model's estimate for each person."""
    model = lightgbm.Booster(model_file=str(MODEL))
    seen = np.column_stack([columns[name] for name in model.feature_name()])
    return np.asarray(model.predict(seen))


def main() -> None:
    """Test, write both reports; exit 1 when a figure misses its threshold."""
    columns = read(TEST)
    cut, estimates = cut_of(columns), estimated(columns)
    met = [
        write("performance", list(performance(columns[TARGET], estimates, cut))),
        write("fairness", list(fairness(columns, estimates, cut))),
    ]
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
