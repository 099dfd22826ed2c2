"""What the directory answers: yes or no, why, on which statements, until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer to "may this be?".

    `rests_on` are statement ids: none where the trust file itself says so. `expires` is the
    earliest time at which something that a yes relies on stops counting.
    """

    allowed: bool
    reason: str
    rests_on: tuple[str, ...] = ()
    expires: datetime | None = None

    def __bool__(self) -> bool:
        """Tell whether it is a yes."""
        return self.allowed

    @property
    def outcome(self) -> bool:
        """Tell whether it is a yes."""
        return self.allowed

    @classmethod
    def yes(
        cls, reason: str, rests_on: Iterable[str] = (), *, expires: datetime | None = None
    ) -> "Answer":
        """Return a yes."""
        return cls(allowed=True, reason=reason, rests_on=tuple(rests_on), expires=expires)

    @classmethod
    def no(cls, reason: str, rests_on: Iterable[str] = ()) -> "Answer":
        """Return a no."""
        return cls(allowed=False, reason=reason, rests_on=tuple(rests_on))


def earliest(*times: datetime | None) -> datetime | None:
    """Return the earliest of the times that are known."""
    return min((time for time in times if time is not None), default=None)
