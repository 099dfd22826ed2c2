"""Finds what looks like personal data in text: one pass for the patterns, then checks of the hits.

A hit of a pattern becomes a candidate when the recogniser's check says so and words near it, or
the column's name, make it sure enough. Of candidates that overlap the surest stays; a decoy (an
ISBN, a UUID) takes its place in that contest and is not reported. All work after the pass is for
hits, each of bounded size, so the time for any text grows with its length.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from sunlit.base.errors import MalformedError
from sunlit.recognise.context import Rule, Words, column_words, lowered, rule_of
from sunlit.recognise.database import Hit, Pattern
from sunlit.recognise.normal import normalise
from sunlit.recognise.recognisers import DECOY, Recogniser, Recognisers
from sunlit.recognise.resolve import Looked, candidates, resolve, serve
from sunlit.recognise.scanner import Scanner

BUFFER: Final = 128 * 1024  # characters that are looked at in one pass
MAX_SCANNERS: Final = 64  # compiled for columns with telling names or dense patterns
MAX_COLUMNS: Final = 10_000  # names of columns that are remembered


class Match(NamedTuple):
    """What was found: offsets in characters, a kind, its category, how sure (0 to 1)."""

    start: int
    end: int
    kind: str
    category: str
    confidence: float


class Engine:
    """Finds the kinds of personal data that recognisers describe.

    `kinds` limits what is looked for; nothing below `threshold` is reported. Safe for threads.
    """

    def __init__(
        self,
        recognisers: Recognisers,
        *,
        kinds: Collection[str] | None = None,
        threshold: float = 0.5,
    ) -> None:
        """Compile the recognisers.

        Raises:
            MalformedError: `recognise.kind`, `recognise.pattern`.
            UnavailableError: `recognise.no-engine`.
        """
        unknown = sorted(set(kinds or ()) - set(recognisers.kinds))
        if unknown:
            raise MalformedError(
                "recognise.kind", "no recogniser finds this kind of personal data",
                expected="one of " + ", ".join(sorted(recognisers.kinds)), got=unknown[0][:40],
            )  # fmt: skip
        self.recognisers = recognisers
        self.threshold = threshold
        self._words = Words()
        self.rules = _by_pattern(
            (
                one for one in recognisers
                if kinds is None or one.kind in kinds or one.category == DECOY
            ),
            self._words,
        )  # fmt: skip
        self._words.compile()
        self._served = [
            serve(rules, threshold, edges=pattern.edges) for pattern, rules in self.rules.items()
        ]
        self._named: dict[str, frozenset[str]] = {}
        self._scanners: dict[tuple[frozenset[str], frozenset[int]], Scanner] = {}
        self._scanner(frozenset())

    def find(self, text: str, *, column: str | None = None) -> list[Match]:
        """Return what the text holds, in order and without overlaps."""
        plain, named = normalise(text), self._in_column(column)
        looked = Looked(plain, self._words.near(lowered(plain)), 0, len(plain))
        hits = self._scanner(named).hits(plain, looked.near)
        return self._matches(hits, looked, named) if hits else []

    def find_many(
        self, texts: Sequence[str | None], *, column: str | None = None
    ) -> Iterator[tuple[int, Match]]:
        """Yield (number of the text, match), in order; the same as `find` for each text."""
        for row, found in self.find_rows(texts, column=column):
            for match in found:
                yield row, match

    def find_rows(
        self, texts: Sequence[str | None], *, column: str | None = None
    ) -> Iterator[tuple[int, list[Match]]]:
        """Yield (number of the text, its matches) for the texts that a pattern points at."""
        named = self._in_column(column)
        scanner = self._scanner(named)
        for first, plain, ends in _buffers(texts):
            near = self._words.near(lowered(plain))
            hits = scanner.hits(plain, near)
            for row, found in self._rows(Looked(plain, near, 0, 0), hits, ends, named):
                yield first + row, found

    def pointed(
        self, texts: Sequence[str], *, column: str | None, without: frozenset[int]
    ) -> list[int]:
        """Return the numbers of the texts that a pattern, but those `without`, points at."""
        rows = {row for _, row in self._pattern_rows(texts, column, without)}
        return sorted(rows)

    def pattern_rows(self, texts: Sequence[str], *, column: str | None) -> Counter[int]:
        """Return number of a pattern -> how many of the texts it points at."""
        rows = set(self._pattern_rows(texts, column, frozenset()))
        return Counter(pattern for pattern, _ in rows)

    def _pattern_rows(
        self, texts: Sequence[str], column: str | None, without: frozenset[int]
    ) -> Iterator[tuple[int, int]]:
        scanner = self._scanner(self._in_column(column), without)
        for first, plain, ends in _buffers(texts):
            near = self._words.near(lowered(plain))
            for pattern, _, end in scanner.hits(plain, near):
                yield pattern, first + bisect_left(ends, end)

    def _scanner(self, named: frozenset[str], without: frozenset[int] = frozenset()) -> Scanner:
        key = (named, without)
        if key not in self._scanners:
            if len(self._scanners) >= MAX_SCANNERS:
                self._scanners.clear()
            self._scanners[key] = Scanner(
                list(self.rules), self._served, named=named, without=without
            )
        return self._scanners[key]

    def _rows(
        self, whole: Looked, hits: list[Hit], ends: list[int], named: frozenset[str]
    ) -> Iterator[tuple[int, list[Match]]]:
        at, row, total = 0, 0, len(hits)
        while at < total:
            row = bisect_left(ends, hits[at][2], row)
            last, end = at + 1, ends[row]
            while last < total and hits[last][2] <= end:
                last += 1
            looked = Looked(whole.plain, whole.near, ends[row - 1] if row else 0, end - 1)
            yield row, self._row(hits[at:last], looked, named)
            at = last

    def _row(self, hits: list[Hit], looked: Looked, named: frozenset[str]) -> list[Match]:
        begins, stops = looked.begins, looked.stops
        for _, start, end in hits:
            if start < begins or end > stops:
                # A pattern that matches the end of a line ran over: look at this text alone.
                alone = looked.plain[begins:stops]
                again = Looked(alone, self._words.near(lowered(alone)), 0, len(alone))
                return self._matches(self._scanner(named).hits(alone, again.near), again, named)
        return self._matches(hits, looked, named)

    def _matches(self, hits: list[Hit], looked: Looked, named: frozenset[str]) -> list[Match]:
        begins = looked.begins
        found = candidates(hits, self._served, looked, named, self.threshold)
        return [
            Match(start - begins, end - begins, rule.kind, rule.category, confidence)
            for start, end, rule, confidence, _ in resolve(found, looked, named)
        ]

    def _in_column(self, column: str | None) -> frozenset[str]:
        """Return the ids of the rules for which the column's name is context."""
        if not column:
            return frozenset()
        if column not in self._named:
            if len(self._named) >= MAX_COLUMNS:
                self._named.clear()
            name = column_words(column)
            words = self._words.within(name)
            self._named[column] = frozenset(
                rule.id
                for rules in self.rules.values()
                for rule in rules
                if rule.is_named(name, words)
            )
        return self._named[column]


def _by_pattern(recognisers: Iterable[Recogniser], words: Words) -> dict[Pattern, list[Rule]]:
    """Return the rules that each pattern serves: kinds written alike share one pattern."""
    rules: dict[Pattern, list[Rule]] = {}
    for one in recognisers:
        rule = rule_of(one, words)
        for regex in one.patterns:
            pattern = Pattern(regex, one.edges, one.case_sensitive)
            rules.setdefault(pattern, []).append(rule)
    return rules


def _buffers(texts: Sequence[str | None]) -> Iterator[tuple[int, bytes, list[int]]]:
    """Yield (number of the first text, texts as one, where each ends, past its line's end)."""
    first, size = 0, 0
    together: list[str] = []
    for number, text in enumerate(texts):
        together.append(text or "")
        size += len(together[-1]) + 1
        if size >= BUFFER:
            yield first, *_joined(together)
            first, size, together = number + 1, 0, []
    if together:
        yield first, *_joined(together)


def _joined(texts: list[str]) -> tuple[bytes, list[int]]:
    return normalise("\n".join(texts)), list(accumulate(len(text) + 1 for text in texts))
