"""A table as numbers, so that one piece of code can make up any of its columns.

A column is a `category` (codes 0, 1, ... of the values that occur) or a `number` (also dates and
times, in the units of their type). A null is NaN, and so are NaN and the infinities of a float
column. A text column whose every value is written as a plain number (as in CSV) is a number,
and is written back with as many digits after the point.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sunlit.base.errors import MalformedError
from sunlit.producers.data.arrow import Array, Kind, Table, compute
from sunlit.recognise.columns import name_kinds

Numbers = npt.NDArray[np.float64]
CATEGORY: Final = "category"
NUMBER: Final = "number"
# As a program writes a number: what would be written back otherwise (007, 1e3, +1) is text.
PLAIN: Final = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?$"
FEW_VALUES: Final = 50  # a number with at most so many different values is drawn from them
MAX_CATEGORIES: Final = 2_000
IDENTIFIER: Final = "identifier"  # what the dictionary of columns' names calls one


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """How one column is held: `categories` are its values, `digits` those after the point.

    `type` is the Arrow type that comes out again; `whole` says that only whole numbers occur.
    """

    name: str
    kind: str
    type: Kind
    categories: Array = None
    digits: int | None = None
    whole: bool = False

    @property
    def size(self) -> int:
        """Return how many different values a category has."""
        return 0 if self.categories is None else len(self.categories)


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns and their values (rows x columns; NaN is a null)."""

    specs: tuple[Spec, ...]
    values: Numbers

    @property
    def rows(self) -> int:
        """Return how many rows there are."""
        return int(self.values.shape[0])

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns' names."""
        return tuple(one.name for one in self.specs)

    def take(self, rows: npt.NDArray[Any]) -> "Frame":
        """Return some of the rows, by position or by a mask."""
        return Frame(self.specs, self.values[rows])

    def place(self, column: str) -> int:
        """Return where a column stands.

        Raises:
            MalformedError: `synth.no-such-column`.
        """
        if column not in self.names:
            raise MalformedError(
                "synth.no-such-column", "the data has no such column",
                expected=f"one of {', '.join(self.names)}", got=repr(column),
            )  # fmt: skip
        return self.names.index(column)


def encode(table: Table) -> Frame:
    """Return a table as numbers.

    Raises:
        MalformedError: `synth.nested-columns`, `synth.identifying-columns`.
    """
    nested = [field.name for field in table.schema if not _is_plain(field.type)]
    if nested:
        raise MalformedError(
            "synth.nested-columns", "these columns hold lists, records or bytes",
            expected="text, numbers, dates, times or booleans", got=", ".join(nested),
            mend=f"leave them out: {_drop(nested)}",
        )  # fmt: skip
    coded = [_column(name, table.column(name)) for name in table.column_names]
    frame = Frame(tuple(spec for spec, _ in coded), _stack(coded, table.num_rows))
    _refuse_identifying(frame)
    return frame


def encode_like(table: Table, like: Frame) -> Frame:
    """Return another table in the codes of the first; a value that the first lacks gets a code.

    Raises:
        MalformedError: `synth.other-columns`.
    """
    if not set(like.names) <= set(table.column_names):
        raise MalformedError(
            "synth.other-columns", "the control has other columns than the data",
            expected=", ".join(like.names), got=", ".join(table.column_names),
        )  # fmt: skip
    columns = [_like(table.column(spec.name), spec) for spec in like.specs]
    return Frame(like.specs, np.column_stack(columns) if columns else like.values[:0])


def decode(frame: Frame) -> Table:
    """Return the table that the numbers stand for, in the types that went in."""
    arrays = [_array(spec, frame.values[:, at]) for at, spec in enumerate(frame.specs)]
    return pa.table(arrays, names=list(frame.names))


def _is_plain(type_: Kind) -> bool:
    kinds = pa.types
    return bool(
        kinds.is_dictionary(type_)
        or _is_text(type_)
        or kinds.is_boolean(type_)
        or kinds.is_null(type_)
        or _is_number(type_)
    )


def _is_text(type_: Kind) -> bool:
    kinds = pa.types
    return bool(
        kinds.is_string(type_) or kinds.is_large_string(type_) or kinds.is_string_view(type_)
    )


def _is_number(type_: Kind) -> bool:
    kinds = pa.types
    return bool(
        kinds.is_integer(type_)
        or kinds.is_floating(type_)
        or kinds.is_decimal(type_)
        or (kinds.is_temporal(type_) and not kinds.is_interval(type_))
    )


def _column(name: str, column: Array) -> tuple[Spec, Numbers]:
    type_ = column.type
    if pa.types.is_dictionary(type_):
        column = column.cast(type_.value_type)
    if _is_number(column.type) and not pa.types.is_dictionary(type_):
        values = _numbers(column)
        whole = not pa.types.is_floating(type_) and not pa.types.is_decimal(type_)
        return Spec(name=name, kind=NUMBER, type=type_, whole=whole), values
    if _is_text(column.type) and not pa.types.is_dictionary(type_) and _all_plain(column):
        digits = _digits(column)
        spec = Spec(name=name, kind=NUMBER, type=type_, digits=digits, whole=digits == 0)
        return spec, _numbers(column.cast(pa.float64()))
    pc = compute()
    categories = pc.drop_null(column).unique()
    categories = categories.take(pc.array_sort_indices(categories.cast(pa.string())))
    spec = Spec(name=name, kind=CATEGORY, type=type_, categories=categories)
    return spec, _codes(column, categories)


