"""How well a detector does on the corpus: counts with exact intervals, as data and as a table."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from scipy.stats import beta

from tests.data_corpus.corpus import CHECKED, Document, Truth

OVERLAP: Final = 0.8  # of a value's characters that must be found
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Found:
    """What a detector says; `kind` in the corpus's names, None where it is none of those."""

    start: int
    end: int
    kind: str | None


Detector = Callable[[str], Sequence[Found]]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its exact (Clopper-Pearson) 95 % interval."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        """The share, or None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """The interval's ends."""
        out = (1 - LEVEL) / 2
        missed = self.of - self.hits
        low = beta.ppf(out, self.hits, missed + 1) if self.hits else 0.0
        high = beta.ppf(1 - out, self.hits + 1, missed) if missed else 1.0
        return float(low), float(high)

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.hits + other.hits, self.of + other.of)

    def __str__(self) -> str:
        if self.share is None:
            return "-"
        low, high = self.interval
        return f"{self.share:.3f} ({low:.3f}-{high:.3f})"

    def to_json(self) -> dict[str, Any]:
        """Return the counts, the share and its interval."""
        return {"hits": self.hits, "of": self.of, "share": self.share, "interval": self.interval}


@dataclass(slots=True)
class Tally:
    """Counts of one kind."""

    typed: Counter[bool] = field(default_factory=Counter)  # by whether a word beside it says so
    masked: Counter[bool] = field(default_factory=Counter)
    values: Counter[bool] = field(default_factory=Counter)
    claimed: int = 0  # spans that the detector gave this kind
    right: int = 0  # of those, spans on a value of this kind


@dataclass(frozen=True, slots=True)
class Score:
    """A detector's result on a corpus."""

    kinds: Mapping[str, Tally]
    flagged: Mapping[str, Rate]  # negatives with any span, by family

    def typed(self, *, said: bool, kinds: Iterable[str] = CHECKED) -> Rate:
        """Values given their own kind."""
        return self._rate("typed", said, kinds)

    def masked(self, *, said: bool, kinds: Iterable[str] = CHECKED) -> Rate:
        """Values covered, whatever they were called."""
        return self._rate("masked", said, kinds)

    def precision(self, kinds: Iterable[str] = CHECKED) -> Rate:
        """Spans of a kind that stand on a value of that kind."""
        chosen = [self.kinds[kind] for kind in kinds if kind in self.kinds]
        return Rate(sum(one.right for one in chosen), sum(one.claimed for one in chosen))

    @property
    def negatives(self) -> Rate:
        """Negatives in which anything was found."""
        return sum(self.flagged.values(), Rate(0, 0))

    def _rate(self, what: str, said: bool, kinds: Iterable[str]) -> Rate:  # noqa: FBT001
        chosen = [self.kinds[kind] for kind in kinds if kind in self.kinds]
        hits = sum(getattr(one, what)[said] for one in chosen)
        return Rate(hits, sum(one.values[said] for one in chosen))

    def to_json(self) -> dict[str, Any]:
        """Return all of it as data."""
        return {
            "checked": self._summary(CHECKED),
            "all": self._summary(tuple(self.kinds)),
            "negatives": self.negatives.to_json(),
            "families": {name: rate.to_json() for name, rate in self.flagged.items()},
            "kinds": {kind: self._summary((kind,)) for kind in self.kinds},
        }

    def _summary(self, kinds: Sequence[str]) -> dict[str, Any]:
        return {
            "typed, said": self.typed(said=True, kinds=kinds).to_json(),
            "typed, bare": self.typed(said=False, kinds=kinds).to_json(),
            "masked, said": self.masked(said=True, kinds=kinds).to_json(),
            "masked, bare": self.masked(said=False, kinds=kinds).to_json(),
            "precision": self.precision(kinds).to_json(),
        }


def score(documents: Iterable[Document], detect: Detector) -> Score:
    """Run a detector over the documents and count.

    A value counts as typed where one span of its kind covers at least 80 % of it and is not more
    than half as long again; as masked where all spans together cover at least 80 %.
    """
    kinds: dict[str, Tally] = {}
    flagged: dict[str, Rate] = {}
    for one in documents:
        found = detect(one.text)
        if one.family:
            flagged[one.family] = flagged.get(one.family, Rate(0, 0)) + Rate(int(bool(found)), 1)
        for truth in one.spans:
            _count(kinds.setdefault(truth.kind, Tally()), truth, found)
        for span in found:
            if span.kind is not None:
                tally = kinds.setdefault(span.kind, Tally())
                tally.claimed += 1
                tally.right += any(_is_on(span, truth) for truth in one.spans)
    return Score(dict(sorted(kinds.items())), dict(sorted(flagged.items())))


def _count(tally: Tally, truth: Truth, found: Sequence[Found]) -> None:
    said, length = truth.is_said, truth.end - truth.start
    tally.values[said] += 1
    tally.typed[said] += any(_is_typed(span, truth) for span in found)
    covered = {at for span in found for at in range(span.start, span.end)}
    tally.masked[said] += (
        len(covered.intersection(range(truth.start, truth.end))) >= OVERLAP * length
    )


def _shared(span: Found, truth: Truth) -> int:
    return max(0, min(span.end, truth.end) - max(span.start, truth.start))


def _is_typed(span: Found, truth: Truth) -> bool:
    length = truth.end - truth.start
    is_fitting = span.end - span.start <= 1.5 * length
    return span.kind == truth.kind and is_fitting and _shared(span, truth) >= OVERLAP * length


def _is_on(span: Found, truth: Truth) -> bool:
    return span.kind == truth.kind and 2 * _shared(span, truth) >= span.end - span.start


def table(scores: Mapping[str, Score]) -> str:
    """Return a Markdown table: contenders side by side, one line a figure."""
    lines = [_line(["", *scores]), _line(["---"] * (1 + len(scores)))]
    for name, kinds in (("checksum and format kinds", CHECKED), ("all kinds", None)):
        for what, said in (("typed", True), ("typed", False), ("masked", True), ("masked", False)):
            rates = [
                getattr(one, what)(said=said, kinds=kinds or one.kinds) for one in scores.values()
            ]
            where = "with a word beside it" if said else "bare"
            lines.append(_line([f"{name}: {what}, {where}", *map(str, rates)]))
        precise = [one.precision(kinds or one.kinds) for one in scores.values()]
        lines.append(_line([f"{name}: precision", *map(str, precise)]))
    lines.append(
        _line(["hard negatives flagged", *(str(one.negatives) for one in scores.values())])
    )
    return "\n".join(lines)


def kinds_table(scores: Mapping[str, Score]) -> str:
    """Return a Markdown table of typed recall (said / bare) and precision by kind."""
    heads = [f"{name}: {what}" for name in scores for what in ("said", "bare", "precision")]
    lines = [_line(["kind", *heads]), _line(["---"] * (1 + len(heads)))]
    kinds = sorted({kind for one in scores.values() for kind in one.kinds})
    for kind in kinds:
        cells = [cell for one in scores.values() for cell in _cells(one, kind)]
        lines.append(_line([kind, *cells]))
    return "\n".join(lines)


def _cells(one: Score, kind: str) -> list[str]:
    chosen = (kind,)
    return [
        str(one.typed(said=True, kinds=chosen)),
        str(one.typed(said=False, kinds=chosen)),
        str(one.precision(chosen)),
    ]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
