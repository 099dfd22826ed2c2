"""A check that held: what a decision may now be made under, and then be recorded under."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from sunlit.base.errors import MalformedError, SunlitError
from sunlit.decision.record import Kind, Record, State
from sunlit.guard.declared import Context, Declared
from sunlit.guard.judge import BREAKABLE, expect_allowed, expect_now
from sunlit.guard.standing import Standing


class Spent:
    """How many decisions were recorded under one permit. Threads may share it."""

    __slots__ = ("_count", "_mutex")

    def __init__(self) -> None:
        self._count, self._mutex = 0, Lock()

    def add(self, count: int, most: int) -> None:
        """Take `count` more of `most`, or none.

        Raises:
            MalformedError: `guard.too-many`.
        """
        with self._mutex:
            if self._count + count > most:
                raise MalformedError(
                    "guard.too-many", "more decisions than were asked for",
                    expected=str(most), got=str(self._count + count),
                    mend="check again: each permit is for so many decisions, once",
                )  # fmt: skip
            self._count += count


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What was allowed, at `at`, for `count` decisions.

    `broken` are the codes of refusals that break-glass overrode, for the stated `reasons`.
    """

    at: datetime
    standing: Standing
    declared: Declared
    state: State
    count: int = 1
    broken: tuple[str, ...] = ()
    reasons: str | None = field(default=None, repr=False)
    context: Context = field(default_factory=Context, repr=False)
    spent: Spent = field(default_factory=Spent, compare=False, repr=False)

    def spend(self, count: int) -> None:
        """Use up `count` of its decisions: what was counted once is not made twice.

        Raises:
            MalformedError: `guard.too-many`.
        """
        self.spent.add(count, self.count)

    @property
    def release(self) -> str:
        """The manifest digest of the release."""
        return self.standing.release

    @property
    def masks(self) -> tuple[str, ...]:
        """The names of what the token orders to mask."""
        return self.standing.constraints.masks

    def expect_still(self, standing: Standing, at: datetime) -> None:
        """Check, when the model has answered, that nothing ended meanwhile.

        Raises:
            SunlitError: as the check does; what break-glass opened stays open.
        """
        expect_allowed(standing, self.declared, at)
        for error in expect_now(standing, at):
            if error.code not in self.broken:
                raise error

    def record(self, standing: Standing, state: State) -> Record:
        """Return the record of a decision under this permit, without id, time and commitments."""
        declared, grant = self.declared, standing.token.claims
        return Record(
            kind=Kind.DECISION, id="", time=self.at, token=standing.token.grant_id,
            release=grant.release, use=declared.use, deployer=grant.deployer,
            jurisdiction=declared.jurisdiction, data_class=declared.data_class,
            binding=declared.binding, oversight=grant.oversight, state=state,
            status=None if standing.status is None else standing.status.digest,
            trust=standing.trust.version, break_glass=self.broken[0] if self.broken else None,
            masked=standing.constraints.masks,
        )  # fmt: skip


def overridden(errors: Iterable[SunlitError], standing: Standing, reasons: str | None) -> list[str]:
    """Return the codes of refusals that break-glass overrides; raise the first that it may not."""
    opens = standing.token.claims.break_glass is not None and reasons is not None
    found: list[str] = []
    for error in errors:
        if not opens or error.code not in BREAKABLE:
            raise error
        found.append(error.code)
    return found
