"""What the two boosters' answers have in common: columns a feature and the base as the last."""

from collections.abc import Sequence

from sunlit.guard.explain.row import shown
from sunlit.guard.explain.terms import Term, Terms, chosen_class


def boosted_terms(
    names: Sequence[str],
    row: Sequence[float],
    contributions: Sequence[Sequence[float]],
    raw: Sequence[float],
    target: int | None,
) -> Terms:
    """Return the terms of one class.

    `contributions` are, a class, one number a feature and then the base; `raw` one number a
    class. Without `target`, the class with the highest raw output is explained: the answer.
    """
    chosen = chosen_class(raw, target)
    *parts, base = contributions[chosen]
    terms = tuple(
        Term(name, float(part), shown(value))
        for name, part, value in zip(names, parts, row, strict=True)
    )
    several = len(raw) > 1
    return Terms(
        base=float(base), terms=terms, raw=float(raw[chosen]), place=chosen,
        target=str(chosen) if several else None,
        answers=tuple(float(one) for one in raw) if several else (),
    )  # fmt: skip
