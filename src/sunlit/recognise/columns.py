"""What a column seems to hold by its name, and by its values where they are few and well known."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A kind that a column seems to hold, its category, and the ground: `name` or `values`.

    `kind` is a recogniser's kind or one of the dictionary (`ethnicity`, `health`, ...), `category`
    one of those of `sunlit.claims.privacy.Found`; `source` says where it is written that it is so.
    """

    kind: str
    category: str
    ground: str
    source: str


def name_kinds(column: str) -> tuple[Named, ...]:
    """Return what the column seems to hold by its name; nothing for a name that is not known."""
    del column
    return ()


def value_kinds(values: Collection[str]) -> tuple[Named, ...]:
    """Return what the distinct values of a column say that it holds: lists that are well known."""
    del values
    return ()
