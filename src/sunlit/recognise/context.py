"""What stands near a find, and what its column is called: the words that make it sure."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from sunlit.recognise.checks import Check, check
from sunlit.recognise.database import Pattern, compiled
from sunlit.recognise.normal import normalise
from sunlit.recognise.recognisers import DECOY, Recogniser

LABEL: Final = 30  # characters before a find in which words may speak against it
SHORT: Final = 4  # up to so many letters a word must stand alone; longer ones may go on (-s, -no)
_JOINED: Final = b"_-\t\n\r\x0b\x0c"
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# What `\b` knows as part of a word, in `lowered` bytes.
_OF_WORDS: Final = frozenset(one for one in range(0x80) if chr(one).isalnum())
_APART: Final = re.compile(r"[\W_]+")


def _table() -> bytes:
    table = bytearray(chr(one).lower().encode("latin-1", "replace")[0] for one in range(256))
    table[0xB5] = 0xB5  # the micro sign has no small letter
    for one in _JOINED:
        table[one] = 0x20
    return bytes(table)


_LOWER: Final = _table()


def lowered(plain: bytes) -> bytes:
    """Return bytes of `normalise` in which words can be looked up: small letters, one space."""
    return plain.translate(_LOWER)


def column_words(column: str) -> str:
    """Return a column's name as words in small letters: `dateOfBirth` is `date of birth`."""
    return " ".join(_APART.sub(" ", _CAMEL.sub(" ", column)).lower().split())


Place = tuple[int, int]  # where a word begins and ends
# Where some words stand, in order: where each begins; where each ends; where the next to end does.
Stands = tuple[list[int], list[int], list[int]]
_NEVER: Final = 1 << 62
_NOWHERE: Final[Stands] = ([], [], [_NEVER])


class Words:
    """All words that any rule asks about, looked up in one pass over a text."""

    def __init__(self) -> None:
        """Begin without words; `number` takes them, `compile` makes them ready."""
        self._numbers: dict[bytes, int] = {}
        self._lengths: list[int] = []
        self._free: list[bool] = []  # does the pattern leave it to us where a word begins?
        self._database = compiled(())

    def numbers(self, words: Sequence[str]) -> frozenset[int]:
        """Return the numbers of words, new ones for those that are new."""
        found = set()
        for word in words:
            plain = lowered(normalise(word.strip()))
            if plain not in self._numbers:
                self._numbers[plain] = len(self._lengths)
                self._lengths.append(len(plain))
                self._free.append(len(plain) > SHORT and plain[0] in _OF_WORDS)
            found.add(self._numbers[plain])
        return frozenset(found)

    def compile(self) -> None:
        """Make one database of all words."""
        self._database = compiled(tuple(map(_as_pattern, self._numbers)))

    def near(self, lower: bytes) -> "Near":
        """Look the words up in a text."""
        lengths, free = self._lengths, self._free
        places: defaultdict[int, list[Place]] = defaultdict(list)
        for word, _, end in self._database.hits(lower):
            begin = end - lengths[word]
            if not free[word] or not begin or lower[begin - 1] not in _OF_WORDS:
                places[word].append((begin, end))
        return Near(places)

    def within(self, text: str) -> frozenset[int]:
        """Return the numbers of the words in a short text, such as a column's name."""
        return frozenset(self.near(lowered(normalise(text))).places)


class Near(dict[frozenset[int], Stands]):
    """The words of a text: where any of some words stands, found out when first asked for."""

    def __init__(self, places: Mapping[int, Sequence[Place]]) -> None:
        """Take for each word where it stands."""
        self.places = places

    def __missing__(self, words: frozenset[int]) -> Stands:
        known = self.places.keys() & words
        if not known:
            self[words] = _NOWHERE
            return _NOWHERE
        places = sorted(place for word in known for place in self.places[word])
        ends = [end for _, end in places]
        soonest = list(accumulate([_NEVER, *reversed(ends)], min))[::-1]
        self[words] = [begin for begin, _ in places], ends, soonest
        return self[words]


def _as_pattern(word: bytes) -> Pattern:
    """Return a pattern: a short word stands alone; where a long one begins is looked at later.

    Long words as mere literals compile forty times as fast.
    """
    regex = re.escape(word.decode("latin-1"))
    short = len(word) <= SHORT
    begin = r"\b" if short and word[0] in _OF_WORDS else ""
    end = r"\b" if short and word[-1] in _OF_WORDS else ""
    return Pattern(begin + regex + end, edges=False, case_sensitive=True, starts=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A recogniser as the engine applies it; its words as numbers of `Words`."""

    id: str
    kind: str
    category: str
    decoy: bool
    check: Check | None
    alone: float
    with_context: float
    context: frozenset[int]
    also: frozenset[int]
    against: frozenset[int]
    columns: tuple[str, ...]
    within: int
    after: bool

    def has_context(self, near: Near, start: int, end: int, begins: int, stops: int) -> bool:
        """Tell whether words that this rule asks for stand near `start:end`, within a text."""
        stop = min(stops, end + self.within) if self.after else 0
        first = max(begins, start - self.within)
        return _is_one(near[self.context], first, start, stop) and (
            not self.also or _is_one(near[self.also], first, start, stop)
        )

    def distance(self, near: Near, start: int, end: int, begins: int, stops: int) -> int:
        """Return how far the nearest of the words is; one that comes after counts double."""
        starts, ends, _ = near[self.context]
        first = bisect_left(starts, max(begins, start - self.within))
        middle = bisect_left(starts, start, first)
        nearest = min([self.within, *(start - last for last in ends[first:middle])])
        if self.after and middle < len(starts) and starts[middle] < min(stops, end + self.within):
            nearest = min(nearest, 2 * (starts[middle] - end))
        return max(0, nearest)

    def is_doubted(self, near: Near, start: int, begins: int) -> bool:
        """Tell whether words just before speak against a find that has no context."""
        return _is_one(near[self.against], max(begins, start - LABEL), start, 0)

    def is_named(self, column: str, words: frozenset[int]) -> bool:
        """Tell whether a column's name, and the words in it, are context for this rule."""
        if any(_holds(column, name) for name in self.columns):
            return True
        return not self.context.isdisjoint(words) and (
            not self.also or not self.also.isdisjoint(words)
        )


def _is_one(words: Stands, first: int, start: int, stop: int) -> bool:
    """Tell whether one of the words begins in `first:start` or stands in `start:stop`."""
    begins, _, soonest = words
    at = bisect_left(begins, start)
    return soonest[at] <= stop or (at > 0 and begins[at - 1] >= first)


def _holds(column: str, words: str) -> bool:
    return f" {words} " in f" {column} "


def rule_of(one: Recogniser, words: Words) -> Rule:
    """Return the rule that a recogniser's file describes; its words are added to `words`."""
    return Rule(
        id=one.id,
        kind=one.kind,
        category=one.category,
        decoy=one.category == DECOY,
        check=check(one.validator) if one.validator else None,
        alone=one.alone,
        with_context=one.with_context,
        context=words.numbers(one.context),
        also=words.numbers(one.also),
        against=words.numbers(one.against),
        columns=tuple(map(column_words, one.columns)),
        within=one.within,
        after=one.after,
    )