def _like(column: Array, spec: Spec) -> Numbers:
    plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    if spec.kind == NUMBER:
        if _is_text(plain.type):
            pc = compute()
            plain = pc.if_else(pc.match_substring_regex(plain, PLAIN), plain, None)
            return _numbers(plain.cast(pa.float64()))
        return _numbers(plain)
    codes = _codes(plain.cast(spec.categories.type), spec.categories)
    # In the control, but not in the data: a value of its own, so that it equals nothing there.
    codes[np.isnan(codes) & ~np.asarray(plain.is_null())] = spec.size
    return codes


def _all_plain(column: Array) -> bool:
    pc = compute()
    found = pc.all(pc.match_substring_regex(column, PLAIN)).as_py()
    return bool(found) and column.null_count < len(column)


def _digits(column: Array) -> int:
    pc = compute()
    points = pc.find_substring(column, ".")
    after = pc.subtract(pc.utf8_length(column), pc.add(points, 1))
    return int(pc.max(pc.if_else(pc.less(points, 0), 0, after)).as_py() or 0)


def _numbers(column: Array) -> Numbers:
    type_ = column.type
    if pa.types.is_temporal(type_):
        column = column.cast(pa.int32() if type_.bit_width == 32 else pa.int64())
    values = np.array(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def _codes(column: Array, categories: Array) -> Numbers:
    found = compute().index_in(column, value_set=categories) if len(categories) else None
    if found is None:
        return np.full(len(column), np.nan)
    return np.array(found.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _stack(coded: Sequence[tuple[Spec, Numbers]], rows: int) -> Numbers:
    return np.column_stack([values for _, values in coded]) if coded else np.empty((rows, 0))


def _array(spec: Spec, values: Numbers) -> Array:
    null = np.isnan(values)
    filled = np.where(null, 0, values)
    if spec.kind == CATEGORY:
        at = pa.array(filled.astype(np.int64), mask=null)
        picked = spec.categories.take(at) if spec.size else pa.nulls(len(values))
        return picked.cast(spec.type)
    if _is_text(spec.type):
        digits = spec.digits or 0
        written = [None if one != one else f"{one:.{digits}f}" for one in values]  # noqa: PLR0124
        return pa.array(written, type=spec.type)
    if not spec.whole:
        return pa.array(filled, mask=null).cast(spec.type, safe=False)
    low, high = _limits(spec.type)
    whole = np.clip(np.rint(filled), low, high).astype(np.int64)
    numbers = pa.array(whole, mask=null)
    if pa.types.is_temporal(spec.type) and spec.type.bit_width == 32:
        numbers = numbers.cast(pa.int32())
    return numbers.cast(spec.type)


def _limits(type_: Kind) -> tuple[float, float]:
    if pa.types.is_integer(type_):
        info = np.iinfo(type_.to_pandas_dtype())
        return float(max(info.min, -(2**62))), float(min(info.max, 2**62))
    return float(-(2**62)), float(2**62)


def _refuse_identifying(frame: Frame) -> None:
    names = [
        spec.name
        for spec, values in each(frame)
        if _identifies(spec, values)
        or any(one.title == IDENTIFIER for one in name_kinds(spec.name))
    ]
    if names:
        raise MalformedError(
            "synth.identifying-columns",
            "these columns tell rows apart, and a made-up one would repeat real values",
            expected="columns that several people share, by values and by name",
            got=", ".join(names),
            mend=f"leave them out ({_drop(names)}), or mask or generalise them first",
        )  # fmt: skip


def _identifies(spec: Spec, values: Numbers) -> bool:
    known = values[~np.isnan(values)]
    if len(known) < FEW_VALUES:
        return False
    if spec.kind == CATEGORY:
        once = int((np.unique(known, return_counts=True)[1] == 1).sum())
        return spec.size > MAX_CATEGORIES or once > len(known) / 2
    if not spec.whole or len(np.unique(known)) < len(known):
        return False
    # All different and close together, or rising from row to row: a number of the record.
    return bool(np.ptp(known) < 10 * len(known) or (np.diff(known) > 0).all())


def _drop(names: Sequence[str]) -> str:
    return " ".join(f"--drop {shlex.quote(name)}" for name in names)


def distinct(values: Numbers) -> Numbers:
    """Return the different values of a column, without nulls, in order."""
    return np.unique(values[~np.isnan(values)])


def each(frame: Frame) -> Iterator[tuple[Spec, Numbers]]:
    """Yield each column with its values."""
    for at, spec in enumerate(frame.specs):
        yield spec, frame.values[:, at]
