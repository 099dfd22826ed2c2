"""What the shipped profiles ask: a claim is held to them, and not to its own word.

The same limits as `producers/data/risk/profiles.toml`, which has the source of each; a test
compares the two. All figures lie between 0 and 1, and less is better.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from sunlit.claims.privacy import Figure, Reidentification

LIMITS: Final[Mapping[str, Mapping[str, Decimal]]] = {
    "public-release": {"prosecutor-highest": Decimal("0.091")},
    "sensitive-release": {"prosecutor-highest": Decimal("0.05")},
    "controlled-training": {
        "population-uniqueness": Decimal("0.05"),
        "prosecutor-average": Decimal("0.2"),
        "records-at-risk": Decimal("0.2"),
    },
}
RULED_OUT: Final = frozenset({"identifying-columns", "unmeasured-columns", "unread-files"})
SHARES: Final = RULED_OUT | {
    "journalist-at-risk", "journalist-average", "journalist-highest", "marketer",
    "population-uniqueness", "prosecutor-average", "prosecutor-highest", "records-at-risk",
    "sample-uniqueness",
}  # fmt: skip


def missed(measured: Reidentification) -> tuple[str, ...]:
    """Return the names of figures over a limit: their own, their profile's, or by their word."""
    limits = LIMITS.get(measured.profile, {})
    return tuple(one.name for one in measured.figures if _is_missed(one, limits))


def _is_missed(one: Figure, limits: Mapping[str, Decimal]) -> bool:
    if one.met is False:
        return True
    if one.attribute is not None or one.name not in SHARES:
        return False
    bounds = [one.threshold, limits.get(one.name), Decimal(0) if one.name in RULED_OUT else None]
    known = [bound for bound in bounds if bound is not None]
    return bool(known) and _upper(one) > min(known)


def _upper(one: Figure) -> Decimal:
    ends = [end for end in (one.value, one.high) if end is not None]
    return max(ends, default=Decimal(1))  # what could not be had counts as 1
