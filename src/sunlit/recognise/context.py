"""What stands near a find, and what its column is called: the words that make it sure."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sunlit.recognise.checks import Check, check
from sunlit.recognise.database import Pattern, compiled
from sunlit.recognise.normal import normalise
from sunlit.recognise.recognisers import DECOY, Recogniser

LABEL: Final = 30  # characters before a find in which words may speak against it
SHORT: Final = 4  # up to so many letters a word must stand alone; longer ones may go on (-s, -no)
_JOINED: Final = b"_-\t\n\r\x0b\x0c"
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
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


Seen = tuple[int, int, int]  # a word in the text: where it begins and ends, and its number


class Words:
    """All words that any rule asks about, looked up in one pass over a text."""

    def __init__(self) -> None:
        """Begin without words; `number` takes them, `compile` makes them ready."""
        self._numbers: dict[bytes, int] = {}
        self._lengths: list[int] = []
        self._database = compiled(())

    def numbers(self, words: Sequence[str]) -> frozenset[int]:
        """Return the numbers of words, new ones for those that are new."""
        found = set()
        for word in words:
            plain = lowered(normalise(word.strip()))
            if plain not in self._numbers:
                self._numbers[plain] = len(self._lengths)
                self._lengths.append(len(plain))
            found.add(self._numbers[plain])
        return frozenset(found)

    def compile(self) -> None:
        """Make one database of all words."""
        self._database = compiled(tuple(_as_pattern(word) for word in self._numbers))

    def near(self, lower: bytes) -> "Near":
        """Look the words up in a text."""
        lengths = self._lengths
        hits = self._database.hits(lower)
        seen = sorted([(end - lengths[word], end, word) for word, _, end in hits])
        return Near(seen, [begin for begin, _, _ in seen])

    def within(self, text: str) -> frozenset[int]:
        """Return the numbers of the words in a short text, such as a column's name."""
        return frozenset(word for _, _, word in self.near(lowered(normalise(text))).seen)


class Near(NamedTuple):
    """The words of a text in order, and where they begin."""

    seen: list[Seen]
    starts: list[int]

    def between(self, first: int, stop: int) -> list[Seen]:
        """Return the words that begin in `first:stop`."""
        return self.seen[bisect_left(self.starts, first) : bisect_left(self.starts, stop)]


def _as_pattern(word: bytes) -> Pattern:
    """Return a pattern: the word begins a word and, if short, ends one."""
    regex = re.escape(word.decode("latin-1"))
    begin = r"\b" if word[:1].isalnum() else ""
    end = r"\b" if len(word) <= SHORT and word[-1:].isalnum() else ""
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

    def has_context(self, near: Sequence[Seen], start: int, end: int) -> bool:
        """Tell whether the words that this rule asks for are among those near `start:end`."""
        first, stop = start - self.within, (end + self.within if self.after else start)
        words = {
            word for begin, last, word in near if first <= begin and (last <= stop or begin < start)
        }
        return not self.context.isdisjoint(words) and (
            not self.also or not self.also.isdisjoint(words)
        )

    def distance(self, near: Sequence[Seen], start: int, end: int) -> int:
        """Return how far the nearest of the words is; one that comes after counts double."""
        nearest = self.within
        for begin, last, word in near:
            if word in self.context and (begin < start or self.after):
                far = start - last if begin < start else 2 * (begin - end)
                nearest = min(nearest, max(0, far))
        return nearest

    def is_doubted(self, near: Sequence[Seen], start: int) -> bool:
        """Tell whether words just before speak against a find that has no context."""
        first = start - LABEL
        return any(first <= begin < start and word in self.against for begin, _, word in near)

    def is_named(self, column: str, words: frozenset[int]) -> bool:
        """Tell whether a column's name, and the words in it, are context for this rule."""
        if any(_holds(column, name) for name in self.columns):
            return True
        return not self.context.isdisjoint(words) and (
            not self.also or not self.also.isdisjoint(words)
        )


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
