"""Ways to make a column coarser: the same on values, in the engine, and by `sunlit data mask`."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.producers.data.risk.changes import Greedy, average, below, cost
from sunlit.producers.data.risk.coding import Coded, coded, counts, joined, mapped, nats
from sunlit.producers.data.risk.options import (
    DROP,
    Option,
    clip_at,
    date_to,
    expressed,
    number_of,
    on_values,
    prefix_of,
    round_to,
    suppress_below,
)
from sunlit.producers.data.risk.propose import proposals
from sunlit.recognise.masking_hierarchy import Hierarchies
from sunlit.recognise.masking_values import value_maker
from sunlit.recognise.plan import Rule

NUMBERS = [None, -7, 0, 1, 4, 5, 6, 15, 25, 26, 99, 100, 101]
TEXTS = [None, "", "AB1 2CD", "AB1 2CE", "XY9", "XY"]
DATES = [None, date(2019, 12, 31), date(2020, 1, 1), date(2020, 4, 30), date(1999, 7, 1)]
CASES = [
    (NUMBERS, pa.int64(), round_to(10)), (NUMBERS, pa.int64(), clip_at(25)),
    ([None, 1.5, 2.5, -0.1, 14.9], pa.float64(), round_to(5)),
    ([None, "10", "14", "x", "-3"], pa.string(), round_to(5)),
    (TEXTS, pa.string(), prefix_of(3)), (TEXTS * 3 + ["XY"] * 3, pa.string(), suppress_below(4)),
    *((DATES, pa.date32(), date_to(unit)) for unit in ("month", "quarter", "year", "decade")),
    (["2020-01-31", "2020-03-01", None, "soon enough"], pa.string(), date_to("quarter")),
]  # fmt: skip


@pytest.mark.parametrize(("values", "kind", "option"), CASES, ids=range(len(CASES)))
def test_values_and_engine_agree(values: list[Any], kind: Any, option: Option) -> None:  # noqa: ANN401
    """What is chosen on the sample is what the engine counts: the same classes."""
    data = pa.table({"v": pa.array(values, kind)})
    column = coded(data["v"])
    ours = mapped(column, on_values(option, column.dictionary, counts(column).tolist()))
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t AS SELECT v, 1 AS n FROM data")
    table = ibis.duckdb.from_connection(connection).table("t")

    made = table.mutate(w=expressed(option, table, "v", "n"))
    theirs = coded(made.select("w").to_pyarrow()["w"])

    assert sorted(counts(ours)) == sorted(counts(theirs))


@pytest.mark.parametrize("option", [round_to(10), clip_at(25), prefix_of(3), date_to("quarter")])
def test_the_mask_tells_apart_what_the_measurement_tells_apart(option: Option) -> None:
    """Two values become one in the plan's result exactly where they do here."""
    values = {"generalise": ["2020-01-31", "2020-03-01", "2020-04-01", "AB1 2CD"]}.get(
        option.method, [str(one) for one in NUMBERS if one is not None]
    )
    mask = value_maker(
        Rule(option.method, dict(option.options)), "", key=None, hierarchies=Hierarchies(Path())
    )
    masked = [mask(one) for one in values]

    ours = on_values(option, values, [1] * len(values))

    pairs = [(a, b) for a in range(len(values)) for b in range(a)]
    assert [masked[a] == masked[b] for a, b in pairs] == [ours[a] == ours[b] for a, b in pairs]


@given(st.integers(-(10**12), 10**12), st.sampled_from([2, 5, 10, 1000]))
def test_rounding_is_to_the_nearest_and_ties_go_to_even(value: int, width: int) -> None:
    """As Python's decimals round."""
    (found,) = on_values(round_to(width), [value], [1])

    assert found == int((Decimal(value) / width).to_integral_value("ROUND_HALF_EVEN") * width)


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3), (True, None), (None, None), ("4.5", 4.5), ("x", None), ("nan", None),
     (Decimal("1.5"), 1.5), (date(2020, 1, 1), None)],
)  # fmt: skip
def test_what_reads_as_a_number(value: object, number: float | None) -> None:
    """Text that is a number counts as one, as in CSV; true and false do not."""
    assert number_of(value) == number


def _proposed(values: list[Any], kind: Any) -> set[str]:  # noqa: ANN401 - a pyarrow type
    return {one.key for one in proposals(coded(pa.chunked_array([pa.array(values, kind)])))}


def test_numbers_get_bands_and_a_top() -> None:
    """Widths of 1, 2 and 5 times powers of ten, and the number that one in twenty is above."""
    found = _proposed(list(range(100)) * 2, pa.int64())

    assert {"round to=2", "round to=10", "clip high=94", "drop"} <= found


def test_codes_of_few_values_get_no_bands() -> None:
    """Their order may mean nothing: rare ones are emptied, or the column is dropped."""
    found = _proposed([1] * 97 + [2] * 2 + [3], pa.int64())

    assert found == {"suppress smaller_than=2", "drop"}


def test_dates_codes_and_words_get_what_fits_them() -> None:
    """Days to months and years, codes to prefixes, and nothing but to drop for true and false."""
    days = [datetime(2020, 1 + i % 12, 1) for i in range(40)]  # noqa: DTZ001 - no zone in data
    codes = [f"AB{i % 20:02d} {i % 3}CD" for i in range(60)]

    assert "generalise by=date to=year" in _proposed(days, pa.timestamp("us"))
    assert "generalise by=prefix length=5" in _proposed(codes, pa.string())
    assert _proposed([True, False] * 20, pa.bool_()) == {"drop"}


def test_small_tables_get_no_top_code() -> None:
    """One in twenty of few rows would be a value of one person."""
    assert not any(one.startswith("clip") for one in _proposed(list(range(50)), pa.int64()))


def test_the_plan_goes_from_mild_to_strong() -> None:
    """Each step lowers the objective, a column is banded before it is dropped."""
    rows = [(i % 90, i % 7, i % 2) for i in range(2000)]
    columns = {
        name: coded(pa.chunked_array([pa.array(one, pa.int64())]))
        for name, one in zip("abc", zip(*rows, strict=True), strict=True)
    }
    greedy = Greedy(columns, 1.0, average)
    now = [average(counts(_all(columns)))]

    for trial in greedy.steps():
        del trial
        held = {n: greedy.chosen[n].coded if n in greedy.chosen else c for n, c in columns.items()}
        now.append(average(counts(_all(held))))

    assert now == sorted(now, reverse=True)
    assert now[-1] < now[0]
    assert greedy.chosen["a"].option.method in ("round", "drop")


def _all(columns: dict[str, Coded]) -> Coded:
    first, *rest = columns.values()
    for one in rest:
        first = joined(first, one)
    return first


def test_losing_the_last_of_a_column_costs_most() -> None:
    """From unchanged to dropped the cost rises faster and faster."""
    assert cost(0) == 0.0
    assert cost(1.0) - cost(0.9) > cost(0.9) - cost(0.8) > cost(0.2) - cost(0.1)


def test_objectives_and_entropy_by_hand() -> None:
    """Two values of two rows each: one bit, two classes."""
    held = Coded(coded(pa.chunked_array([["a", "b", "a", "b"]])).codes, 2)

    assert nats(held) == pytest.approx(0.6931471805599453)
    assert average(counts(held)) == 0.5
    assert (below(3)(counts(held)), below(2)(counts(held))) == (1.0, 0.0)
    assert DROP.key == "drop"
