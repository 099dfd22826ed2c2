"""Inputs and outputs as bytes: the same values come out again."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.guard.plain import as_it_is
from sunlit.guard.serial import Array, Frame, _Writer, dumps, from_bytes, to_bytes

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_KEYS = _TEXTS | st.integers() | st.booleans()
_PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS | st.binary()
    | st.decimals(allow_nan=False) | st.dates() | st.datetimes(timezones=st.just(UTC))
)  # fmt: skip
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(_TEXTS, inner)
        | st.dictionaries(_KEYS, inner)
    ),
    max_leaves=12,
)


def _same(left: object, right: object) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return (math.isnan(left) and math.isnan(right)) or (
            left == right and math.copysign(1, left) == math.copysign(1, right)
        )
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return (
            type(left) is type(right) and len(left) == len(right) and all(map(_same, left, right))
        )
    if isinstance(left, dict) and isinstance(right, dict):
        return _same([*map(list, left.items())], [*map(list, right.items())])
    return type(left) is type(right) and left == right


@given(_VALUES)
def test_what_was_written_is_read_back(value: object) -> None:
    """Types, order of keys, signed zeros and numbers that are none included."""
    kind, data = to_bytes(value)

    assert _same(from_bytes(kind, data), value)
    assert to_bytes(value) == (kind, data)


_FLAT = st.dictionaries(_TEXTS | st.just("$x"), st.floats() | st.none() | st.booleans())


@given(
    _VALUES | _FLAT | st.dictionaries(_TEXTS | st.sampled_from(["%", "%s", '"', "$"]), st.floats())
)
def test_the_short_way_gives_the_same_bytes(value: object) -> None:
    """Rows of floats and plain documents are written without being built again."""
    assert to_bytes(value)[1] == (
        value if isinstance(value, bytes) else dumps(_Writer(None).write(value, 0))
    )


class _Named(str):
    """A text of another type: no key that JSON would give back."""

    __slots__ = ()


@pytest.mark.parametrize("value", [{_Named("a"): 0.5}, {_Named("a"): 1}, {"a": [{"b": (1,)}]}])
def test_the_short_way_is_not_taken_with_other_types(value: object) -> None:
    """A row with the same names was written before: it must not stand in for this one."""
    to_bytes({"a": 0.5})
    assert as_it_is(value) is None


def test_half_a_surrogate_pair_is_refused_in_a_row() -> None:
    """It has no bytes, in a name or in a text."""
    for value in ({"\ud800": 0.5}, {"a": "\ud800"}):
        with pytest.raises(VerificationError) as caught:
            to_bytes(value)
        assert caught.value.code == "guard.serialise"


@given(st.lists(st.floats(width=32), min_size=1))
def test_an_array_is_built_again_bit_for_bit(numbers: list[float]) -> None:
    """A model looks at the dtype, so it is kept beside the values."""
    array = np.array([numbers], dtype="float32")

    found = from_bytes(*to_bytes(array), array=_numpy)

    assert isinstance(found, np.ndarray)
    assert found.dtype == array.dtype
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes() or np.isnan(array).any()


def _numpy(found: Array) -> object:
    return np.array(found.values, dtype=found.dtype).reshape(found.shape)


@pytest.mark.parametrize(
    "array",
    [np.zeros((0, 3)), np.array(["a", "bc"]), np.array([True]), np.arange(6).reshape(1, 2, 3)],
    ids=["empty", "texts", "flags", "three axes"],
)
def test_arrays_of_any_shape_come_back(array: np.ndarray[Any, Any]) -> None:
    """Also an empty one, whose list does not tell its shape."""
    found = from_bytes(*to_bytes(array), array=_numpy)

    assert isinstance(found, np.ndarray)
    assert (found.shape, found.tobytes()) == (array.shape, array.tobytes())


def test_a_scalar_of_pythons_own_precision_is_written_plainly() -> None:
    """So that a person can read the output."""
    values = [np.float64(0.5), np.int64(3), np.bool_(True), np.str_("yes")]  # noqa: FBT003 - a value

    assert to_bytes(values)[1] == b'[0.5,3,true,"yes"]'
    assert from_bytes(*to_bytes(np.float32(0.1))) == Array("float32", (), float(np.float32(0.1)))


def test_bytes_stay_as_they_are() -> None:
    """A document or an image is not turned into text."""
    assert to_bytes(b"\x00\xff") == ("application/octet-stream", b"\x00\xff")
    assert from_bytes(*to_bytes(bytearray(b"\x00"))) == b"\x00"


class _FrameLike:
    """What of a data frame is touched."""

    columns = ("age", "$income")
    dtypes = ("int64", "float64")

    def to_numpy(self, dtype: type) -> np.ndarray[Any, Any]:
        return np.array([[30, 1.5], [40, math.inf]], dtype=dtype)


def test_a_frame_keeps_columns_and_types() -> None:
    """Whoever has the library can build it again."""
    found = from_bytes(*to_bytes(_FrameLike()))

    assert found == Frame(("age", "$income"), ("int64", "float64"), ((30, 1.5), (40, math.inf)))
    assert from_bytes(*to_bytes(_FrameLike()), frame=lambda table: table.columns) == (
        "age", "$income",
    )  # fmt: skip


@dataclass(frozen=True)
class _Person:
    age: int


def test_other_types_are_refused_and_a_hook_helps() -> None:
    """A guess at what a value means could not be turned back."""
    with pytest.raises(VerificationError) as caught:
        to_bytes([_Person(30)])

    assert caught.value.code == "guard.serialise"
    assert "serialise=" in (caught.value.mend or "")
    assert to_bytes([_Person(30)], lambda one: {"age": one.age})[1] == b'[{"age":30}]'  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "value",
    [
        "\ud800",
        np.longdouble(1),
        {"deep": None},
    ],
    ids=["half a pair", "a number of no Python type", "depth"],
)
def test_what_cannot_be_turned_back_is_refused(value: object) -> None:
    """Half a surrogate pair, a long double, and nesting without end."""
    if isinstance(value, dict):
        for _ in range(70):
            value = [value]

    with pytest.raises(VerificationError) as caught:
        to_bytes(value)

    assert caught.value.code == "guard.serialise"


def test_a_hook_that_does_nothing_is_no_endless_loop() -> None:
    """It returns the same type, so asking it again would not help."""
    with pytest.raises(VerificationError) as caught:
        to_bytes(_Person(1), lambda one: one)

    assert caught.value.code == "guard.serialise"


@pytest.mark.parametrize(
    "data",
    [
        b"{", b'{"$float":"x"}', b'{"$new":1}', b'{"$bytes":"?"}', b'{"$time":"x"}',
        b'{"$array":{}}', b'{"$array":{"dtype":"i","shape":1,"values":[]}}', b'{"$decimal":"x"}',
        b'{"$frame":{"columns":1,"dtypes":[],"values":[]}}', b'{"$map":[[1]]}', b'{"$no":"x"}',
        b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_damaged_value_is_called_malformed(data: bytes) -> None:
    """Never a stack trace from the standard library."""
    with pytest.raises(MalformedError) as caught:
        from_bytes("application/json", data)

    assert caught.value.code == "guard.serial-malformed"


def test_times_and_decimals_keep_their_type() -> None:
    """A date is no text, and a decimal no float."""
    values = (date(2026, 3, 2), datetime(2026, 3, 2, 12, tzinfo=UTC), Decimal("1.10"))

    assert from_bytes(*to_bytes(values)) == values
