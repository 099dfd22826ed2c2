"""What each column can be in a measurement, looked at on a sample and confirmed on all rows.

- `nested`: lists, structs, maps, binary. Left out, and named.
- `constant`: one value, a null counting as a value. It tells nobody apart.
- `text`: prose. It cannot be measured by classes; the scan says what it holds.
- `identifier`: texts or whole numbers that are nearly all different. Told apart, and counted: a
  file that has one is at risk 1, unless the values are random (pseudonyms, UUIDs).
- `random`: the same, where every value is a UUID or at least 16 lower-case hex digits, with a
  letter in most: an attacker knows nobody by those.
- `pseudonym`: every value has the form of a keyed pseudonym that the mask writes, with one label
  and one length, and none stands in so many rows that its frequency tells what it stands for.
  Without the key nobody knows anybody by it. A profile says whether that is enough (`apart`);
  where it is not, or the form fails on all rows, the column is what it would be otherwise.
- `candidate`: everything else, by which a person may be known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa

from sunlit.producers.data.arrow import Array, Kind, Table, compute
from sunlit.producers.data.risk.coding import Coded, coded
from sunlit.recognise.masking_pseudonym import form_like

NEARLY_UNIQUE: Final = 0.99
LEAST_ROWS: Final = 20  # below that, different numbers say little: they stay candidates
MOST_NULL: Final = 0.5
PROSE_LENGTH: Final = 40
PROSE_SPACES: Final = 4
RANDOM: Final = r"^([0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$"
LETTERS: Final = 0.9
PSEUDONYM: Final = "pseudonym"
FREQUENT: Final = 0.01  # of the rows: a value that more rows have is guessed by its frequency
FREQUENT_ROWS: Final = 5


@dataclass(frozen=True, slots=True)
class Looked:
    """One column of the sample: what it seems to be; its codes where it takes part."""

    name: str
    type: str
    kind: str
    distinct: int
    nulls: int
    coded: Coded | None = None
    form: str | None = None  # of pseudonyms: what all of them match
    otherwise: str = ""  # of pseudonyms: what the column is where they are taken for values

    def as_values(self) -> "Looked":
        """Return the column as it is where pseudonyms are taken for any other values."""
        return self if self.form is None else replace(self, kind=self.otherwise, form=None)


def is_flat(kind: Kind) -> bool:
    """Whether values of this type can be grouped as they are."""
    nested = pa.types.is_nested(kind) or pa.types.is_null(kind)
    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    return not (nested or binary or pa.types.is_fixed_size_binary(kind))


def look(sample: Table) -> tuple[Looked, ...]:
    """Look at every column of a sample."""
    return tuple(_look(name, sample[name]) for name in sample.column_names)


def _look(name: str, column: Array) -> Looked:
    kind = str(column.type)
    if pa.types.is_null(column.type):
        return Looked(name, kind, "constant", 1, len(column))
    if not is_flat(column.type):
        return Looked(name, kind, "nested", 0, column.null_count)
    held = coded(column)
    seems = _kind(column, held)
    found = Looked(name, kind, seems, held.values, column.null_count, held)
    form = _form(column) if seems in ("identifier", "candidate") else None
    return found if form is None else replace(found, kind=PSEUDONYM, form=form, otherwise=seems)


def _form(column: Array) -> str | None:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return None
    pc = compute()
    there = column.drop_null()
    there = there.filter(pc.not_equal(pc.utf8_trim_whitespace(there), ""))  # blanks stay blank
    form = form_like(there[0].as_py()) if len(there) else None
    if form is None or not pc.all(pc.match_substring_regex(there, form)).as_py():
        return None
    most = max(pc.value_counts(there).field("counts").to_pylist())
    return form if most <= max(FREQUENT_ROWS, FREQUENT * len(column)) else None


def _kind(column: Array, held: Coded) -> str:
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


def _is_prose(column: Array) -> bool:
    pc = compute()
    length = pc.mean(pc.utf8_length(column)).as_py() or 0
    spaces = pc.mean(pc.count_substring(column, " ")).as_py() or 0
    return length >= PROSE_LENGTH and spaces >= PROSE_SPACES


def _is_random(column: Array) -> bool:
    pc = compute()
    matches = pc.all(pc.match_substring_regex(column, RANDOM)).as_py()
    lettered = pc.mean(pc.cast(pc.match_substring_regex(column, "[a-f]"), pa.int8())).as_py() or 0
    return bool(matches) and lettered >= LETTERS


def of_kind(looked: Sequence[Looked], *kinds: str) -> tuple[str, ...]:
    """Return the names of the columns of these kinds, in order."""
    return tuple(one.name for one in looked if one.kind in kinds)
