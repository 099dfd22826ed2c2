"""Which patterns are looked for where: those that need a word near them, near such words only.

Most patterns of weak form (nine digits) match much and count only with context, so they are not
run over the whole text but over the surroundings of the words that they need.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from sunlit.recognise.context import Near
from sunlit.recognise.database import Hit, Pattern, compiled
from sunlit.recognise.resolve import Served

MARGIN: Final = 80  # no value of weak form is longer


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
        self._weak, self._nearby = weak, compiled(tuple(patterns[one] for one in weak))
        self._everywhere = [
            (some, compiled(tuple(patterns[one] for one in some)))
            for some in (strong, told)
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
        return sorted(hits + more, key=_end) if more or self._told else hits

    def _near_words(self, plain: bytes, near: Near) -> Iterator[Hit]:
        for first, stop in self._surroundings(near, len(plain)):
            for one, start, end in self._nearby.hits(plain[first:stop]):
                # What touches the edge of the surroundings may be the rest of something longer.
                inside = (start or not first) and (first + end < stop or stop == len(plain))
                if inside and self._weak[one] not in self._told:
                    yield self._weak[one], first + start, first + end

    def _surroundings(self, near: Near, length: int) -> Iterator[tuple[int, int]]:
        first, stop = 0, -1
        for begin, end, word in near.seen:
            if word not in self._needed:
                continue
            if begin - self._reach > stop:
                if stop >= 0:
                    yield first, stop
                first = max(0, begin - self._reach)
            stop = min(length, end + self._reach)
        if stop >= 0:
            yield first, stop


def _end(hit: Hit) -> int:
    return hit[2]
