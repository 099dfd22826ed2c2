"""Names of people, addresses and organisations in prose, on a stated sample or in all of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from sunlit.producers.data.scan_decide import Find
from sunlit.producers.data.scan_names_model import (
    CATEGORIES,
    CONFIDENCE,
    ENTITIES,
    MODEL,
    THRESHOLDS,
    TITLES,
    analyzer,
)
from sunlit.producers.data.source import Source
from sunlit.producers.data.source_text import COLUMNS as TEXT_COLUMNS

SAMPLE: Final = 500  # texts of one column, or of all documents
CUT: Final = 10_000  # characters that the model reads at a time
MOST: Final = 400_000  # characters of one column's sample

Told = Callable[[int, int], object]


@dataclass(slots=True)
class NamesLook:
    """What the model found: texts looked at of texts there, and texts that hold each kind."""

    column: str | None
    of: int
    looked: int = 0
    texts: dict[str, int] = field(default_factory=dict)

    def finds(self) -> Iterator[Find]:
        """Return what was found; the rate is of the texts that were looked at."""
        for kind, hits in sorted(self.texts.items()):
            yield Find(
                column=self.column, kind=kind, category=CATEGORIES[kind], by="values",
                rows=self.looked, hits=hits, confidence=CONFIDENCE[kind], title=TITLES[kind],
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NamesModel:
    """Which model looked."""

    name: str
    digest: str


def names_model() -> NamesModel:
    """Check the model's files and load it.

    Raises:
        UnavailableError: `data.no-reader`.
        VerificationError: `data.names-model`.
    """
    return NamesModel(MODEL, analyzer()[1])


def names_in(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (kind, start, end) of the names in a text, in order; a long text is cut at spaces."""
    engine, _ = analyzer()
    for start, piece in _pieces(text):
        found = engine.analyze(text=piece, language="en", entities=list(ENTITIES))
        for one in sorted(found, key=lambda one: (one.start, one.end)):
            kind = ENTITIES[one.entity_type]
            if one.score >= THRESHOLDS[kind] and _is_likely(piece[one.start : one.end]):
                yield kind, start + one.start, start + one.end


def _is_likely(name: str) -> bool:
    """Refuse what the model is known to take for names: codes, numbers, words in small letters."""
    letters = [one for one in name if one.isalpha()]
    has_digit = any(map(str.isdigit, name))
    return len(letters) >= 2 and not has_digit and any(map(str.isupper, letters))


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    while start < len(text):
        end = start + CUT
        if end < len(text):
            space = max(text.rfind("\n", start, end), text.rfind(" ", start, end))
            end = space + 1 if space > start else end
        yield start, text[start:end]
        start = end


def look_for_names(
    source: Source, columns: Sequence[str], rows: int, *, whole: bool, told: Told
) -> list[NamesLook]:
    """Look for names in prose columns, or in all documents when there are no columns."""
    looks = []
    for number, column in enumerate(columns or [None]):
        texts = _texts(source, column)
        chosen = texts if whole else _sample(texts, max(1, rows // SAMPLE))
        one = NamesLook(column, rows)
        for text in chosen:
            _add(one, text)
            told(number * rows + one.looked, rows * max(1, len(columns)))
        looks.append(one)
    return looks


def _add(look: NamesLook, text: str) -> None:
    look.looked += 1
    for kind in {kind for kind, _, _ in names_in(text)}:
        look.texts[kind] = look.texts.get(kind, 0) + 1


def _texts(source: Source, column: str | None) -> Iterator[str]:
    name = TEXT_COLUMNS[2] if column is None else column
    for batch in source.batches([name]):
        yield from (str(one) for one in batch.column(0).to_pylist() if one)


def _sample(texts: Iterable[str], step: int) -> Iterator[str]:
    """Yield every `step`-th text, the first included, until they hold `MOST` characters."""
    left = MOST
    for text in islice(texts, 0, None, step):
        if left <= 0:
            return
        yield text[:left]
        left -= len(text)
