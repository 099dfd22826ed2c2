"""Small seeded tables of nobody, and environments that speak the synth worker's protocol."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pytest

from sunlit.producers.data.synth_environment import Environment, find_environment

AT: Final = datetime(2026, 3, 1, 9, tzinfo=UTC)
FAKE_WORKER: Final = Path(__file__).with_name("fake_synth_worker.py")


def people(rows: int = 400, seed: int = 1) -> pa.Table:
    """Return rows whose columns go together: age, grade, income, town, covered; some nulls."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 65, rows)
    grade = np.clip(age // 12 + rng.integers(0, 2, rows), 0, 6)
    income = np.round(age * 400 + rng.normal(0, 3000, rows), 2)
    town = np.array(["north", "south", "east"])[np.clip(grade // 2, 0, 2)]
    covered = (income + rng.normal(0, 3000, rows)) < 15_000
    return pa.table(
        {
            "age": age,
            "grade": pa.array(grade, mask=rng.random(rows) < 0.1),
            "income": income,
            "town": pa.array(town.tolist(), mask=rng.random(rows) < 0.05),
            "covered": covered,
        }
    )


def fake_environment(**changes: Any) -> Environment:  # noqa: ANN401
    """Return an environment whose worker is the fake."""
    settings: dict[str, Any] = {"python": Path(sys.executable), "worker": FAKE_WORKER}
    return Environment(**(settings | {"seconds": 60.0} | changes))


def real_environment() -> Environment:
    """Return the synth environment, or skip."""
    given = os.environ.get("SYNTH_PYTHON")  # SUNLIT_* is taken away from every test
    found = find_environment(Path(given) if given else None)
    if found is None:
        pytest.skip("no synth environment beside this one: make synth")
    return found
