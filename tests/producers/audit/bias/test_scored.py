"""Predictions of a model that is asked: the rows stay, the model answers, nothing is a pickle."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias.columns import Columns
from sunlit.producers.audit.bias.read import read_cube
from sunlit.producers.audit.bias.scored import answers, with_answers
from sunlit.producers.audit.robust.answers import Batch
from sunlit.producers.data.source import open_source


@dataclass(frozen=True)
class Half:
    """A model whose score is half of `x`; of text it knows nothing."""

    features: tuple[str, ...] = ("x",)
    name: str = "half"
    digest: str | None = None
    errors: tuple[type[Exception], ...] = (TypeError, ValueError)

    def __call__(self, batch: Batch) -> object:
        assert isinstance(batch, dict)
        assert not self.features or tuple(batch) == self.features
        return np.asarray(batch["x"], dtype=np.float64) / 2


def rows(folder: Path, values: list[object]) -> str:
    """Write rows: a number, who it is, and what should have been."""
    path = folder / "rows.parquet"
    many = len(values)
    sexes = [["f", "m"][at % 2] for at in range(many)]
    parquet.write_table(pa.table({"x": values, "sex": sexes, "owed": [1] * many}), path)
    return str(path)


@pytest.mark.parametrize("features", [("x",), ()])
def test_a_model_is_asked_for_each_row(tmp_path: Path, features: tuple[str, ...]) -> None:
    """Its score is cut as the columns say; one that names no columns gets all others."""
    columns = Columns(attributes=("sex",), outcome="owed", threshold=Decimal("0.5"), rule="below")
    out = tmp_path / "out.parquet"
    with open_source(rows(tmp_path, [0.2, 0.8, 1.2, 1.6])) as source:
        answers(Half(features), source, columns, out)
    with open_source(str(out)) as table:
        cube = read_cube(table, with_answers(columns))

    assert cube.selected.tolist() == [1, 1]
    assert cube.counts[0, 0, 1] == 1


def test_without_a_threshold_its_labels_count(tmp_path: Path) -> None:
    """As it gives them: a score from a half on is 1."""
    columns = Columns(attributes=("sex",))
    out = tmp_path / "out.parquet"
    with open_source(rows(tmp_path, [0.2, 0.8, 1.2, 1.6])) as source:
        answers(Half(), source, columns, out)
    with open_source(str(out)) as table:
        cube = read_cube(table, with_answers(columns))

    assert cube.selected.tolist() == [1, 1]
    assert cube.total == 4


def test_rows_that_a_model_refuses_are_no_predictions(tmp_path: Path) -> None:
    """It is said without a value of any row."""
    with (
        open_source(rows(tmp_path, ["secret", "b"])) as source,
        pytest.raises(MalformedError) as caught,
    ):
        answers(Half(), source, Columns(attributes=("sex",)), tmp_path / "out.parquet")

    assert caught.value.code == "bias.no-answer"
    assert "secret" not in str(caught.value)


def test_without_rows_there_is_nothing_to_audit(tmp_path: Path) -> None:
    """An empty table is no audit."""
    with (
        open_source(rows(tmp_path, pa.array([], pa.float64()).to_pylist())) as source,
        pytest.raises(MalformedError) as caught,
    ):
        answers(Half(), source, Columns(attributes=("sex",)), tmp_path / "out.parquet")

    assert caught.value.code == "bias.no-rows"
