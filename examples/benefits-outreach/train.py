"""Train the model. Needs lightgbm, numpy and pyarrow; the same data gives the same model.

    python train.py
    python train.py --data data/people-masked.parquet    # on data that was made coarser

Writes `model.txt` (LightGBM's own text format: numbers and names, no pickle) and `cut.json`:
below which estimate a person is written to. Of the features it takes those that the data has.
"""

import argparse
import json
from pathlib import Path
from typing import Any, Final

import lightgbm
import numpy as np
from pyarrow import parquet

HERE: Final = Path(__file__).parent
TRAIN: Final = HERE / "data" / "acs-public-coverage-2018-train.parquet"

TARGET: Final = "PUBCOV"  # 1: has public health cover
# Sex, race, ancestry, citizenship and place of birth are left out; they are used only to test
# the model for groups of people apart.
FEATURES: Final = (
    "AGEP", "SCHL", "MAR", "DIS", "DEAR", "DEYE", "DREM", "ESP", "ESR", "PINCP", "MIL", "MIG",
    "FER",
)  # fmt: skip

ROUNDS: Final = 120
SETTINGS: Final = {
    "objective": "binary",
    "num_leaves": 15,
    "learning_rate": 0.08,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.9,
    "seed": 2018,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
# At one cut for all, people with a disability and without cover are passed over far more often
# than others: most of them have cover, and the model leans on that. So they have a cut of their
# own. Both are chosen in a fifth of the training data that is set aside: the lowest that finds so
# many of the others, and the lowest that finds hardly fewer of the people with a disability.
WANTED_RECALL: Final = 0.97
FEWER: Final = 0.02
CUTS: Final = tuple(step / 100 for step in range(50, 95, 5))


Numbers = Any  # a numpy array
Columns = dict[str, Numbers]


def read(path: Path) -> Columns:
    """Return column name -> values, of the target and the features."""
    table = parquet.read_table(path)
    wanted = [name for name in table.column_names if name in {TARGET, *FEATURES}]
    return {name: table[name].to_numpy().astype(float) for name in wanted}


def features(columns: Columns) -> list[str]:
    """Return the features that the data has, in the order of FEATURES."""
    return [name for name in FEATURES if name in columns]


def matrix(columns: Columns) -> Numbers:
    """Return rows x features."""
    return np.column_stack([columns[name] for name in features(columns)])


def fit(columns: Columns, rows: Numbers) -> lightgbm.Booster:
    """Return a model of the rows."""
    data = lightgbm.Dataset(
        matrix(columns)[rows], columns[TARGET][rows], feature_name=features(columns)
    )
    return lightgbm.train(SETTINGS, data, ROUNDS)


def choose_cuts(columns: Columns) -> tuple[float, float]:
    """Return the cut for others, and the one for people with a disability."""
    aside = np.arange(len(columns[TARGET])) % 5 == 0
    estimates = fit(columns, ~aside).predict(matrix(columns))
    meant = aside & (columns[TARGET] == 0)
    others, disabled = meant & (columns["DIS"] != 1), meant & (columns["DIS"] == 1)
    cut = _lowest(estimates[others], WANTED_RECALL)
    found = float((estimates[others] < cut).mean())
    return cut, _lowest(estimates[disabled], found - FEWER)


def _lowest(estimates: Numbers, wanted: float) -> float:
    reached = [cut for cut in CUTS if (estimates < cut).mean() >= wanted]
    return reached[0] if reached else CUTS[-1]


def main() -> None:
    """Train, and write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cut", type=float, help="one cut for all; two are chosen if not given")
    parser.add_argument("--data", type=Path, default=TRAIN, help="the training data")
    given = parser.parse_args()
    columns = read(given.data)
    cut, with_disability = choose_cuts(columns) if given.cut is None else (given.cut, given.cut)
    model = fit(columns, np.ones(len(columns[TARGET]), dtype=bool))
    model.save_model(str(HERE / "model.txt"))
    cuts = {"write-below": str(cut), "write-below-with-disability": str(with_disability)}
    (HERE / "cut.json").write_text(json.dumps(cuts) + "\n", encoding="utf-8")
    print(
        f"Trained on {len(columns[TARGET])} people; people below {cut} are written to, "
        f"with a disability below {with_disability}."
    )


if __name__ == "__main__":
    main()
