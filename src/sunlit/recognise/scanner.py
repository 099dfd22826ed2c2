"""Which patterns are looked for where: those that need a word near them, near such words only.

Most patterns of weak form (nine digits) match much and count only with context, so they are not
run over the whole text but over the surroundings of the words that they need.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from sunlit.recognise.context import Near
from sunlit.recognise.database import Database, Hit, Pattern
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
        weak = {number for number in numbers if _is_weak(served[number], named)}
        self._strong = [number for number in numbers if number not in weak]
        self._weak = sorted(weak)
        self._needed = frozenset().union(*(served[one].needed or () for one in weak))
        self._reach = MARGIN + max([0, *(served[number].within for number in weak)])
        self._everywhere = Database([patterns[number] for number in self._strong])
        self._nearby = Database([patterns[number] for number in self._weak])

    def hits(self, plain: bytes, near: Near) -> list[Hit]:
        """Return the hits of the text, in order of their ends."""
        strong, weak = self._strong, self._weak
        hits = [(strong[one], start, end) for one, start, end in self._everywhere.hits(plain)]
        more = [
            (weak[one], first + start, first + end)
            for first, stop in self._surroundings(near, len(plain))
            for one, start, end in self._nearby.hits(plain[first:stop])
            # What touches the edge of the surroundings may be the rest of something longer.
            if (start or not first) and (first + end < stop or stop == len(plain))
        ]
        return sorted(hits + more, key=_end) if more else hits

    def _surroundings(self, near: Near, length: int) -> Iterator[tuple[int, int]]:
        first, stop = 0, -1
        for one in near.seen:
            if one.word not in self._needed:
                continue
            if one.start - self._reach > stop:
                if stop >= 0:
                    yield first, stop
                first = max(0, one.start - self._reach)
            stop = min(length, one.end + self._reach)
        if stop >= 0:
            yield first, stop


def _is_weak(served: Served, named: frozenset[str]) -> bool:
    return served.needed is not None and served.ids.isdisjoint(named)


def _end(hit: Hit) -> int:
    return hit[2]
