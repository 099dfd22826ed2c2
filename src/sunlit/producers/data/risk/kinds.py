"""What each column can be in a measurement, looked at on a sample and confirmed on all rows.

- `nested`: lists, structs, maps, binary. Left out, and named.
- `constant`: one value, a null counting as a value. It tells nobody apart.
- `text`: prose. It cannot be measured by classes; the scan says what it holds.
- `identifier`: texts or whole numbers that are nearly all different. Told apart, and counted: a
  file that has one is at risk 1, unless the values are random (pseudonyms, UUIDs).
- `random`: the same, where every value is a UUID or at least 16 lower-case hex digits, with a
  letter in most: an attacker knows nobody by those.
- `candidate`: everything else, by which a person may be known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from sunlit.producers.data.risk.coding import Coded, coded

NEARLY_UNIQUE: Final = 0.99
LEAST_ROWS: Final = 20  # below that, different numbers say little: they stay candidates
MOST_NULL: Final = 0.5
PROSE_LENGTH: Final = 40
PROSE_SPACES: Final = 4
RANDOM: Final = r"^([0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$"
LETTERS: Final = 0.9


@dataclass(frozen=True, slots=True)
class Looked:
    """One column of the sample: what it seems to be; its codes where it takes part."""

    name: str
    type: str
    kind: str
    distinct: int
    nulls: int
    coded: Coded | None = None


def is_flat(kind: Any) -> bool:  # noqa: ANN401 - a pyarrow.DataType
    """Whether values of this type can be grouped as they are."""
    nested = pa.types.is_nested(kind) or pa.types.is_null(kind)
    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    return not (nested or binary or pa.types.is_fixed_size_binary(kind))


def look(sample: Any) -> tuple[Looked, ...]:  # noqa: ANN401 - a pyarrow.Table
    """Look at every column of a sample."""
    return tuple(_look(name, sample[name]) for name in sample.column_names)


def _look(name: str, column: Any) -> Looked:  # noqa: ANN401 - a pyarrow.ChunkedArray
    kind = str(column.type)
    if pa.types.is_null(column.type):
        return Looked(name, kind, "constant", 1, len(column))
    if not is_flat(column.type):
        return Looked(name, kind, "nested", 0, column.null_count)
    held = coded(column)
    seems = _kind(column, held)
    return Looked(name, kind, seems, held.values, column.null_count, held)


def _kind(column: Any, held: Coded) -> str:  # noqa: ANN401 - a pyarrow.ChunkedArray
    if held.values <= 1:
        return "constant"
    text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if text and _is_prose(column):
        return "text"
    if text or pa.types.is_integer(column.type):
        there = len(column) - column.null_count
        different = held.values - (1 if column.null_count else 0)
        many = there >= max(LEAST_ROWS, (1 - MOST_NULL) * len(column))
        if many and different >= NEARLY_UNIQUE * there:
            return "random" if text and _is_random(column) else "identifier"
    return "candidate"


def _is_prose(column: Any) -> bool:  # noqa: ANN401 - a pyarrow.ChunkedArray
    length = pc.mean(pc.utf8_length(column)).as_py() or 0
    spaces = pc.mean(pc.count_substring(column, " ")).as_py() or 0
    return length >= PROSE_LENGTH and spaces >= PROSE_SPACES


def _is_random(column: Any) -> bool:  # noqa: ANN401 - a pyarrow.ChunkedArray
    matches = pc.all(pc.match_substring_regex(column, RANDOM)).as_py()
    lettered = pc.mean(pc.cast(pc.match_substring_regex(column, "[a-f]"), pa.int8())).as_py() or 0
    return bool(matches) and lettered >= LETTERS


def of_kind(looked: Sequence[Looked], *kinds: str) -> tuple[str, ...]:
    """Return the names of the columns of these kinds, in order."""
    return tuple(one.name for one in looked if one.kind in kinds)
