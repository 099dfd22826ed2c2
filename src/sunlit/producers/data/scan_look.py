"""Looking through one column: every value where that is cheap, a known sample where it is not.

What is looked at, of each batch of a column:

1. Equal values are looked at once and counted as often as they stand.
2. Until `FIRST` different values were looked at, all of them; in prose, until `ENOUGH` finds.
3. After that one value in 64, and every value that is longer or shorter than all before, or
   holds an `@`: what does not look like the rest of its column is looked at, the most unlike
   of each batch (`scan_sample.py`).

So a table of up to `FIRST` rows is looked at in whole, and what was looked at is always counted.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sunlit.producers.data.arrow import Array, compute
from sunlit.producers.data.scan_sample import Span, sampled
from sunlit.producers.data.scan_shapes import KEPT
from sunlit.recognise.engine import Engine, Match
from sunlit.recognise.shape import shape

FIRST: Final = 30_000  # different values
ENOUGH: Final = 60_000  # finds in prose
WHOLE: Final = 0.8  # of a value's characters: then the value is of that kind
SHAPED: Final = 2_000  # finds of one kind whose shape is taken
WORDS: Final = 8  # of a value: then it is prose
LISTED: Final = 500  # different values that are held against lists


@dataclass(slots=True)
class KindLook:
    """What was seen of one kind in one column, in values (equal ones counted)."""

    category: str
    values: int = 0
    whole: int = 0
    digits_only: int = 0
    sure: float = 0.0  # sum of the values' highest confidences
    shapes: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class ColumnLook:
    """What was seen of one column.

    `values` counts what is neither null nor blank, `looked` how many of those were looked at.
    """

    name: str
    type: str
    values: int = 0
    nulls: int = 0
    looked: int = 0
    different: int = 0
    finds: int = 0
    measured: int = 0
    distinct: int = 0
    long: int = 0
    words: int = 0
    digits_only: int = 0
    masked: int = 0
    span: Span = field(default_factory=Span)
    listed: Counter[str] | None = field(default_factory=Counter)
    kinds: dict[str, KindLook] = field(default_factory=dict)

    @property
    def is_prose(self) -> bool:
        """Say whether the column holds prose: many words, and rarely the same twice."""
        enough = self.long >= max(1, 0.2 * self.measured)
        return self.measured > 0 and enough and self.distinct >= 0.1 * self.measured

    @property
    def rows(self) -> int:
        """All rows."""
        return self.values + self.nulls


def look(column: ColumnLook, values: Array, engine: Engine) -> None:
    """Look at one batch of a column's values, which are texts."""
    column.nulls += values.null_count
    values = values.drop_null()
    column.values += len(values)
    if not len(values):
        return
    encoded = values.dictionary_encode()
    distinct, times = _without_blanks(column, encoded.dictionary, _times(encoded))
    if not times:
        return
    if column.measured < FIRST:
        measure(column, distinct, times)
    chosen = _chosen(column, distinct)
    if chosen is not None:
        distinct, times = distinct.take(chosen), [times[at] for at in chosen.to_pylist()]
    texts: list[str] = distinct.to_pylist()
    column.looked += sum(times)
    column.different += len(texts)
    _list(column, texts, times)
    find(column, texts, times, engine)


def _times(encoded: Any) -> list[int]:  # noqa: ANN401 - pyarrow has no types
    import numpy as np  # noqa: PLC0415 - an extra

    found: list[int] = np.bincount(
        encoded.indices.to_numpy(zero_copy_only=False), minlength=len(encoded.dictionary)
    ).tolist()
    return found


def _without_blanks(
    column: ColumnLook, distinct: Array, times: list[int]
) -> tuple[Array, list[int]]:
    """Count blank texts as nulls, which is what they stand for, and leave them out."""
    blank = compute().match_substring_regex(distinct, r"^\s*$").to_pylist()
    if not any(blank):
        return distinct, times
    kept = [at for at, is_blank in enumerate(blank) if not is_blank]
    left = [times[at] for at in kept]
    gone = sum(times) - sum(left)
    column.nulls, column.values = column.nulls + gone, column.values - gone
    return distinct.take(_array(kept)), left


