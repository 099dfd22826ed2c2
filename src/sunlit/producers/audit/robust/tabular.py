"""Tables: what is known of each column, and the changes that a model is tried with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.robust.answers import Array, Case, Columns, severities
from sunlit.producers.data.source import Source
from sunlit.producers.data.source_engine import quoted

DISCRETE: Final = 20  # a number with at most so many values is a category, as in drift
MOST_VALUES: Final = 1000
CHUNK: Final = 4096  # rows that are asked about at once; part of what a seed means
NOISE: Final = (0.01, 0.05, 0.1, 0.2)  # of each column's standard deviation
MISSING: Final = (0.01, 0.05, 0.2)  # of all cells
SWAPPED: Final = (0.01, 0.05, 0.2)  # of the cells of categories
Rng = np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One column that the model takes. `values` are the known ones of a category."""

    name: str
    is_number: bool
    whole: bool = False
    sd: float = 0.0
    low: float = 0.0
    high: float = 0.0
    values: tuple[Any, ...] = ()
    is_text: bool = False


def features_of(
    source: Source, names: Sequence[str], numeric: Sequence[str] = (), category: Sequence[str] = ()
) -> list[Feature]:
    """Look at the columns that a model takes, in its order.

    Raises:
        MalformedError: `robust.no-column`, `data.*`.
    """
    held = {one.name for one in source.columns}
    if missing := [name for name in (*names, *numeric, *category) if name not in held]:
        raise MalformedError(
            "robust.no-column", f"the data has no column {missing[0]!r}",
            expected="one of " + ", ".join(sorted(held)[:20]),
            mend="name the columns that the model takes with --feature",
        )  # fmt: skip
    return [_feature(source, name, numeric, category) for name in names]


def _feature(source: Source, name: str, numeric: Sequence[str], category: Sequence[str]) -> Feature:
    text = f"NULLIF(CAST({quoted(name)} AS VARCHAR), '')"
    cast = f"TRY_CAST({text} AS DOUBLE)"
    value = f"CASE WHEN isnan({cast}) THEN NULL ELSE {cast} END"
    sql = (
        f"SELECT count({text}) = count({cast}), stddev_pop(v), min(v), max(v), "  # noqa: S608
        f"bool_and(v = round(v)) FROM (SELECT *, {value} AS v FROM dataset)"
    )
    ((is_number, sd, low, high, whole),) = source.ask(sql)
    shown = value if is_number else text
    distinct = f"SELECT DISTINCT {shown} AS v FROM dataset WHERE v IS NOT NULL ORDER BY v"  # noqa: S608
    values = tuple(one for (one,) in source.ask(f"{distinct} LIMIT {MOST_VALUES}"))
    is_code = name in category or (len(values) <= DISCRETE and name not in numeric)
    return Feature(
        name=name, is_number=bool(is_number) and not is_code, whole=bool(whole),
        sd=float(sd or 0), low=float(low or 0), high=float(high or 0),
        values=values, is_text=not is_number,
    )  # fmt: skip


def chunks(
    source: Source, features: Sequence[Feature], outcome: str | None, every: int = 1
) -> Iterator[tuple[dict[str, Array], Array | None]]:
    """Yield rows, `CHUNK` at a time, with their outcomes: each `every`-th row of the data."""
    names = [one.name for one in features]
    asked = [*names, *([outcome] if outcome is not None else [])]
    held: list[dict[str, Array]] = []
    seen = rows = 0
    for batch in source.batches(list(dict.fromkeys(asked))):
        part = {name: batch.column(at) for at, name in enumerate(dict.fromkeys(asked))}
        first = -seen % every
        seen += batch.num_rows
        held.append({name: _values(one)[first::every] for name, one in part.items()})
        rows += len(next(iter(held[-1].values())))
        while rows >= CHUNK:
            whole = _joined(held)
            yield _chunk(whole, features, outcome, slice(0, CHUNK))
            held, rows = [{name: one[CHUNK:] for name, one in whole.items()}], rows - CHUNK
    if rows:
        yield _chunk(_joined(held), features, outcome, slice(0, rows))


def _values(column: Any) -> Array:  # noqa: ANN401 - an Arrow array
    return np.array(column.to_pylist(), dtype=object)


def _joined(parts: Sequence[dict[str, Array]]) -> dict[str, Array]:
    return {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}


def _chunk(
    whole: Mapping[str, Array], features: Sequence[Feature], outcome: str | None, rows: slice
) -> tuple[dict[str, Array], Array | None]:
    columns = {one.name: _typed(whole[one.name][rows], one) for one in features}
    return columns, whole[outcome][rows] if outcome is not None else None


def _typed(values: Array, feature: Feature) -> Array:
    if feature.is_text:
        return np.array([None if v in {None, ""} else str(v) for v in values], dtype=object)
    return np.array([np.nan if v is None or v == "" else float(v) for v in values], np.float64)


def cases(features: Sequence[Feature], noise: Iterable[float] = NOISE) -> list[Case]:
    """Return the changes to try: noise, missing values and swapped categories."""
    made = list[Case]()
    numbers = [one for one in features if one.is_number and one.sd > 0]
    codes = [one for one in features if not one.is_number and len(one.values) > 1]
    for level, severity in severities(tuple(noise), 0.05, 0.1) if numbers else ():
        made.append(_case("gaussian-noise", level, severity, partial(_noise, numbers, level)))
    for level, severity in severities(MISSING, 0.01, 0.05):
        made.append(_case("missing-values", level, severity, partial(_missing, features, level)))
    for level, severity in severities(SWAPPED, 0.01, 0.05) if codes else ():
        made.append(_case("category-swap", level, severity, partial(_swap, codes, level)))
    return made


def _case(check: str, level: float, severity: str, apply: Any) -> Case:  # noqa: ANN401
    return Case(check=check, level=f"{level:g}", severity=severity, apply=apply)


def _noise(features: Sequence[Feature], level: float, batch: Columns, rng: Rng) -> Columns:
    """Add normal noise of `level` standard deviations; whole numbers stay whole."""
    changed = dict(batch)
    for one in features:
        moved = batch[one.name] + rng.normal(0, level * one.sd, len(batch[one.name]))
        changed[one.name] = np.round(moved) if one.whole else moved
    return changed


def _missing(features: Sequence[Feature], level: float, batch: Columns, rng: Rng) -> Columns:
    """Take away a share `level` of all cells."""
    changed = dict(batch)
    for one in features:
        values = batch[one.name].copy()
        values[rng.random(len(values)) < level] = None if one.is_text else np.nan
        changed[one.name] = values
    return changed


def _swap(features: Sequence[Feature], level: float, batch: Columns, rng: Rng) -> Columns:
    """Put another known value in a share `level` of the cells of categories."""
    changed = dict(batch)
    for one in features:
        values = batch[one.name].copy()
        picked = np.flatnonzero(rng.random(len(values)) < level)
        known = {value: at for at, value in enumerate(one.values)}
        stands = np.array([known.get(value, len(known)) for value in values[picked]], np.int64)
        place = rng.integers(0, len(known) - 1, len(picked))
        place += place >= stands  # skips the value that stands there
        values[picked] = np.array(one.values, dtype=values.dtype)[place]
        changed[one.name] = values
    return changed
