"""Predictions from a model and data, where nobody wrote them down: LightGBM or ONNX."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias.columns import Columns
from sunlit.producers.audit.robust.answers import Model, answered
from sunlit.producers.data.source import Source

SCORE: Final = "(score)"
LABEL: Final = "(prediction)"


def with_answers(columns: Columns) -> Columns:
    """Return the columns as they stand in what `answers` writes: by score where one is cut."""
    if columns.threshold is None:
        return replace(columns, prediction=LABEL)
    return replace(columns, score=SCORE)


def answers(model: Model, source: Source, columns: Columns, path: Path) -> None:
    """Write, for each row, what the model says, beside outcome and attributes, as Parquet.

    Raises:
        MalformedError: `bias.no-answer`, `robust.bad-answer`, `data.*`.
        VerificationError: `data.changed`.
    """
    kept = list(dict.fromkeys([*columns.attributes, *filter(None, [columns.outcome])]))
    features = model.features or tuple(one.name for one in source.columns if one.name not in kept)
    tables = _answered(model, source, features, kept)
    first = next(tables, None)
    if first is None:
        raise MalformedError(
            "bias.no-rows", "no row has a prediction, so there is nothing to audit"
        )
    with parquet.ParquetWriter(path, first.schema) as out:
        out.write_table(first)
        for table in tables:
            out.write_table(table.cast(first.schema))


def _answered(
    model: Model, source: Source, features: tuple[str, ...], kept: list[str]
) -> Iterator[Any]:
    for batch in source.batches(list(dict.fromkeys([*features, *kept]))):
        if not batch.num_rows:
            continue
        columns = {name: _values(batch.column(name)) for name in features}
        said = answered(model, columns)
        if said is None:
            raise MalformedError(
                "bias.no-answer", f"{model.name!r} refuses the rows",
                got=f"{len(features)} columns",
                expected="columns of the names and types that the model was trained with",
                mend="write the predictions into a column, and name it with --prediction",
            )  # fmt: skip
        more: dict[str, Any] = {LABEL: pa.array([str(one) for one in said.labels])}
        if said.scores is not None:
            more[SCORE] = pa.array(said.scores)
        yield pa.table({**{name: batch.column(name) for name in kept}, **more})


def _values(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    return np.asarray(column.to_numpy(zero_copy_only=False))
