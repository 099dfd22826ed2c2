"""Plays the tests that recognisers' files carry: what must be found is, what must not is not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sunlit.recognise.engine import Engine
from sunlit.recognise.recognisers import DECOY, Recogniser

OPEN, CLOSE = "«", "»"


@dataclass(frozen=True, slots=True)
class Broken:
    """A test that does not hold: of which recogniser, which text, and what happened."""

    id: str
    text: str
    why: str


def play(recognisers: Iterable[Recogniser], engine: Engine) -> Iterator[Broken]:
    """Yield the tests of `recognisers` that do not hold in `engine`."""
    for one in recognisers:
        for text in one.tests.found:
            yield from _found(one, engine, text, None)
        for text in one.tests.ignored:
            yield from _ignored(one, engine, text)
        for column, texts in one.tests.column.items():
            for text in texts:
                yield from _found(one, engine, text, column)
        if not one.tests.found and not one.tests.column:
            yield Broken(one.id, "", "the file holds no test")


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the text without its marks, and the spans that they stood around."""
    plain, spans, start = "", [], 0
    for letter in text:
        if letter == OPEN:
            start = len(plain)
        elif letter == CLOSE:
            spans.append((start, len(plain)))
        else:
            plain += letter
    return plain, spans


def _found(one: Recogniser, engine: Engine, text: str, column: str | None) -> Iterator[Broken]:
    plain, spans = marked(text)
    kind = one.kind
    got = [
        (match.start, match.end)
        for match in engine.find(plain, column=column) if match.kind == kind
    ]  # fmt: skip
    wanted = [] if one.category == DECOY else spans
    if got != wanted:
        yield Broken(one.id, text, f"{kind} found at {got}, expected at {wanted}")


def _ignored(one: Recogniser, engine: Engine, text: str) -> Iterator[Broken]:
    got = [match for match in engine.find(text) if match.kind == one.kind]
    if got:
        yield Broken(one.id, text, f"{one.kind} found at {[(m.start, m.end) for m in got]}")
