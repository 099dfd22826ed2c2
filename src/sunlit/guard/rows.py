"""Rows of what an estimator is given and gives back, whatever library it is of."""

from collections.abc import Sequence
from typing import Protocol, cast

from sunlit.base.errors import VerificationError


class _Sliced(Protocol):
    def __getitem__(self, key: int | slice) -> object: ...


def row_count(table: object) -> int:
    """Return how many rows there are.

    Raises:
        VerificationError: `guard.batch`.
    """
    shape = getattr(table, "shape", None)
    if isinstance(shape, tuple) and shape:
        return int(shape[0])
    if isinstance(table, Sequence) and not isinstance(table, str | bytes):
        return len(table)
    raise VerificationError(
        "guard.batch", "the inputs have no rows", expected="an array, a data frame or a list",
        got=type(table).__name__, mend="use `decide` for one decision",
    )  # fmt: skip


def expect_rows(output: object, count: int) -> None:
    """Check that an output has one row for each of the inputs.

    Raises:
        VerificationError: `guard.batch`.
    """
    if row_count(output) != count:
        raise VerificationError(
            "guard.batch", "the output does not have one row for each of the inputs",
            expected=str(count), got=str(row_count(output)),
            mend="guard a function that returns one output a row",
        )  # fmt: skip


def row(table: object, index: int) -> object:
    """Return one row as it is recorded; of a data frame, a frame of one row."""
    if hasattr(table, "columns"):
        return part(table, index)
    return cast("_Sliced", table)[index]


def part(table: object, index: int) -> object:
    """Return one row as a table of one."""
    return cast("_Sliced", table)[index : index + 1]
