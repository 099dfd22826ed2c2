"""Equivalence classes, counted by one Ibis expression on DuckDB or Spark.

Only the histogram of class sizes and one row of aggregates for each sensitive attribute leave
the engine, so memory does not grow with the rows. What can be is a whole number there: sums of
whole numbers do not depend on the order in which an engine adds, sums of fractions do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, Final, TypeAlias

import ibis
from ibis.util import gen_name

from sunlit.producers.data.risk.histogram import Histogram

SIZE: Final = "sunlit_n"  # rows of a class
CELL: Final = "sunlit_c"  # rows of a class that have one value of the sensitive attribute
WHOLE: Final = "sunlit_p"  # rows of the table that have it
MANY: Final = 3_000_000_000  # rows: products of two counts still fit 64 bits
MAX_SPINE: Final = 200_000_000  # classes x values that the ordered distance may lay out

Table: TypeAlias = Any  # Ibis: what a column can do hangs on its type, which no checker knows


@dataclass(frozen=True, slots=True)
class Diversity:
    """How the values of one sensitive attribute are spread within classes.

    `distinct` and `entropy` are the l of distinct and entropy l-diversity, `equal` and `ordered`
    the t of t-closeness; None where a figure could not be had, `note` saying why.
    """

    attribute: str
    values: int
    distinct: int
    entropy: float
    equal: float | None
    ordered: float | None = None
    note: str | None = None


def class_sizes(table: Table, keys: Sequence[str]) -> Table:
    """Return one row for each class: its key and `SIZE`. A null is a value of its own."""
    return table.group_by(list(keys)).agg(**{SIZE: table.count()})


def again(classes: Table, keys: Sequence[str]) -> Table:
    """Return the classes by fewer or coarser keys."""
    return classes.group_by(list(keys)).agg(**{SIZE: classes[SIZE].sum().cast("int64")})


def histogram(classes: Table) -> Histogram:
    """Return how many classes have each size."""
    spread = classes.group_by(SIZE).agg(sunlit_classes=classes.count())
    sizes, counts = _columns(spread, (SIZE, "sunlit_classes"))
    return Histogram.of(zip(sizes, counts, strict=True))


def single(table: Table, size: str | None = None) -> Histogram:
    """Return the histogram without any quasi-identifier: all rows in one class.

    `size` names the column that says how many rows each row of `table` stands for.
    """
    rows = table.count() if size is None else table[size].sum()
    held = _columns(table.agg(sunlit_rows=rows.cast("int64")), ("sunlit_rows",))[0][0]
    return Histogram.of([(int(held or 0), 1)])


def keep(table: Table) -> tuple[Table, Callable[[], object]]:
    """Return the table, computed once, and how the engine forgets it."""
    backend = table.get_backend()
    if backend.name != "duckdb":
        cached = table.cache()
        return cached, cached.release
    # Ibis 12 writes a DROP that DuckDB cannot read, so the temporary table is dropped by hand.
    name = gen_name("sunlit_classes")
    made = backend.create_table(name, table, temp=True)
    return made, lambda: backend.raw_sql(f'DROP TABLE IF EXISTS "{name}"')


def diversity(
    table: Table, keys: Sequence[str], attribute: str, rows: int, *, ordered: bool = False
) -> Diversity:
    """Return l-diversity and t-closeness of one attribute; with `ordered` for ordered values."""
    counted = table.group_by([*keys, attribute]).agg(**{CELL: table.count()})
    cells, forget = keep(counted)  # the rows are read once, whatever is asked of their counts
    try:
        return _diversity(cells, keys, attribute, rows, ordered=ordered)
    finally:
        forget()


def _diversity(
    cells: Table, keys: Sequence[str], attribute: str, rows: int, *, ordered: bool
) -> Diversity:
    totals = cells.group_by(attribute).agg(**{WHOLE: cells[CELL].sum().cast("int64")})
    by_class = ibis.window(group_by=list(keys)) if keys else ibis.window()
    sized = cells.mutate(**{SIZE: cells[CELL].sum().over(by_class).cast("int64")})
    named = totals.rename(sunlit_value=attribute)
    joined = sized.join(named, [sized[attribute].identical_to(named.sunlit_value)])
    found = _columns(_spread(joined, keys, rows), ("distinct", "nats", "excess"))
    values = int(_columns(totals.agg(m=totals.count()), ("m",))[0][0])
    note = None if rows <= MANY else f"t-closeness is not measured above {MANY:,} rows"
    return Diversity(
        attribute=attribute,
        values=values,
        distinct=int(found[0][0]),
        entropy=exp(max(0.0, float(found[1][0]))),
        equal=None if note else float(found[2][0]) / rows,
        ordered=_ordered(cells, totals, keys, attribute, rows) if ordered and not note else None,
        note=note,
    )


def _spread(joined: Table, keys: Sequence[str], rows: int) -> Table:
    """Return the least l, the least entropy in nats, and the greatest excess over the share.

    The distance of a class is half the sum of |c/n - P/N| over all values; as the differences
    sum to nought, that is the sum of those above it: of (c N - P n) / (n N), whole numbers.
    """
    cell, size = joined[CELL].cast("int64"), joined[SIZE]
    above = cell * rows - joined[WHOLE].cast("int64") * size
    measured = joined.mutate(
        sunlit_above=ibis.ifelse(above > 0, above, 0),
        # the entropy of a class is ln n - (sum of c ln c) / n
        sunlit_nats=cell.cast("float64") * cell.cast("float64").ln(),
    )
    groups = measured.group_by(list(keys)) if keys else measured.group_by(ibis.literal(1).name("g"))
    held = groups.agg(
        sunlit_l=measured.count(),
        sunlit_size=measured[SIZE].max(),
        sunlit_sum=measured.sunlit_nats.sum(),
        sunlit_more=measured.sunlit_above.sum().cast("int64"),
    )
    size = held.sunlit_size.cast("float64")
    return held.agg(
        distinct=held.sunlit_l.min(),
        nats=(size.ln() - held.sunlit_sum / size).min(),
        excess=(held.sunlit_more.cast("float64") / size).max(),
    )


def _ordered(
    cells: Table, totals: Table, keys: Sequence[str], attribute: str, rows: int
) -> float | None:
    """Return t by the ordered distance: 1/(m-1) sum |cumulated difference|, nulls lowest."""
    whole = cells[CELL].sum().cast("int64").name(SIZE)
    classes = cells.group_by(list(keys)).agg(whole) if keys else cells.agg(whole)
    many = int(_columns(classes.agg(m=classes.count()), ("m",))[0][0])
    values = int(_columns(totals.agg(m=totals.count()), ("m",))[0][0])
    if values < 2:
        return 0.0
    if many * values > MAX_SPINE:
        return None
    spine = classes.cross_join(totals)
    match = [spine[name].identical_to(cells[name]) for name in (*keys, attribute)]
    kept = [spine[name] for name in spine.columns]
    laid = spine.left_join(cells, match).select(*kept, cells[CELL])
    gap = laid[CELL].fill_null(0).cast("int64") * rows - laid[WHOLE].cast("int64") * laid[SIZE]
    laid = laid.mutate(sunlit_gap=gap)
    order = ibis.cumulative_window(
        group_by=list(keys) or None, order_by=ibis.asc(laid[attribute], nulls_first=True)
    )
    run = laid.mutate(sunlit_run=laid.sunlit_gap.sum().over(order).cast("int64").abs())
    groups = run.group_by(list(keys)) if keys else run.group_by(ibis.literal(1).name("g"))
    # Sums of whole numbers as decimals: one class's sum may pass 64 bits where values are many.
    held = groups.agg(
        sunlit_sum=run.sunlit_run.cast("decimal(38, 0)").sum(), sunlit_size=run[SIZE].max()
    )
    share = held.sunlit_sum.cast("float64") / held.sunlit_size.cast("float64")
    found = _columns(held.agg(t=share.max()), ("t",))[0][0]
    return float(found) / rows / (values - 1)


def _columns(table: Table, names: Sequence[str]) -> list[list[Any]]:
    """Return columns of a small result as Python values, by Arrow and without pandas."""
    arrow = table.select(list(names)).to_pyarrow()
    return [arrow[name].to_pylist() for name in names]
