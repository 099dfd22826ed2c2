"""Columns of a sample as whole numbers, and how well a set of columns tells rows apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sunlit.producers.data.arrow import Array, compute

Codes = npt.NDArray[np.int64]
MAX_KEY: Final = 1 << 22  # keys that are counted by place rather than sorted


@dataclass(frozen=True, slots=True)
class Coded:
    """One column: a number for each row, equal where the values are; a null is a value.

    `dictionary` is what each number stands for, where that is known.
    """

    codes: Codes
    values: int
    dictionary: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Apart:
    """How far a set of columns tells the rows of a sample apart; shares of rows, or of pairs."""

    columns: tuple[str, ...]
    classes: int
    distinct: float
    uniqueness: float
    separation: float


def coded(column: Array) -> Coded:
    """Number the values of one column."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    found = compute().dictionary_encode(whole, null_encoding="encode")
    indices = found.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return Coded(indices, len(found.dictionary), tuple(found.dictionary.to_pylist()))


def mapped(column: Coded, values: Sequence[object]) -> Coded:
    """Return the column with each value of its dictionary replaced by another."""
    known: dict[object, int] = {}
    numbers = [known.setdefault(value, len(known)) for value in values]
    return Coded(np.asarray(numbers, dtype=np.int64)[column.codes], len(known), tuple(known))


def counts(column: Coded) -> Codes:
    """Return how many rows have each value."""
    return np.bincount(column.codes, minlength=column.values)


def nats(column: Coded) -> float:
    """Return the entropy of a column: the mean of -ln(share of the value)."""
    sizes = counts(column).astype(np.float64)
    share = sizes[sizes > 0] / len(column.codes)
    return float(-(share * np.log(share)).sum())


def joined(one: Coded, other: Coded) -> Coded:
    """Number the pairs of values of two columns, without gaps."""
    key = one.codes * other.values + other.codes
    if one.values * other.values <= MAX_KEY:
        seen = np.bincount(key, minlength=1) > 0
        place = np.cumsum(seen) - 1
        return Coded(place[key], int(seen.sum()))
    values, codes = np.unique(key, return_inverse=True)
    return Coded(codes.astype(np.int64), len(values))


def apart(columns: Sequence[str], held: Coded) -> Apart:
    """Return how well the (joined) column tells rows apart."""
    sizes = np.bincount(held.codes)
    rows, classes = len(held.codes), int((sizes > 0).sum())
    together = int((sizes * (sizes - 1)).sum())
    return Apart(
        columns=tuple(columns),
        classes=classes,
        distinct=classes / rows if rows else 0.0,
        uniqueness=int((sizes == 1).sum()) / rows if rows else 0.0,
        separation=1 - together / (rows * (rows - 1)) if rows > 1 else 1.0,
    )
