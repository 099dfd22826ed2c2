"""Ways to make a column coarser: as a mask plan says them, on values, and as Ibis expressions.

Each is a method of `spec/mask-plan.md`, so that what is measured is what `sunlit data mask` does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import floor, isfinite
from typing import Any, Final

import ibis

Value = str | int

NULLISH: Final = None


@dataclass(frozen=True, slots=True)
class Option:
    """A method of the mask plan with what it says; `words` is a sentence about it."""

    method: str
    options: Mapping[str, Value]
    words: str

    @property
    def key(self) -> str:
        """Text that tells options of a column apart."""
        return self.method + "".join(f" {name}={value}" for name, value in self.options.items())


DROP: Final = Option("drop", {}, "drop it")


def round_to(width: int) -> Option:
    """Numbers to the nearest multiple, a tie to the even one."""
    return Option("round", {"to": width}, f"round to multiples of {width:,}")


def clip_at(high: int) -> Option:
    """Numbers above `high` become `high`."""
    return Option("clip", {"high": high}, f"count everything above {high:,} as {high:,}")


def suppress_below(least: int) -> Option:
    """Values that fewer rows have become empty."""
    return Option(
        "suppress", {"smaller_than": least}, f"empty values that fewer than {least:,} rows have"
    )


def prefix_of(length: int) -> Option:
    """The first characters of longer texts, `*` for others."""
    return Option(
        "generalise", {"by": "prefix", "length": length}, f"keep the first {length} characters"
    )


def date_to(unit: str) -> Option:
    """Days to their month, quarter, year or decade."""
    return Option("generalise", {"by": "date", "to": unit}, f"keep the {unit}")


def on_values(option: Option, values: Sequence[Any], counts: Sequence[int]) -> list[object]:
    """Return what the option makes of each distinct value; `counts` says how many rows have it."""
    if option.method == "suppress":
        least = int(option.options["smaller_than"])
        return [
            value if count >= least else NULLISH
            for value, count in zip(values, counts, strict=True)
        ]
    made = _maker(option)
    return [None if value is None else made(value) for value in values]


def _maker(option: Option) -> Callable[[Any], object]:
    if option.method == "drop":
        return lambda _value: None
    if option.method == "round":
        width = int(option.options["to"])
        return lambda value: _nearest(value, width)
    if option.method == "clip":
        high = int(option.options["high"])
        return lambda value: None if (found := number_of(value)) is None else min(found, high)
    if option.options["by"] == "prefix":
        length = int(option.options["length"])
        return lambda value: value[:length] + "*" if len(value) > length else "*"
    unit = str(option.options["to"])
    return lambda value: _cut(value, unit)


def number_of(value: object) -> float | int | None:
    """Return a number, also one that is written as text; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, (float, Decimal, str)):
        try:
            found = float(value)
        except ValueError:
            return None
        return found if isfinite(found) else None
    return None


def _nearest(value: object, width: int) -> float | int | None:
    found = number_of(value)
    if found is None:
        return None
    below = floor(found / width) if isinstance(found, float) else found // width
    rest = 2 * (found - below * width)
    up = rest > width or (rest == width and below % 2 == 1)
    return (below + up) * width


def _cut(value: object, unit: str) -> str | None:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return None
    year, month = getattr(value, "year", None), getattr(value, "month", None)
    if year is None or month is None:
        return None
    quarter, decade = (month + 2) // 3, year // 10
    return {"year": f"{year}", "month": f"{year}-{month}", "quarter": f"{year}-Q{quarter}",
            "decade": f"{decade}"}[unit]  # fmt: skip


def expressed(option: Option, table: Any, name: str, weight: str) -> Any:  # noqa: ANN401 - Ibis
    """Return the option as an expression over one column of a table of classes.

    `weight` is the column that holds how many rows a class has.
    """
    column = table[name]
    if option.method == "suppress":
        held = table[weight].sum().over(ibis.window(group_by=[column]))
        return ibis.ifelse(held >= int(option.options["smaller_than"]), column, ibis.null())
    if option.method == "round":
        return _rounded(_as_number(column), int(option.options["to"]))
    if option.method == "clip":
        number, high = _as_number(column), int(option.options["high"])
        return ibis.ifelse(number > high, ibis.literal(high).cast(number.type()), number)
    if option.options["by"] == "prefix":
        length = int(option.options["length"])
        short = ibis.ifelse(column.length() > length, column.left(length), "*")
        return ibis.ifelse(column.isnull(), ibis.null(), short)
    return _dated(column, str(option.options["to"]))


def _as_number(column: Any) -> Any:  # noqa: ANN401 - Ibis
    kind = column.type()
    if kind.is_integer():
        return column.cast("int64")
    return column.try_cast("float64") if kind.is_string() else column.cast("float64")


def _rounded(number: Any, width: int) -> Any:  # noqa: ANN401 - Ibis
    below = (number / width).floor().cast("int64")
    rest = (number - below * width) * 2
    up = (rest > width) | ((rest == width) & (below % 2 != 0))
    return (below + ibis.ifelse(up, 1, 0)) * width


def _dated(column: Any, unit: str) -> Any:  # noqa: ANN401 - Ibis
    day = column.left(10).try_cast("date") if column.type().is_string() else column
    year = day.year().cast("int64")
    if unit == "year":
        return year
    if unit == "decade":
        return (year / 10).floor().cast("int64")
    part = day.month() if unit == "month" else day.quarter()
    return year * 100 + part.cast("int64")
