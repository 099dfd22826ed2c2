"""What stands near a find, and what its column is called: the words that make it sure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sunlit.recognise.checks import Check, check
from sunlit.recognise.normal import WORD, normalise
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


def has_any(words: Sequence[bytes], text: bytes, start: int, stop: int) -> bool:
    """Tell whether one of the words stands in `text[start:stop]`."""
    find = text.find
    for word in words:
        at = find(word, start, stop)
        while at >= 0:
            if _stands(word, text, at):
                return True
            at = find(word, at + 1, stop)
    return False


def _stands(word: bytes, text: bytes, at: int) -> bool:
    """Tell whether a word that was found begins a word there and, if short, ends one."""
    if at and text[at - 1] in WORD and word[0] in WORD:
        return False
    end = at + len(word)
    return len(word) > SHORT or end >= len(text) or text[end] not in WORD


@dataclass(frozen=True, slots=True)
class Rule:
    """A recogniser as the engine applies it; its words as bytes in small letters."""

    id: str
    kind: str
    category: str
    decoy: bool
    check: Check | None
    alone: float
    with_context: float
    context: tuple[bytes, ...]
    also: tuple[bytes, ...]
    against: tuple[bytes, ...]
    columns: tuple[str, ...]
    within: int
    after: bool

    def has_context(self, lower: bytes, start: int, end: int, bounds: tuple[int, int]) -> bool:
        """Tell whether the words that this rule asks for stand near `start:end`."""
        first = max(bounds[0], start - self.within)
        stop = min(bounds[1], end + self.within) if self.after else start
        return has_any(self.context, lower, first, stop) and (
            not self.also or has_any(self.also, lower, first, stop)
        )

    def distance(self, lower: bytes, start: int, end: int, bounds: tuple[int, int]) -> int:
        """Return how far the nearest of the words is; one that comes after counts double."""
        near = self.within
        for word in self.context:
            at = lower.rfind(word, max(bounds[0], start - self.within), start)
            if at >= 0 and _stands(word, lower, at):
                near = min(near, start - at - len(word))
            at = lower.find(word, end, min(bounds[1], end + near // 2)) if self.after else -1
            if at >= 0 and _stands(word, lower, at):
                near = min(near, 2 * (at - end))
        return near

    def is_doubted(self, lower: bytes, start: int, begins: int) -> bool:
        """Tell whether words just before speak against a find that has no context."""
        return has_any(self.against, lower, max(begins, start - LABEL), start)

    def is_named(self, column: str) -> bool:
        """Tell whether a column's name (`column_words`) is context for this rule."""
        if any(_holds(column, words) for words in self.columns):
            return True
        name = column.encode("latin-1", "replace")
        return has_any(self.context, name, 0, len(name)) and (
            not self.also or has_any(self.also, name, 0, len(name))
        )


def _holds(column: str, words: str) -> bool:
    return f" {words} " in f" {column} "


def rule_of(one: Recogniser) -> Rule:
    """Return the rule that a recogniser's file describes."""
    return Rule(
        id=one.id,
        kind=one.kind,
        category=one.category,
        decoy=one.category == DECOY,
        check=check(one.validator) if one.validator else None,
        alone=one.alone,
        with_context=one.with_context,
        context=_as_bytes(one.context),
        also=_as_bytes(one.also),
        against=_as_bytes(one.against),
        columns=tuple(map(column_words, one.columns)),
        within=one.within,
        after=one.after,
    )


def _as_bytes(words: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(lowered(normalise(word.strip())) for word in words)
