"""Looking through one column: every value, in full or for each kind that is not too frequent.

Of each batch of a column, equal values are looked at once and counted as often as they stand.

1. The first `FIRST` different values are looked at in full.
2. In every other value each kind is searched for, and what is found is looked at in full, so
   that one rare identifier among millions of values is found and counted. Excepted are the kinds
   whose patterns point at more than one value in 25 there ("dense"): of those, one value in 64
   (`scan_sample.py`) is looked at in full, and the count is an estimate with an interval. Which
   kinds are dense is looked at again when what is searched for turns out to be frequent.

So a table of up to `FIRST` rows is looked at in full, and no value is ever passed over.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sunlit.base.proportion import wilson
from sunlit.producers.data.arrow import Array, compute
from sunlit.producers.data.scan_sample import dense_patterns, drawn, kinds_of
from sunlit.producers.data.scan_shapes import KEPT
from sunlit.recognise.engine import Engine, Match
from sunlit.recognise.masking_pseudonym import FORM
from sunlit.recognise.shape import shape

FIRST: Final = 30_000  # different values
OFTEN: Final = 0.1  # of a batch's values: then it is looked again which kinds are dense
LOOKS: Final = 8  # so often at most
WHOLE: Final = 0.8  # of a value's characters: then the value is of that kind
SHAPED: Final = 2_000  # finds of one kind whose shape is taken
WORDS: Final = 8  # of a value: then it is prose
LISTED: Final = 500  # different values that are held against lists


@dataclass(slots=True)
class KindLook:
    """What was seen of one kind in one column, in values (equal ones counted)."""

    category: str
    values: float = 0
    whole: float = 0
    digits_only: float = 0
    sure: float = 0.0  # sum of the values' highest confidences
    shapes: Counter[str] = field(default_factory=Counter)
    bounds: tuple[float, float] | None = None  # of `values`, where they are an estimate

    def with_drawn(self, part: "Drawn") -> "KindLook":
        """Add what was seen in drawn values, each of which stands for so many."""
        one, scale = part.seen, part.rows / max(1, part.looked)
        low, high = wilson(one.values, part.looked)
        return KindLook(
            self.category, self.values + scale * one.values, self.whole + scale * one.whole,
            self.digits_only + scale * one.digits_only, self.sure + scale * one.sure,
            self.shapes + one.shapes,
            (self.values + low * part.rows, self.values + high * part.rows),
        )  # fmt: skip


@dataclass(slots=True)
class Drawn:
    """A dense kind: of `rows` values, `looked` were drawn, in which so much was `seen`."""

    seen: KindLook
    rows: int = 0
    looked: int = 0


@dataclass(slots=True)
class ColumnLook:
    """What was seen of one column.

    `values` counts what is neither null nor blank, `looked` how many of those were looked at,
    `different` those that were in full, `dense` the numbers of the dense patterns.
    """

    name: str
    type: str
    values: int = 0
    nulls: int = 0
    looked: int = 0
    different: int = 0
    measured: int = 0
    distinct: int = 0
    long: int = 0
    words: int = 0
    digits_only: int = 0
    masked: int = 0
    listed: Counter[str] | None = field(default_factory=Counter)
    kinds: dict[str, KindLook] = field(default_factory=dict)
    dense: frozenset[int] | None = None
    drawn: dict[str, Drawn] = field(default_factory=dict)
    looks: int = 0

    def tallied(self) -> dict[str, KindLook]:
        """Return what was seen of each kind that was, dense or not."""
        found = dict(self.kinds)
        for kind, part in self.drawn.items():
            if kind in found or part.seen.values:
                known = found.get(kind) or KindLook(part.seen.category)
                found[kind] = known.with_drawn(part)
        return found

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
    texts: list[str] = distinct.to_pylist()
    column.looked += sum(times)
    room = max(0, FIRST - column.different)
    column.different += min(room, len(texts))
    _list(column, texts, times)
    find(column.kinds, texts[:room], times[:room], engine, column.name)
    if len(texts) > room:
        _search(column, texts[room:], times[room:], engine)


def _search(column: ColumnLook, texts: Sequence[str], times: Sequence[int], engine: Engine) -> None:
    """Search all texts for every kind but the dense, and draw some for those."""
    if column.dense is None:
        _find_dense(column, texts, engine)
    dense = column.dense or frozenset()
    pointed = engine.pointed(texts, column=column.name, without=dense)
    found = dict[str, KindLook]()
    _find_some(found, pointed, texts, times, engine, column.name)
    for kind, seen in found.items():
        if kind not in column.drawn:
            _add(column.kinds, kind, seen)
    if column.drawn:
        _draw(column, texts, times, engine)
    if len(pointed) > OFTEN * len(texts) and column.looks < LOOKS:
        _find_dense(column, texts, engine)


def _find_dense(column: ColumnLook, texts: Sequence[str], engine: Engine) -> None:
    new = dense_patterns(engine, texts, column.name)
    column.looks += 1
    column.dense = new | (column.dense or frozenset())
    for kind in sorted(kinds_of(engine, column.dense)):
        category = engine.recognisers.kinds[kind]
        column.drawn.setdefault(kind, Drawn(KindLook(category)))


def _draw(column: ColumnLook, texts: Sequence[str], times: Sequence[int], engine: Engine) -> None:
    chosen, found = drawn(column.looked, len(texts)), dict[str, KindLook]()
    _find_some(found, chosen, texts, times, engine, column.name)
    whole, part = sum(times), sum(times[at] for at in chosen)
    for kind, one in column.drawn.items():
        one.rows, one.looked = one.rows + whole, one.looked + part
        if kind in found:
            _add({kind: one.seen}, kind, found[kind])


def _find_some(
    found: dict[str, KindLook], chosen: Sequence[int], texts: Sequence[str],
    times: Sequence[int], engine: Engine, name: str,
) -> None:  # fmt: skip
    find(found, [texts[at] for at in chosen], [times[at] for at in chosen], engine, name)


def _add(kinds: dict[str, KindLook], kind: str, more: KindLook) -> None:
    one = kinds.setdefault(kind, KindLook(more.category))
    one.values, one.whole = one.values + more.values, one.whole + more.whole
    one.digits_only, one.sure = one.digits_only + more.digits_only, one.sure + more.sure
    if len(one.shapes) < KEPT:
        one.shapes += more.shapes


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
    pc = compute()

    left_over = pc.utf8_ltrim_whitespace(distinct)
    blank = pc.equal(pc.binary_length(left_over), 0).to_numpy(zero_copy_only=False).tolist()
    if True not in blank:
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
MASKED: Final = rf"^({FORM}|[0-9a-f]{{16,128}}|\[[A-Za-z -]*\]|<[A-Za-z -]*>|[*Xx]{{3,}})$"


def _array(times: Sequence[int]) -> Array:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    return pa.array(times, pa.int64())


def _sum(mask: Array, weights: Array) -> int:
    pc = compute()

    return int(pc.sum(weights.filter(mask)).as_py() or 0)


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


def find(
    kinds: dict[str, KindLook], texts: Sequence[str], times: Sequence[int], engine: Engine,
    name: str,
) -> None:  # fmt: skip
    """Count by kind what the engine finds in texts, each standing so many `times`."""
    row, seen = -1, dict[str, Match]()
    for at, match in engine.find_many(texts, column=name):
        if at != row:
            _count(kinds, seen, texts[row], times[row])
            row, seen = at, {}
        known = seen.get(match.kind)
        if known is None or match.end - match.start > known.end - known.start:
            seen[match.kind] = match
    _count(kinds, seen, texts[row] if seen else "", times[row] if seen else 0)


def _count(kinds: dict[str, KindLook], seen: dict[str, Match], text: str, times: int) -> None:
    for kind, match in seen.items():
        one = kinds.get(kind) or kinds.setdefault(kind, KindLook(match.category))
        value = text[match.start : match.end]
        one.values += times
        one.sure += times * match.confidence
        if len(value) >= WHOLE * len(text.strip()):
            one.whole += times
        if not any(map(str.isalpha, value)):
            one.digits_only += times
        if one.values <= SHAPED or (len(one.shapes) < KEPT and one.values < 2 * SHAPED):
            one.shapes[shape(value)] += times
