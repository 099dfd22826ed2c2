"""Data made for `benchmarks.audit`, from a seed: decisions on people, two samples of 20 columns."""

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SEED: Final = 2018
GROUPS: Final = {"sex": 2, "ethnicity": 7, "age": 5, "disability": 2}
NUMBERS: Final = 15  # columns of numbers; the rest of 20 are categories


def decisions(path: Path, rows: int) -> None:
    """Write four attributes (140 groups), a prediction and an outcome."""
    rng = np.random.default_rng(SEED)
    codes = {}
    for name, size in GROUPS.items():
        weights = 1 / np.arange(1, size + 1)  # some groups are much larger than others
        codes[name] = rng.choice(size, rows, p=weights / weights.sum())
    outcome = rng.random(rows) < 0.3 + 0.05 * codes["sex"]
    predicted = rng.random(rows) < np.where(outcome, 0.8, 0.2) - 0.02 * codes["ethnicity"]
    columns = {name: pa.array(np.char.add(name, code.astype(str))) for name, code in codes.items()}
    pq.write_table(pa.table({**columns, "predicted": predicted.astype(np.int8),
                             "outcome": outcome.astype(np.int8)}), path)  # fmt: skip


def sample(path: Path, rows: int, *, moved: float = 0.0) -> None:
    """Write 20 columns; `moved` shifts every third of them."""
    rng = np.random.default_rng(SEED + int(moved * 1000))
    columns: dict[str, pa.Array] = {}
    for number in range(NUMBERS):
        shift = moved if number % 3 == 0 else 0.0
        columns[f"n{number}"] = pa.array(rng.normal(shift, 1, rows))
    for number in range(20 - NUMBERS):
        tilt = 1 + (moved if number % 3 == 0 else 0.0)
        weights = tilt / np.arange(1, 11)
        weights[0] *= 1 + moved
        drawn = rng.choice(10, rows, p=weights / weights.sum())
        columns[f"c{number}"] = pa.array(np.char.add("v", drawn.astype(str)))
    pq.write_table(pa.table(columns), path)
