"""Which patterns are dense in a column, and which of its values are then drawn to be checked."""

from collections.abc import Sequence
from typing import Any, Final

from sunlit.recognise.engine import Engine
from sunlit.recognise.recognisers import DECOY

STEP: Final = 64  # one value in so many is drawn
SHOWN: Final = 500  # values that show which patterns are dense
DENSE: Final = 0.04  # from this share of the values on
MIX: Final = 11400714819323198485  # 2^64 divided by the golden ratio (Fibonacci hashing)


def drawn(first: int, count: int) -> list[int]:
    """Return which of `count` values are drawn, in order; the first is the column's `first`.

    By a hash of the value's number: data that come in turns would else show one side only.
    """
    import numpy as np  # noqa: PLC0415 - an extra

    found: list[int] = np.flatnonzero(
        _hashes(first, count) < np.uint64(2**32 // STEP)
    ).tolist()  # fmt: skip
    return found


def dense_patterns(engine: Engine, texts: Sequence[str], column: str) -> frozenset[int]:
    """Return the patterns that point at so many of the texts that not all can be checked."""
    import numpy as np  # noqa: PLC0415 - an extra

    order: list[int] = np.argsort(_hashes(0, len(texts)), kind="stable")[:SHOWN].tolist()
    rows = engine.pattern_rows([texts[at] for at in sorted(order)], column=column)
    return frozenset(one for one, count in rows.items() if count >= DENSE * len(order))


def kinds_of(engine: Engine, patterns: frozenset[int]) -> set[str]:
    """Return the kinds that these patterns, by their numbers, point at."""
    return {
        rule.kind
        for number, rules in enumerate(engine.rules.values())
        for rule in rules
        if number in patterns and rule.category != DECOY
    }


def _hashes(first: int, count: int) -> Any:  # noqa: ANN401 - a NumPy array of 32 bits each
    import numpy as np  # noqa: PLC0415 - an extra

    numbers = np.arange(first, first + count, dtype=np.uint64)
    return (numbers * np.uint64(MIX)) >> np.uint64(32)
