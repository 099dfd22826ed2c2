"""What a method finds for one decision, before it is checked and written down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sunlit.guard.explain.methods import Estimand, Link


@dataclass(frozen=True, slots=True)
class Term:
    """One named part of the sum. `value` is the feature's value as the model saw it, as text.

    None: the value is missing, or the term joins several features.
    """

    name: str
    contribution: float
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Base and terms, and the raw output that the model itself gives for the same row.

    `target` is the class whose score is explained, where a model has one score a class;
    `answers` are the raw outputs of all its classes, in their order.
    """

    base: float
    terms: tuple[Term, ...]
    raw: float
    target: str | None = None
    answers: tuple[float, ...] = ()
    place: int = 0  # of the target among `answers`


def chosen_class(raw: Sequence[float], target: int | None) -> int:
    """Return the place of the class to explain: `target`, or the one with the highest score.

    Raises:
        IndexError: there is no such class.
    """
    if target is None or len(raw) == 1:
        return max(range(len(raw)), key=lambda at: raw[at])
    if not 0 <= target < len(raw):
        raise IndexError(target)
    return target


class Method(Protocol):
    """One way to explain one model; all libraries are behind this."""

    @property
    def method(self) -> str:
        """A name of `METHODS`."""
        ...

    @property
    def estimand(self) -> Estimand:
        """What the contributions share out."""
        ...

    @property
    def link(self) -> Link:
        """What turns raw output into the answer."""
        ...

    @property
    def library(self) -> str:
        """Name and version of the library that computes, with one space between."""
        ...

    @property
    def background(self) -> str | None:
        """Hex SHA-256 of the background rows, for an interventional estimand."""
        ...

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What the library raises when it cannot explain an input."""
        ...

    def terms(self, inputs: object) -> Terms:
        """Explain one decision's inputs.

        Raises:
            VerificationError: `explain.*`.
            UnavailableError: `explain.no-library`.
        """
        ...


ReadOutput = Callable[[object], float]
"""Finds, in what a decision put out, the number that the model gave."""
