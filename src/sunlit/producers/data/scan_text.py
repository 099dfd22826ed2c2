"""Looking through documents: which kinds each holds, in how many of them, how often."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sunlit.producers.data.arrow import Batch
from sunlit.producers.data.scan_decide import Find
from sunlit.producers.data.scan_look import SHAPED, KindLook
from sunlit.producers.data.scan_shapes import shown
from sunlit.recognise.engine import Engine
from sunlit.recognise.shape import shape

ENCODED: Final = re.compile(r"(?im)^content-transfer-encoding:\s*(?:base64|quoted-printable)")


@dataclass(slots=True)
class TextLook:
    """What was seen in documents. `times` counts finds of a kind, `kinds` documents with any."""

    documents: int = 0
    characters: int = 0
    with_any: int = 0
    encoded: int = 0
    times: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, KindLook] = field(default_factory=dict)
    _name: str | None = None
    _seen: dict[str, float] = field(default_factory=dict)
    _is_encoded: bool = False

    def batch(self, batch: Batch, engine: Engine) -> None:
        """Look at a batch of (document, part, text), in the documents' order."""
        names: Sequence[str] = batch.column(0).to_pylist()
        texts: Sequence[str] = batch.column(2).to_pylist()
        found = engine.find_many(texts)
        row, match = next(found, (len(texts), None))
        for at, name in enumerate(names):
            self._next(name)
            self.characters += len(texts[at])
            self._is_encoded = self._is_encoded or bool(ENCODED.search(texts[at]))
            while match is not None and row == at:
                self.add(match.kind, match.category, match.confidence,
                         texts[at][match.start : match.end])  # fmt: skip
                row, match = next(found, (len(texts), None))

    def add(self, kind: str, category: str, sure: float, value: str) -> None:
        """Count one find in the document at hand."""
        one = self.kinds.get(kind) or self.kinds.setdefault(kind, KindLook(category))
        self._seen[kind] = max(sure, self._seen.get(kind, 0.0))
        self.times[kind] += 1
        if self.times[kind] <= SHAPED:
            one.shapes[shape(value)] += 1

    def _next(self, name: str) -> None:
        if name != self._name:
            self.finish()
            self._name = name
            self.documents += 1

    def finish(self) -> None:
        """Count the document at hand; call it once more after the last batch."""
        for kind, sure in self._seen.items():
            self.kinds[kind].values += 1
            self.kinds[kind].sure += sure
        self.with_any += bool(self._seen)
        self.encoded += self._is_encoded
        self._seen, self._is_encoded = {}, False

    def finds(self) -> Iterable[Find]:
        """Return what was found, in documents."""
        for kind, seen in sorted(self.kinds.items()):
            yield Find(
                column=None, kind=kind, category=seen.category, by="values", rows=self.documents,
                hits=round(seen.values), confidence=seen.sure / max(1, seen.values),
                shapes=tuple(shown(seen.shapes, seen.category)),
            )  # fmt: skip