def measure(column: ColumnLook, distinct: Array, times: Sequence[int]) -> None:
    """Measure words, digits and lengths of values, each counted as often as it stands."""
    pc = compute()

    weights = _array(times)
    spaces = pc.add(pc.count_substring(pc.utf8_trim_whitespace(distinct), " "), 1)
    column.measured += sum(times)
    column.distinct += len(distinct)
    column.long += _sum(pc.greater_equal(spaces, WORDS), weights)
    column.words += int(pc.sum(pc.multiply(spaces, weights)).as_py())
    column.digits_only += _sum(pc.match_substring_regex(distinct, r"^[\d\s./+()-]+$"), weights)
    column.masked += _sum(pc.match_substring_regex(distinct, MASKED), weights)


# What `sunlit data mask` and others leave in place of a value: pseudonyms, hashes, [marks], ***.
MASKED: Final = (
    r"^([bcdfghjklmnpqrst]{12,20}|[0-9a-f]{16,128}|\[[A-Za-z -]*\]|<[A-Za-z -]*>|[*Xx]{3,})$"
)


def _array(times: Sequence[int]) -> Array:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    return pa.array(times, pa.int64())


def _sum(mask: Array, weights: Array) -> int:
    pc = compute()

    return int(pc.sum(weights.filter(mask)).as_py() or 0)


def _chosen(column: ColumnLook, distinct: Array) -> Array | None:
    """Return which of the different values are looked at; None means all."""
    room = max(0, FIRST - column.different)
    if column.is_prose and column.finds < ENOUGH:
        room = len(distinct)
    if room < len(distinct):
        return sampled(
            distinct, room, span=column.span, first=column.values,
            mails=column.different > 0 and "email" not in column.kinds,
        )  # fmt: skip
    column.span.widen(_lengths(distinct))
    return None


def _lengths(distinct: Array) -> Any:  # noqa: ANN401 - a NumPy array
    pc = compute()

    return pc.utf8_length(distinct).to_numpy(zero_copy_only=False)


def _list(column: ColumnLook, texts: Sequence[str], times: Sequence[int]) -> None:
    """Keep the different values while they are few; lists of words are held against them."""
    if column.listed is None:
        return
    if len(texts) + len(column.listed) > 2 * LISTED:
        column.listed = None
        return
    for text, count in zip(texts, times, strict=True):
        column.listed[text[:80]] += count
    if len(column.listed) > LISTED:
        column.listed = None


def find(column: ColumnLook, texts: Sequence[str], times: Sequence[int], engine: Engine) -> None:
    """Count what the engine finds in texts, each standing so many `times`."""
    row, seen = -1, dict[str, Match]()
    for at, match in engine.find_many(texts, column=column.name):
        if at != row:
            _count(column, seen, texts[row], times[row])
            row, seen = at, {}
        known = seen.get(match.kind)
        if known is None or match.end - match.start > known.end - known.start:
            seen[match.kind] = match
        column.finds += 1
    _count(column, seen, texts[row] if seen else "", times[row] if seen else 0)


def _count(column: ColumnLook, seen: dict[str, Match], text: str, times: int) -> None:
    for kind, match in seen.items():
        one = column.kinds.get(kind) or column.kinds.setdefault(kind, KindLook(match.category))
        value = text[match.start : match.end]
        one.values += times
        one.sure += times * match.confidence
        if len(value) >= WHOLE * len(text.strip()):
            one.whole += times
        if not any(map(str.isalpha, value)):
            one.digits_only += times
        if one.values <= SHAPED or (len(one.shapes) < KEPT and one.values < 2 * SHAPED):
            one.shapes[shape(value)] += times
