"""Masked examples: the shape of what was found, never the value.

Letters become `A` or `a`, digits `9`, all else stays (`sunlit.recognise.shape`). A shape is shown
only where at least five values have it, for a shape of one's own may tell who one is; of secrets
none is.
"""

from collections import Counter
from typing import Final

ENOUGH: Final = 5  # values of one shape
MOST: Final = 3  # shapes shown
KEPT: Final = 2_000  # shapes of one kind and column that are counted
UNSHOWN: Final = frozenset({"secret"})


def shown(shapes: Counter[str], category: str) -> list[str]:
    """Return the shapes that may be shown, the most frequent first."""
    if category in UNSHOWN:
        return []
    often = [(count, one) for one, count in shapes.items() if count >= ENOUGH]
    return [one for _, one in sorted(often, key=lambda pair: (-pair[0], pair[1]))[:MOST]]
