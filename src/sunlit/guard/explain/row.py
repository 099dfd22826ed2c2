"""One row of numbers from whatever a decision was given."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from sunlit.base.errors import VerificationError

FEATURES: Final = "explain.features"


def row_of(inputs: object, names: Sequence[str]) -> list[float]:
    """Return the features' numbers in the model's order; a missing one (None) is NaN.

    `inputs` is a mapping by feature name, in which further keys are ignored, a sequence in
    the model's order, or an array or a batch that holds one row.

    Raises:
        VerificationError: `explain.features`.
    """
    return [_number(value) for value in values_of(inputs, names)]


def values_of(inputs: object, names: Sequence[str]) -> list[object]:
    """Return the features' values as they were given, in the model's order.

    Raises:
        VerificationError: `explain.features`.
    """
    if isinstance(inputs, Mapping):
        missing = [name for name in names if name not in inputs]
        if missing:
            raise VerificationError(
                FEATURES, "the inputs lack a feature of the model", expected=ascii(missing[0])[:60],
                mend="give every feature by name, None where it is not known",
            )  # fmt: skip
        return [inputs[name] for name in names]
    listed = getattr(inputs, "tolist", None)
    row = listed() if callable(listed) else inputs
    if isinstance(row, list | tuple) and len(row) == 1 and isinstance(row[0], list | tuple):
        row = row[0]
    if not isinstance(row, list | tuple) or len(row) != len(names):
        raise VerificationError(
            FEATURES, "the inputs are not one row of the model's features",
            expected=f"{len(names)} values, in a list, in an array, or by name",
        )  # fmt: skip
    return list(row)


def shown(value: object) -> str | None:
    """Return a feature's value as the explanation shows it; None where it is missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if isinstance(value, str) else repr(value)


def _number(value: object) -> float:
    if value is None:
        return math.nan
    if isinstance(value, str | bytes):
        raise VerificationError(FEATURES, "a feature of the inputs is a text, not a number")
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise VerificationError(FEATURES, "a feature of the inputs is no number") from error
