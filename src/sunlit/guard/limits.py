"""Limits in a token, `rate:<n>/<second|minute|hour|day>`, `volume:<n>`, and orders to mask.

The orders are `mask:<name>` and `mask-plan:<sha256>`, the digest of a mask plan.

A constraint of the form `word:something` is for machines; whoever does not know its word may not
go on as if it were not there. Anything else is prose for people.

A rate is exact: never more than n decisions in any window of that many seconds of the clock.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sunlit.base.errors import VerificationError

SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
MAX_COUNT: Final = 2**32 - 1
_CODED: Final = re.compile(r"[a-z-]+:\S+")
_RATE: Final = re.compile(r"rate:([0-9]{1,10})/(second|minute|hour|day)")
_VOLUME: Final = re.compile(r"volume:([0-9]{1,10})")
_MASK: Final = re.compile(r"mask:([a-z0-9][a-z0-9-]*)")
# Masking after one plan: a mask whose name is the constraint, which no `mask:` can have.
_PLAN: Final = re.compile(r"mask-plan:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` decisions in any `seconds` seconds."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Volume:
    """At most `count` decisions under the token, ever."""

    count: int


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a token's constraints order; `unknown` holds the first that nobody here knows."""

    rates: tuple[Rate, ...] = ()
    volumes: tuple[Volume, ...] = ()
    masks: tuple[str, ...] = ()
    unknown: str | None = None

    @property
    def are_counted(self) -> bool:
        """Whether decisions must be counted."""
        return bool(self.rates or self.volumes)

    def expect_known(self) -> None:
        """Check that every coded constraint is one that this version enforces.

        Raises:
            VerificationError: `guard.constraint-unknown`.
        """
        if self.unknown is not None:
            raise VerificationError(
                "guard.constraint-unknown", "the token has a limit that this guard does not know",
                expected="rate:, volume:, mask: or mask-plan:", got=self.unknown[:80],
                mend="use a newer sunlit",
            )  # fmt: skip


def read_constraints(texts: Iterable[str]) -> Constraints:
    """Read the constraints of a token; prose is passed over."""
    rates: list[Rate] = []
    volumes: list[Volume] = []
    masks: list[str] = []
    unknown: str | None = None
    for text in texts:
        rate, volume, mask = _RATE.fullmatch(text), _VOLUME.fullmatch(text), _MASK.fullmatch(text)
        if rate and int(rate[1]) <= MAX_COUNT:
            rates.append(Rate(int(rate[1]), SECONDS[rate[2]]))
        elif volume and int(volume[1]) <= MAX_COUNT:
            volumes.append(Volume(int(volume[1])))
        elif mask:
            masks.append(mask[1])
        elif _PLAN.fullmatch(text):
            masks.append(text)
        elif _CODED.fullmatch(text):
            unknown = unknown or text
    return Constraints(tuple(rates), tuple(volumes), tuple(dict.fromkeys(masks)), unknown)
