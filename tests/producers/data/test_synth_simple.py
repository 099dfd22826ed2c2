"""Independent columns and the copula: what they keep and what they do not."""

import numpy as np
import pyarrow as pa
import pytest

from sunlit.producers.data.synth_frame import decode, encode
from sunlit.producers.data.synth_simple import copula, independent
from tests.producers.data.synth_tables import people

METHODS = [independent, copula]


def _correlation(table: pa.Table, one: str, other: str) -> float:
    pair = table.select([one, other]).drop_null()
    ranks = [np.argsort(np.argsort(pair.column(name).to_numpy())) for name in (one, other)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def test_the_copula_keeps_how_columns_go_together() -> None:
    """Rank correlation within a tenth; independent columns lose it."""
    real = people(3000)

    kept = _correlation(decode(copula(encode(real), 3000, 1)), "age", "income")
    lost = _correlation(decode(independent(encode(real), 3000, 1)), "age", "income")

    assert abs(kept - _correlation(real, "age", "income")) < 0.1
    assert abs(lost) < 0.1


@pytest.mark.parametrize("method", METHODS)
def test_single_columns_stay_what_they_were(method: object) -> None:
    """Means, shares and nulls within what chance does to 3,000 rows."""
    assert callable(method)
    real = people(3000)
    made = decode(method(encode(real), 3000, 1))

    assert made.schema == real.schema
    for name in ("age", "income"):
        wanted = real.column(name).to_numpy()
        assert abs(made.column(name).to_numpy().mean() - wanted.mean()) < 0.1 * wanted.std()
    for name in ("grade", "town"):
        share = made.column(name).null_count / 3000
        assert abs(share - real.column(name).null_count / 3000) < 0.03


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_makes_the_same_rows(method: object) -> None:
    """And another seed others."""
    assert callable(method)
    frame = encode(people())

    first, again, other = (method(frame, 50, seed).values for seed in (1, 1, 2))

    assert np.array_equal(first, again, equal_nan=True)
    assert not np.array_equal(first, other, equal_nan=True)


def test_the_copula_repeats_no_extreme_of_one_person() -> None:
    """The highest and lowest are means of several rows."""
    incomes = np.append(np.linspace(10_000, 20_000, 499), 9_999_999.0)

    made = copula(encode(pa.table({"income": incomes, "b": incomes % 7})), 5000, 1)

    assert made.values[:, 0].max() < 5_000_000


def test_columns_of_one_value_or_none_are_made_up_too() -> None:
    """A constant has no correlation, and an empty column no value."""
    table = pa.table({"one": ["x"] * 60, "none": pa.nulls(60), "two": [1.0, 2.0] * 30})

    for method in METHODS:
        made = decode(method(encode(table), 20, 1))

        assert set(made.column("one").to_pylist()) == {"x"}
        assert set(made.column("none").to_pylist()) == {None}
        assert set(made.column("two").to_pylist()) <= {1.0, 2.0}


def test_numbers_are_written_as_the_data_writes_them() -> None:
    """Two digits after the point stay two."""
    table = pa.table({"fee": [f"{at * 37 % 1000 / 10:.2f}" for at in range(300)], "b": ["x"] * 300})

    made = decode(copula(encode(table), 100, 1)).column("fee").to_pylist()

    assert all(len(text.partition(".")[2]) == 2 for text in made)


def test_whole_numbers_stay_whole() -> None:
    """Also between the points of the distribution."""
    table = pa.table({"a": [at * at for at in range(300)] * 2, "b": ["x"] * 600})

    made = copula(encode(table), 100, 1).values[:, 0]

    assert np.array_equal(made, np.rint(made))
