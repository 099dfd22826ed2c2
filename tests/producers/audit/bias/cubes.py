"""Small cubes and files of people for the tests of the bias audit."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sunlit.producers.audit.bias.columns import Columns
from sunlit.producers.audit.bias.cube import Cube, Dimension
from sunlit.producers.audit.bias.read import read_cube
from sunlit.producers.data.source import open_source

AUDIT = Path(__file__).parents[3] / "fixtures" / "audit"
SOURCES: Mapping[str, Columns] = {
    "census": Columns(
        prediction="letter", outcome="uncovered", attributes=("sex", "race", "disability", "age"),
        score="estimate",
    ),
    "adult": Columns(
        prediction="predicted", outcome="earns_more", attributes=("sex", "race", "age"),
        score="estimate",
    ),
    "compas": Columns(
        prediction="level", favourable=("Medium", "High"), outcome="recidivated",
        attributes=("race", "sex", "age"), score="decile",
    ),
}  # fmt: skip


def people(name: str, **only: str) -> dict[str, list[str]]:
    """Return the people of a file of counts, one row each, where columns are as `only` says."""
    with (AUDIT / f"{name}-counts.csv").open(encoding="utf-8") as file:
        rows = [one for one in csv.DictReader(file) if only.items() <= one.items()]
    held: dict[str, list[str]] = {one: [] for one in rows[0] if one != "n"}
    for row in rows:
        for column, values in held.items():
            values.extend([row[column]] * int(row["n"]))
    return held


def counted(columns: Mapping[str, Sequence[Any]], asked: Columns, folder: Path) -> Cube:
    """Write rows as Parquet and count them."""
    path = folder / "rows.parquet"
    parquet.write_table(pa.table({name: list(one) for name, one in columns.items()}), path)
    with open_source(str(path)) as source:
        return read_cube(source, asked)


def cube(counts: Any, *names: str, unknown: int | None = None) -> Cube:  # noqa: ANN401 - an array
    """Return a cube of values `a0`, `a1`, ...; value `unknown` of the first attribute is that."""
    held = np.asarray(counts, dtype=np.int64)
    dimensions = []
    for at, size in enumerate(held.shape[:-2]):
        name = names[at] if names else f"d{at}"
        values = [f"a{one:02}" for one in range(size)]
        if at == 0 and unknown is not None:
            values[unknown] = "(unknown)"
        dimensions.append(Dimension(name, tuple(values)))
    return Cube(tuple(dimensions), held, held.shape[-1] == 3)
