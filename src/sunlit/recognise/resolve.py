"""From the hits of patterns to finds: checks, context, and who stays where two overlap."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

from sunlit.recognise.context import LABEL, Near, Rule
from sunlit.recognise.database import Hit

DOUBT: Final = 0.5  # a find that words speak against is half as sure
FAR: Final = 0.15  # what a label at the end of its reach is worth less than one that touches
CLEAR: Final = 0.17  # so much surer is surer at any distance from its words: FAR, and the length
_CONFIDENCE: Final = attrgetter("confidence")
_DIGITS: Final = frozenset(b"0123456789")
_GLUE: Final = frozenset(b".-")  # between digits they hold a longer number together
_LETTERS: Final = 0xC0  # from here on bytes are letters, which `\b` does not know
_UNDERSCORE: Final = ord("_")


class Looked(NamedTuple):
    """The bytes of a text (`normalise`), the words in it, and where the text lies in them."""

    plain: bytes
    near: Near
    begins: int
    stops: int


class Candidate(NamedTuple):
    """A find before it is known whether a better one overlaps it."""

    start: int
    end: int
    rule: Rule
    confidence: float
    sure: bool


class Served(NamedTuple):
    """What a pattern serves: its rules, whether its edges count, how far and which words do.

    `needed` are the words of which one must be near for any of the rules to hold; None if a rule
    holds without.
    """

    rules: Sequence[Rule]
    edges: bool
    within: int
    needed: frozenset[int] | None
    ids: frozenset[str]


def serve(rules: Sequence[Rule], threshold: float, *, edges: bool) -> Served:
    """Return what a pattern with these rules serves."""
    weak = all(rule.alone < threshold for rule in rules)
    return Served(
        rules=rules,
        edges=edges,
        within=max([LABEL, *(rule.within for rule in rules)]),
        needed=frozenset().union(*(rule.context for rule in rules)) if weak else None,
        ids=frozenset(rule.id for rule in rules),
    )


def candidates(
    hits: Sequence[Hit],
    patterns: Sequence[Served],
    looked: Looked,
    named: frozenset[str],
    threshold: float,
) -> list[Candidate]:
    """Return what of the hits stands up to the rules that their patterns serve."""
    found: list[Candidate] = []
    plain, near, begins, stops = looked
    for pattern, start, end in hits:
        rules, edges, *_ = patterns[pattern]
        if edges:  # an underscore at the edge is no part of the value
            start += plain[start] == _UNDERSCORE  # noqa: PLW2901
            end -= plain[end - 1] == _UNDERSCORE  # noqa: PLW2901
        last = found[-1] if found else None
        known = last.rule if last and last.sure and last[:2] == (start, end) else None
        for rule in rules:
            if known and known.kind == rule.kind and known.with_context > rule.with_context + CLEAR:
                continue  # found already, and better
            sure = rule.id in named or rule.has_context(near, start, end, begins, stops)
            if not sure and rule.alone < threshold:
                continue
            if edges and _is_part(looked, start, end):
                break
            one = _judge(rule, looked, start, end, sure, threshold)
            if one:
                found.append(one)
    return found


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
    rule: Rule,
    looked: Looked,
    start: int,
    end: int,
    sure: bool,  # noqa: FBT001 - inner loop
    threshold: float,
) -> Candidate | None:
    found = rule.check(looked.plain, start, end, looked.stops) if rule.check else (start, end)
    if found is None or found[0] < looked.begins:
        return None
    confidence = rule.with_context if sure else rule.alone
    if not sure and rule.is_doubted(looked.near, start, looked.begins):
        confidence *= DOUBT
    return Candidate(*found, rule, confidence, sure) if confidence >= threshold else None


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
    if len(found) == 2 and abs(found[0].confidence - found[1].confidence) > CLEAR:
        return [max(found, key=_CONFIDENCE)]
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
    _, near, begins, stops = looked
    far = one.rule.distance(near, one.start, one.end, begins, stops) / one.rule.within
    return one.confidence + length - FAR * far
