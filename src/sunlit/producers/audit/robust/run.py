"""Asks a model about inputs as they are, and changed, in one pass; counts what flips."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from sunlit.base.errors import VerificationError
from sunlit.producers.audit.robust.answers import (
    CUT,
    Answers,
    Array,
    Batch,
    Case,
    Model,
    answered,
    as_labels,
    rows_of,
)

Progress = Callable[[int], None]


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one change did. Of `rows`, `flips` got another answer; `refused` more got none.

    With outcomes: `right` were right as they were, `lost` became wrong, `won` became right; of
    `characters` that should be read, `errors` were wrong before and `errors_after` after.
    """

    case: Case
    rows: int = 0
    flips: int = 0
    refused: int = 0
    right: int = 0
    lost: int = 0
    won: int = 0
    characters: int = 0
    errors: int = 0
    errors_after: int = 0


@dataclass(slots=True, kw_only=True)
class Counted:
    """All tallies; `rows` were asked about, `unanswered` were refused as they are."""

    tallies: list[Tally]
    rows: int = 0
    unanswered: int = 0
    with_outcome: bool = False
    first: tuple[Batch, Answers] | None = None
    labels: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`most` inputs at most are asked about; `reads_text` compares answers letter by letter."""

    seed: int = 0
    cut: float = CUT
    most: int = 100_000
    reads_text: bool = False


def run(
    model: Model,
    cases: Sequence[Case],
    chunks: Iterable[tuple[Batch, Array | None]],
    settings: Settings,
    progress: Progress | None = None,
) -> Counted:
    """Ask about every chunk as it is, and once for every case.

    The random numbers of a case and chunk follow from seed, case and chunk alone.

    Raises:
        MalformedError: `robust.bad-answer`.
        VerificationError: `robust.not-repeatable`, `robust.refuses-all`.
    """
    found = Counted(tallies=[Tally(case=one) for one in cases])
    for number, (batch, truth) in enumerate(chunks):
        rows = rows_of(batch)
        if found.rows + rows > settings.most:
            break
        found.rows += rows
        base = answered(model, batch, settings.cut)
        if base is None:
            found.unanswered += rows
        else:
            if found.first is None:
                _repeatable(model, batch, base, settings)
                found.first = (batch, base)
            found.with_outcome = truth is not None
            wanted = None if truth is None else as_labels(truth)
            for place, tally in enumerate(found.tallies):
                rng = np.random.default_rng([settings.seed, place, number])
                changed = answered(model, tally.case.apply(batch, rng), settings.cut)
                _count(tally, base, changed, wanted, reads_text=settings.reads_text)
        if progress:
            progress(found.rows)
    if found.first is None:
        raise VerificationError(
            "robust.refuses-all", "the model answers none of the rows as they are",
            mend="check the columns that it takes, and their order, with --feature",
        )  # fmt: skip
    return found


def _repeatable(model: Model, batch: Batch, base: Answers, settings: Settings) -> None:
    again = answered(model, batch, settings.cut)
    if again is None or not np.array_equal(again.labels, base.labels):
        raise VerificationError(
            "robust.not-repeatable", "the model, asked again, answers the same rows in another way",
            mend="fix its seed or its temperature: else flips cannot be told from chance",
        )  # fmt: skip


def _count(
    tally: Tally, base: Answers, changed: Answers | None, wanted: Array | None, *, reads_text: bool
) -> None:
    rows = len(base.labels)
    if changed is None:
        tally.refused += rows
        return
    tally.rows += rows
    tally.flips += int((changed.labels != base.labels).sum())
    if wanted is None:
        return
    before, after = base.labels == wanted, changed.labels == wanted
    tally.right += int(before.sum())
    tally.lost += int((before & ~after).sum())
    tally.won += int((~before & after).sum())
    if reads_text:
        for was, now, should in zip(base.labels, changed.labels, wanted, strict=True):
            tally.characters += len(should)
            tally.errors += edits(was, should)
            tally.errors_after += edits(now, should)


def edits(first: str, second: str) -> int:
    """Return the least number of letters to put in, take out or replace (Levenshtein)."""
    row = list(range(len(second) + 1))
    for at, letter in enumerate(first, 1):
        diagonal, row[0] = row[0], at
        for place, other in enumerate(second, 1):
            diagonal, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, diagonal + (letter != other)),
            )
    return row[-1]
