"""Which patterns are looked for where: those that need a word near them, near such words only.

Most patterns of weak form (nine digits) match much and count only with context, so they are not
run over the whole text but over the surroundings of the words that they need.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Final

from sunlit.recognise.context import Near
from sunlit.recognise.database import Hit, Pattern, compiled
from sunlit.recognise.resolve import Served

MARGIN: Final = 80  # no value of weak form is longer
PARTS: Final = 2  # of the patterns that are looked for everywhere: halves compile in half the time
_END: Final = itemgetter(2)


class Scanner:
    """The hits of some patterns; `named` are rules for which the column's name is context."""

    def __init__(
        self,
        patterns: Sequence[Pattern],
        served: Sequence[Served],
        *,
        named: frozenset[str],
        without: frozenset[int] = frozenset(),
    ) -> None:
        """Compile the patterns, but for those numbered in `without`."""
        numbers = [number for number in range(len(patterns)) if number not in without]
        weak = [number for number in numbers if served[number].needed is not None]
        strong = [number for number in numbers if served[number].needed is None]
        told = [number for number in weak if not served[number].ids.isdisjoint(named)]
        self._needed = frozenset().union(*(served[one].needed or () for one in weak))
        self._reach = MARGIN + max([0, *(served[number].within for number in weak)])
        self._told = frozenset(told)
        self._weak = [(one, served[one].needed or frozenset(), served[one].within) for one in weak]
        self._nearby = compiled(tuple(patterns[one] for one in weak))
        self._everywhere = [
            (some, compiled(tuple(patterns[one] for one in some)))
            for some in (*(strong[part::PARTS] for part in range(PARTS)), told)
            if some
        ]

    def hits(self, plain: bytes, near: Near) -> list[Hit]:
        """Return the hits of the text, in order of their ends."""
        hits = [
            (numbers[one], start, end)
            for numbers, database in self._everywhere
            for one, start, end in database.hits(plain)
        ]
        more = list(self._near_words(plain, near))
        return sorted(hits + more, key=_END) if more or len(self._everywhere) > 1 else hits

    def _near_words(self, plain: bytes, near: Near) -> Iterator[Hit]:
        length = len(plain)
        for first, stop in self._surroundings(near, length):
            for one, start, end in self._nearby.hits(plain[first:stop]):
                number, words, within = self._weak[one]
                starts = near[words][0]
                at = bisect_left(starts, first + start - within)
                if at == len(starts) or starts[at] >= first + end + within:
                    continue
                # What touches the edge of the surroundings may be the rest of something longer.
                inside = (start or not first) and (first + end < stop or stop == length)
                if inside and number not in self._told:
                    yield number, first + start, first + end

    def _surroundings(self, near: Near, length: int) -> Iterator[tuple[int, int]]:
        first, stop = 0, -1
        starts, ends, _ = near[self._needed]
        for begin, end in zip(starts, ends, strict=True):
            if begin - self._reach > stop:
                if stop >= 0:
                    yield first, stop
                first = max(0, begin - self._reach)
            stop = min(length, end + self._reach)
        if stop >= 0:
            yield first, stop
