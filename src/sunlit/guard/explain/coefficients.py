"""A linear score published as JSON: an intercept and coefficients by name, no library at all."""

import math
from collections.abc import Mapping
from typing import Final, Self

from sunlit import __version__
from sunlit.base import canonical
from sunlit.base.errors import MalformedError
from sunlit.guard.explain.explainer import answer_of
from sunlit.guard.explain.methods import Estimand, Link
from sunlit.guard.explain.row import row_of, shown
from sunlit.guard.explain.terms import Term, Terms

MALFORMED: Final = "explain.coefficients"


class Coefficients:
    """Explains, and computes, `intercept + sum(coefficient x feature)` through a link.

    A callable model as well: `Coefficients.parse(data)(inputs)` is its answer.
    """

    method = "linear-terms"
    estimand = Estimand.TERMS
    background = None
    library = f"sunlit {__version__}"
    errors: tuple[type[Exception], ...] = ()

    def __init__(self, intercept: float, coefficients: Mapping[str, float], link: Link) -> None:
        self.link = link
        self._intercept = intercept
        self._coefficients = dict(coefficients)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read `{"intercept", "coefficients": {name: number}, "link"}`, numbers or their texts.

        Raises:
            MalformedError: `explain.coefficients`, `json.*`.
        """
        found = canonical.decode_object(data, what="the file of coefficients")
        rows = found.get("coefficients")
        if not isinstance(rows, dict) or not rows:
            raise MalformedError(MALFORMED, "the file has no coefficients by name")
        links = {str(one): one for one in (Link.IDENTITY, Link.LOGIT, Link.LOG)}
        link = links.get(str(found.get("link", Link.IDENTITY)))
        if link is None:
            raise MalformedError(
                MALFORMED, "the link is not a known one", expected=", ".join(links)
            )
        return cls(
            _number(found.get("intercept", 0)),
            {str(name): _number(value) for name, value in rows.items()}, link,
        )  # fmt: skip

    def __call__(self, inputs: object) -> float:
        """Return the answer for one row."""
        return answer_of(self.terms(inputs), self.link)

    def terms(self, inputs: object) -> Terms:
        """Return intercept and terms; the raw output is their plain sum, from left to right."""
        names = list(self._coefficients)
        row = row_of(inputs, names)
        parts = [self._coefficients[name] * value for name, value in zip(names, row, strict=True)]
        return Terms(
            base=self._intercept, raw=sum(parts, self._intercept),
            terms=tuple(
                Term(name, part, shown(value))
                for name, part, value in zip(names, parts, row, strict=True)
            ),
        )  # fmt: skip


def _number(value: object) -> float:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
    raise MalformedError(MALFORMED, "a coefficient is no finite decimal number")
