"""From the hits of patterns to finds: checks, context, and who stays where two overlap."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from sunlit.recognise.context import Rule
from sunlit.recognise.database import Hit

DOUBT: Final = 0.5  # a find that words speak against is half as sure
FAR: Final = 0.15  # what a label at the end of its reach is worth less than one that touches
_DIGITS: Final = frozenset(b"0123456789")
_GLUE: Final = frozenset(b".-")  # between digits they hold a longer number together
_LETTERS: Final = 0xC0  # from here on bytes are letters, which `\b` does not know
_UNDERSCORE: Final = ord("_")


class Looked(NamedTuple):
    """The bytes of a text (`normalise`), the same lowered, and where the text lies in them."""

    plain: bytes
    lower: bytes
    begins: int
    stops: int


class Candidate(NamedTuple):
    """A find before it is known whether a better one overlaps it."""

    start: int
    end: int
    rule: Rule
    confidence: float
    sure: bool


def candidates(
    hits: Sequence[Hit],
    rules: Sequence[tuple[bool, Sequence[Rule]]],
    looked: Looked,
    named: frozenset[str],
    threshold: float,
) -> Iterator[Candidate]:
    """Yield what of the hits stands up to its rules.

    `rules` gives, for each pattern, whether it keeps its edges and the rules that it serves.
    """
    plain = looked.plain
    for pattern, start, end in hits:
        edges, served = rules[pattern]
        if edges:
            if plain[start] == _UNDERSCORE:
                start += 1  # noqa: PLW2901 - the edge is no part of the value
            if plain[end - 1] == _UNDERSCORE:
                end -= 1  # noqa: PLW2901
            if _is_part(looked, start, end):
                continue
        for rule in served:
            found = _judge(rule, looked, start, end, rule.id in named, threshold)
            if found:
                yield found


def _is_part(looked: Looked, start: int, end: int) -> bool:
    """Tell whether a hit is a piece of something longer: 1.234.567, 12-34-56-78."""
    plain, begins, stops = looked.plain, looked.begins, looked.stops
    if start > begins:
        before = plain[start - 1]
        if before >= _LETTERS:
            return True
        if before in _GLUE and start - 1 > begins and plain[start - 2] in _DIGITS:
            return plain[start] in _DIGITS
    if end < stops:
        after = plain[end]
        if after >= _LETTERS:
            return True
        if after in _GLUE and end + 1 < stops and plain[end + 1] in _DIGITS:
            return plain[end - 1] in _DIGITS
    return False


def _judge(
    rule: Rule, looked: Looked, start: int, end: int, sure: bool, threshold: float  # noqa: FBT001 - inner loop
) -> Candidate | None:  # fmt: skip
    bounds = looked[2:]
    weak = rule.alone < threshold
    if weak and not sure:
        sure = rule.has_context(looked.lower, start, end, bounds)
        if not sure:
            return None
    if rule.check:
        span = rule.check(looked.plain, start, end, looked.stops)
        if span is None or span[0] < looked.begins:
            return None
        start, end = span
    if not weak and not sure:
        sure = rule.has_context(looked.lower, start, end, bounds)
    confidence = rule.with_context if sure else rule.alone
    if not sure and rule.against and rule.is_doubted(looked.lower, start, looked.begins):
        confidence *= DOUBT
    return Candidate(start, end, rule, confidence, sure) if confidence >= threshold else None


def resolve(found: list[Candidate], looked: Looked, named: frozenset[str]) -> Iterator[Candidate]:
    """Yield those that no better one overlaps, in order; decoys are left out."""
    found.sort(key=_where)
    first, total = 0, len(found)
    while first < total:
        end, last = found[first].end, first + 1
        while last < total and found[last].start < end:
            end = max(end, found[last].end)
            last += 1
        kept = found[first:last] if last == first + 1 else _best(found[first:last], looked, named)
        yield from (one for one in kept if not one.rule.decoy)
        first = last


def _where(one: Candidate) -> tuple[int, int]:
    return one.start, one.end


def _best(found: Sequence[Candidate], looked: Looked, named: frozenset[str]) -> list[Candidate]:
    """Return the best of candidates that overlap, in order; the surest is taken first."""
    ranked = sorted(found, key=lambda one: (-_rank(one, looked, named), one.start, one.rule.id))
    starts: list[int] = []
    kept: list[Candidate] = []
    for one in ranked:
        at = bisect_left(starts, one.end)
        if at == 0 or kept[at - 1].end <= one.start:
            starts.insert(at, one.start)
            kept.insert(at, one)
    return kept


def _rank(one: Candidate, looked: Looked, named: frozenset[str]) -> float:
    length = min(one.end - one.start, 99) / 10_000  # of equals, the longer one
    if not one.sure or one.rule.id in named:
        return one.confidence + length
    bounds = looked.begins, looked.stops
    far = one.rule.distance(looked.lower, one.start, one.end, bounds) / one.rule.within
    return one.confidence + length - FAR * far
