"""Columns as the codes that are counted: Ibis expressions that DuckDB and Spark both read.

A prediction or an outcome becomes 0, 1, `ABSENT` (null, blank, or named as unknown) or `OTHER`
(neither of two values, where none was named).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

import ibis

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias.columns import Columns
from sunlit.producers.audit.bias.cube import UNKNOWN

ABSENT: Final = 2
OTHER: Final = 3
ONES: Final = ("1", "1.0", "true", "True", "TRUE")
NOUGHTS: Final = ("0", "0.0", "false", "False", "FALSE")


@dataclass(frozen=True, slots=True)
class Number:
    """A column of numbers: whether a row has one, and which (null where it has none)."""

    given: Any
    value: Any


def given(column: Any, unknown: Sequence[str]) -> Any:  # noqa: ANN401 - Ibis
    """Return whether a row has a value that is known."""
    kind = column.type()
    if kind.is_nested() or kind.is_binary():
        raise MalformedError(
            "bias.column-type", f"{column.get_name()!r} holds lists, records or bytes",
            expected="text, numbers, true and false, or dates",
        )  # fmt: skip
    known = column.notnull()
    if kind.is_string():
        known &= column.strip() != ""
    if kind.is_floating():
        known &= ~column.isnan()
    named = [one for one in unknown if kind.is_string() or _fits(one, column)]
    if not named:
        return known
    return known & ~_equals(column, named)


def _fits(text: str, column: Any) -> bool:  # noqa: ANN401 - Ibis
    return not column.type().is_numeric() or _float(text) is not None


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _equals(column: Any, texts: Sequence[str]) -> Any:  # noqa: ANN401 - Ibis
    """Return whether a value is one of `texts`; numbers are compared as numbers."""
    kind = column.type()
    if kind.is_numeric():
        return column.cast("float64").isin([float(one) for one in texts])
    if kind.is_boolean():
        wanted = {one in ONES for one in texts if one in (*ONES, *NOUGHTS)}
        return column.isin(sorted(wanted)) if wanted else ibis.literal(value=False)
    return (column if kind.is_string() else column.cast("string")).isin(list(texts))


def number(table: Any, name: str, unknown: Sequence[str]) -> Number:  # noqa: ANN401 - Ibis
    """Return a column as numbers of 64 bits; text that is none has `given` and a null."""
    column = table[name]
    known = given(column, unknown)
    kind = column.type()
    if not (kind.is_string() or kind.is_numeric()):
        raise MalformedError(
            "bias.column-type", f"{name!r} holds no numbers", expected="a column of numbers"
        )
    value = column.try_cast("float64") if kind.is_string() else column.cast("float64")
    return Number(known, ibis.ifelse(known, value, ibis.null("float64")))


def coded(table: Any, name: str, ones: Sequence[str], unknown: Sequence[str]) -> Any:  # noqa: ANN401
    """Return a column as codes: 1 for the values `ones`, 0 for all others.

    Raises:
        MalformedError: `bias.value-absent` for a text that no number of the column can be.
    """
    column = table[name]
    known = given(column, unknown)
    if ones:
        if not all(_fits(one, column) for one in ones):
            raise absent(name)
        rest: Any = ibis.literal(0)
    else:
        texts = column.type().is_string() or column.type().is_boolean()
        noughts = NOUGHTS if texts else ("0",)
        rest = ibis.ifelse(_equals(column, noughts), 0, OTHER)
    texts_of_one = ones or (ONES if not column.type().is_numeric() else ("1",))
    return ibis.ifelse(known, ibis.ifelse(_equals(column, texts_of_one), 1, rest), ABSENT)


def absent(name: str) -> MalformedError:
    """Return the error for a named value that no row has."""
    return MalformedError(
        "bias.value-absent", f"no row of {name!r} has a value that was named for it",
        mend="name the value exactly as the column writes it, in capitals and small letters",
    )  # fmt: skip


def predicted(table: Any, columns: Columns) -> Any:  # noqa: ANN401 - Ibis
    """Return the codes of what was predicted."""
    if columns.prediction is not None:
        return coded(table, columns.prediction, columns.favourable, columns.unknown)
    score = number(table, str(columns.score), columns.unknown)
    cut = ibis.literal(float(str(columns.threshold)), "float64")
    selected = {
        "at-least": score.value >= cut, "above": score.value > cut,
        "at-most": score.value <= cut, "below": score.value < cut,
    }[columns.rule or "at-least"]  # fmt: skip
    return ibis.ifelse(score.given, ibis.ifelse(selected, 1, 0), ABSENT)


def attribute(table: Any, name: str, columns: Columns) -> Any:  # noqa: ANN401 - Ibis
    """Return an attribute as text, in bands where they were asked for."""
    bounds = columns.bands.get(name)
    if bounds:
        return _banded(number(table, name, columns.unknown), bounds)
    column = table[name]
    text = column if column.type().is_string() else column.cast("string")
    return ibis.ifelse(given(column, columns.unknown), text, UNKNOWN)


def _banded(held: Number, bounds: Sequence[Decimal]) -> Any:  # noqa: ANN401 - Ibis
    """Return the band of each number; what is no number is not known."""
    texts = [f"{one:f}" for one in bounds]
    labels = [f"{low} to under {high}" for low, high in pairwise(texts)]
    cases = [
        (held.value.isnull() | held.value.isnan(), UNKNOWN),
        *((held.value < float(bound), label)
          for bound, label in zip(bounds, (f"under {texts[0]}", *labels), strict=True)),
    ]  # fmt: skip
    return ibis.cases(*cases, else_=f"{texts[-1]} and over")


def binned(held: Number, edges: Sequence[Decimal]) -> Any:  # noqa: ANN401 - Ibis
    """Return the bin of each score, -1 where there is none."""
    at: Any = ibis.literal(0)
    for edge in edges[1:-1]:
        at += ibis.ifelse(held.value >= float(edge), 1, 0)
    return ibis.ifelse(held.given, at, -1)
