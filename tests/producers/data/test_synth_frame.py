"""A table as numbers, and back."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.producers.data.synth_frame import decode, encode, encode_like
from tests.producers.data.synth_tables import people

VALUES = {
    "int8": pa.array([1, None, -3], pa.int8()),
    "uint64": pa.array([1, 2, 2**40], pa.uint64()),
    "float32": pa.array([1.5, None, 0.25], pa.float32()),
    "decimal": pa.array([Decimal("1.25"), Decimal("7.50"), None]),
    "date": pa.array([date(2020, 1, 2), None, date(1970, 1, 1)]),
    "time": pa.array([datetime(2020, 1, 2, 3, 4, 5), None, datetime(1969, 1, 1)]),  # noqa: DTZ001
    "bool": pa.array([True, None, False]),
    "text": pa.array(["a", "", None]),
    "coded": pa.array(["x", "y", None]).dictionary_encode(),
    "blank": pa.nulls(3),
    "written": pa.array(["1.50", "0.25", "-3.00"]),
    "whole": pa.array(["12", None, "7"]),
}


@pytest.mark.parametrize("name", sorted(VALUES))
def test_every_type_comes_back_as_it_was(name: str) -> None:
    """Values, nulls and the type itself: the output has the input's schema."""
    table = pa.table({name: VALUES[name]})

    back = decode(encode(table))

    assert back.schema == table.schema
    assert back.column(0).to_pylist() == table.column(0).to_pylist()


@given(
    whole=st.lists(st.none() | st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=30),
    texts=st.lists(st.none() | st.text(), min_size=1, max_size=30),
)
def test_any_numbers_and_texts_come_back(whole: list[int | None], texts: list[str | None]) -> None:
    """Also texts that look like numbers: what would be written otherwise stays text."""
    for column in (pa.array(whole, pa.int32()), pa.array(texts, pa.string())):
        table = pa.table({"a": column})

        assert decode(encode(table)).column(0).to_pylist() == table.column(0).to_pylist()


@pytest.mark.parametrize("text", ["007", "+1", "1e3", " 1", "1,5", "1.", ".5", "0x1"])
def test_what_is_no_plain_number_is_a_category(text: str) -> None:
    """A code with a leading zero must not lose it."""
    frame = encode(pa.table({"a": [text, "1"]}))

    assert frame.specs[0].kind == "category"
    assert decode(frame).column(0).to_pylist() == [text, "1"]


def test_numbers_that_are_none_become_nulls() -> None:
    """NaN and the infinities have no place in any distribution."""
    frame = encode(pa.table({"a": [1.0, float("nan"), float("inf"), -float("inf")]}))

    assert decode(frame).column(0).to_pylist() == [1.0, None, None, None]


@pytest.mark.parametrize(
    "column",
    [pa.array([[1], [2]]), pa.array([{"a": 1}, {"a": 2}]), pa.array([b"a", b"b"])],
)
def test_nested_columns_are_refused_by_name(column: Any) -> None:  # noqa: ANN401
    """With the option that leaves them out."""
    with pytest.raises(MalformedError) as caught:
        encode(pa.table({"odd one": column, "a": [1, 2]}))

    assert caught.value.code == "synth.nested-columns"
    assert "--drop 'odd one'" in (caught.value.mend or "")


@pytest.mark.parametrize(
    "column",
    [
        [f"name {at}" for at in range(200)],
        list(range(1000, 1200)),
        [at * at * 1000 for at in range(200)],
        [str(1000 + (at * 7) % 200) for at in range(200)],
    ],
    ids=["names", "numbers in a row", "rising", "shuffled numbers as text"],
)
def test_columns_that_tell_rows_apart_are_refused(column: list[object]) -> None:
    """Drawing such a column would repeat real people's identifiers; no value is told."""
    with pytest.raises(MalformedError) as caught:
        encode(pa.table({"id": column, "a": [1] * 200}))

    assert caught.value.code == "synth.identifying-columns"
    assert str(caught.value.got) == "id"


def test_columns_named_as_identifiers_are_refused() -> None:
    """Though a few people share each value."""
    with pytest.raises(MalformedError, match=r"expected columns that several people share"):
        encode(pa.table({"nhs_number": ["1", "2"], "a": [1, 2]}))


def test_a_measure_that_differs_for_everybody_is_no_identifier() -> None:
    """Incomes may all differ: they are far apart, and in no order."""
    rng = np.random.default_rng(1)

    assert encode(pa.table({"income": rng.normal(20_000, 9_000, 300)})).rows == 300
    assert encode(pa.table({"b": rng.permutation(200) * 1000 + 5})).rows == 200


def test_a_control_is_read_in_the_codes_of_the_data() -> None:
    """A value that the data lacks equals none of the data's; text that is no number is null."""
    like = encode(pa.table({"town": ["a", "b"], "size": ["1", "2"], "age": [1, 2]}))
    control = pa.table({"age": [3], "size": ["many"], "town": ["c"]})

    frame = encode_like(control, like)

    assert frame.values[0, 0] == 2
    assert np.isnan(frame.values[0, 1])
    assert frame.values[0, 2] == 3


def test_a_control_with_other_columns_is_refused() -> None:
    """It could not be held against the data."""
    with pytest.raises(MalformedError, match=r"other columns") as caught:
        encode_like(pa.table({"a": [1]}), encode(people()))

    assert caught.value.code == "synth.other-columns"


def test_a_column_that_is_not_there_is_named() -> None:
    """With those that are."""
    frame = encode(people())

    assert frame.place("town") == 3
    with pytest.raises(MalformedError, match=r"no such column"):
        frame.place("nowhere")


def test_a_control_may_be_coded_otherwise() -> None:
    """A dictionary column of the control, a boolean of the data."""
    like = encode(pa.table({"a": pa.array(["x", "y"]).dictionary_encode(), "b": [True, False]}))
    control = pa.table({"a": pa.array(["y", None]).dictionary_encode(), "b": [None, True]})

    frame = encode_like(control, like)

    assert frame.values[0, 0] == 1
    assert np.isnan(frame.values[1, 0])
    assert decode(frame).column("b").to_pylist() == [None, True]
