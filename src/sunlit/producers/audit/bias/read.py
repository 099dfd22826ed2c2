"""From rows to the cube: one grouping, the same Ibis expression on DuckDB and on Spark.

With a score, one look before it finds the range, the median where it is the threshold, and
whether every score is a number.
"""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias.columns import Columns, check_columns, meaning_of
from sunlit.producers.audit.bias.cube import Binned, Counts, Cube, Dimension, check_size
from sunlit.producers.audit.bias.express import (
    ABSENT,
    OTHER,
    absent,
    attribute,
    binned,
    coded,
    number,
    predicted,
)

if TYPE_CHECKING:
    from sunlit.producers.data.risk.table import Measurable
    from sunlit.producers.data.source import Source

__all__ = ["Columns", "read_cube"]

MOST_CELLS: Final = 2_000_000  # that the engine may hand over


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look at the scores found."""

    low: float
    high: float
    median: float | None


def read_cube(
    source: "Source",
    columns: Columns,
    *,
    engine: Literal["duckdb", "spark"] = "duckdb",
    running: Any = None,  # noqa: ANN401 - Spark has no types
) -> Cube:
    """Count the rows of a dataset; `running` is a Spark session to use.

    Raises:
        MalformedError: `bias.*`, `data.*`.
        UnavailableError: `data.*`, `data-risk.no-spark`.
        VerificationError: `data.changed`.
    """
    check_columns(columns, tuple(one.name for one in source.columns))
    with _on(source, engine, running) as held, held.reading():
        table = held.table()
        settled = columns if columns.score is None else _settled(columns, _look(table, columns))
        cube = _cube(_grouped(table, settled), settled)
        held.check()
    median = columns.threshold == "median"
    return replace(cube, meaning=replace(cube.meaning, median=median))


def _on(source: "Source", engine: str, running: object) -> "AbstractContextManager[Measurable]":
    if engine == "duckdb":
        return nullcontext(source)
    from sunlit.producers.data.risk.spark import on_spark  # noqa: PLC0415 - an extra

    return on_spark(source, running)


def _arrow(asked: Any) -> Any:  # noqa: ANN401 - Ibis; a pyarrow.Table
    """Return the answer to an Ibis expression."""
    backend = asked.get_backend()
    if backend.name != "duckdb":
        return asked.to_pyarrow()
    # Not `to_pyarrow`, for the reason that `_integers` names.
    return backend.raw_sql(backend.compile(asked)).to_arrow_table()


def _look(table: Any, columns: Columns) -> Looked:  # noqa: ANN401 - Ibis
    """Return range and median of the scores, in one scan; refuse what is no number."""
    scores = number(table, str(columns.score), columns.unknown)
    held = table.select(given=scores.given, score=scores.value)
    bad = held.given & (held.score.isnull() | held.score.isnan() | held.score.isinf())
    wanted = {"bad": bad.sum(), "low": held.score.min(), "high": held.score.max()}
    if columns.threshold == "median":
        wanted["median"] = held.score.median()
    found = _arrow(held.agg(**wanted)).to_pylist()[0]
    if found["bad"]:
        raise MalformedError(
            "bias.not-a-number", f"{columns.score!r} holds scores that are no number",
            got=f"{found['bad']} such rows", mend="name the values that mean that there is none",
        )  # fmt: skip
    if found["low"] is None:
        raise _no_rows()
    return Looked(float(found["low"]), float(found["high"]), found.get("median"))


def _no_rows() -> MalformedError:
    return MalformedError("bias.no-rows", "no row has a prediction, so there is nothing to audit")


def _settled(columns: Columns, looked: Looked) -> Columns:
    """Return the columns with the median as threshold, the rule, and the edges of the bins."""
    threshold, rule, bins = columns.threshold, columns.rule, columns.bins
    if threshold == "median":
        threshold, rule = Decimal(repr(looked.median)).normalize(), rule or "above"
    if isinstance(bins, int):
        unit = looked.low >= 0 and looked.high <= 1
        low, high = ("0", "1") if unit else (repr(looked.low), repr(looked.high))
        bins = _edges(Decimal(low), Decimal(high), bins)
    return replace(columns, threshold=threshold, rule=rule or "at-least", bins=bins)


def _edges(low: Decimal, high: Decimal, bins: int) -> tuple[Decimal, ...]:
    """Return the edges of bins of one width; one bin where all scores are the same."""
    if high == low:
        high, bins = low + 1, 1
    return tuple((low + (high - low) * one / bins).normalize() for one in range(bins + 1))


def _grouped(table: Any, columns: Columns) -> Any:  # noqa: ANN401 - Ibis; a pyarrow.Table
    keys = {f"a{at}": attribute(table, one, columns) for at, one in enumerate(columns.attributes)}
    keys["p"] = predicted(table, columns)
    if columns.outcome is not None:
        keys["o"] = coded(table, columns.outcome, columns.positive, columns.unknown)
    if columns.edges:
        keys["b"] = binned(number(table, str(columns.score), columns.unknown), columns.edges)
    rows = table.select(**keys)
    cells = rows.group_by(list(keys)).agg(n=rows.count())
    found = _arrow(cells.limit(MOST_CELLS + 1))
    if found.num_rows > MOST_CELLS:
        _refuse(cells, columns)
    return found


def _refuse(cells: Any, columns: Columns) -> None:  # noqa: ANN401 - Ibis
    keys = [f"a{at}" for at in range(len(columns.attributes))]
    sizes = _arrow(cells.agg(**{one: cells[one].nunique() for one in keys})).to_pylist()[0]
    check_size((name, sizes[key]) for name, key in zip(columns.attributes, keys, strict=True))
    raise MalformedError(
        "bias.too-many-groups", "the bins of the score make too many cells",
        expected=f"at most {MOST_CELLS}", mend="ask for fewer bins, or for fewer attributes",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cells:
    """What the engine handed over, a number for each value. `places` is one array each axis."""

    dimensions: tuple[Dimension, ...]
    places: tuple[Counts, ...]
    people: Counts
    predicted: Counts
    outcome: Counts

    def dense(self, tail: tuple[int, int], last: tuple[Counts, Counts], keep: Any) -> Counts:  # noqa: ANN401
        """Return the counts of the cells that `keep` says, with two more axes."""
        sizes = tuple(len(one.values) for one in self.dimensions)
        counts = np.zeros((*sizes, *tail), dtype=np.int64)
        at = tuple(one[keep] for one in (*self.places, *last))
        np.add.at(counts, at, self.people[keep])
        return counts


def _cube(found: Any, columns: Columns) -> Cube:  # noqa: ANN401 - a pyarrow.Table
    cells = _cells(found, columns)
    _check_named(cells, columns)
    keep = cells.predicted < ABSENT
    if not keep.any():
        raise _no_rows()
    with_outcome = columns.outcome is not None
    scores = None
    if columns.edges:
        bins = _integers(found["b"].combine_chunks())
        unknown = cells.outcome if with_outcome else np.full_like(bins, ABSENT)
        tail = (len(columns.edges) - 1, 3)
        edges = tuple(f"{one:f}" for one in columns.edges)
        scores = Binned(edges, cells.dense(tail, (bins, unknown), keep & (bins >= 0)))
    return Cube(
        dimensions=cells.dimensions,
        counts=cells.dense(
            (2, 3 if with_outcome else 1), (cells.predicted, cells.outcome), keep
        ),
        with_outcome=with_outcome,
        meaning=meaning_of(columns, int(cells.people[~keep].sum())),
        scores=scores,
    )  # fmt: skip


def _cells(found: Any, columns: Columns) -> Cells:  # noqa: ANN401 - a pyarrow.Table
    held = [_coded(found[f"a{at}"]) for at in range(len(columns.attributes))]
    check_size((name, len(one[0])) for name, one in zip(columns.attributes, held, strict=True))
    people = _integers(found["n"].combine_chunks())
    return Cells(
        dimensions=tuple(
            Dimension(name, one[0]) for name, one in zip(columns.attributes, held, strict=True)
        ),
        places=tuple(one[1] for one in held),
        people=people,
        predicted=_integers(found["p"].combine_chunks()),
        outcome=np.zeros_like(people)
        if columns.outcome is None
        else _integers(found["o"].combine_chunks()),
    )


def _integers(column: Any) -> Counts:  # noqa: ANN401 - Arrow
    # Not `to_numpy`, which imports pandas: that takes longer than reading a million rows.
    return np.from_dlpack(column).astype(np.int64) if len(column) else np.zeros(0, np.int64)


def _coded(column: Any) -> tuple[tuple[str, ...], Counts]:  # noqa: ANN401 - Arrow
    """Return the values in the order of their code points, and the place of each row's."""
    encoded = column.combine_chunks().dictionary_encode()
    values = encoded.dictionary.to_pylist()
    ordered = sorted(values)
    rank = {value: at for at, value in enumerate(ordered)}
    ranks = np.asarray([rank[value] for value in values], dtype=np.int64)
    return tuple(ordered), ranks[_integers(encoded.indices)]


def _check_named(cells: Cells, columns: Columns) -> None:
    """Refuse a column of other values than two where none was named, or a value nobody has."""
    asked = ((columns.prediction, cells.predicted, columns.favourable),
             (columns.outcome, cells.outcome, columns.positive))  # fmt: skip
    for name, codes, named in asked:
        if name is not None and bool((codes == OTHER).any()):
            raise MalformedError(
                "bias.value-unnamed", f"{name!r} holds other values than 1 and 0",
                expected="true and false, 1 and 0, or the values that count as 1",
                mend="name the values that count as 1",
            )  # fmt: skip
        if name is not None and named and not bool((codes == 1).any()):
            raise absent(name)
