"""Names in prose beside what the recognisers find: a model's guess, good for most and not for all.

What a recogniser found stands; of what the model found, that which overlaps with it is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from sunlit.recognise.masking import Find, Finder

NamesIn = Callable[[str], Iterable[tuple[str, int, int]]]


class Name(NamedTuple):
    """What the model found: characters of the text, and `person`, `address` or `organisation`."""

    start: int
    end: int
    kind: str


class WithNames:
    """Finds what an engine finds, and names."""

    def __init__(self, engine: Finder, names: NamesIn) -> None:
        """Take an engine and what finds names: text -> (kind, start, end)."""
        self._engine, self._names = engine, names

    def find_many(
        self, texts: Sequence[str | None], *, column: str | None = None
    ) -> Iterator[tuple[int, Find]]:
        """Yield (number of the text, find); those of one text stand together."""
        found: dict[int, list[Find]] = {}
        for number, find in self._engine.find_many(texts, column=column):
            found.setdefault(number, []).append(find)
        for number, text in enumerate(texts):
            held = found.get(number, [])
            yield from ((number, find) for find in held)
            for kind, start, end in self._names(text) if text else ():
                if not any(start < one.end and one.start < end for one in held):
                    yield number, Name(start, end, kind)
