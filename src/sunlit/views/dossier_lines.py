"""What a dossier is made of: sections of lines, and the facts that they are read from.

A record and its content come in by their shape (`sunlit.decision` reads and writes files, a view
does not).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.claims.lifecycle import TokenGrant
from sunlit.claims.risk import Use

C = TypeVar("C", bound=Claim)


@dataclass(frozen=True, slots=True)
class Line:
    """One fact. `value` None: nobody said; it is shown as a blank, never left out.

    `source` says who says it, `when` the time at which they did; lines of a `group` may be shown
    as a table, or a chart, of their own.
    """

    label: str
    value: str | None
    source: str | None = None
    when: datetime | None = None
    group: str | None = None  # "input" or "contribution": one of many of its kind


@dataclass(frozen=True, slots=True)
class Section:
    """One of the six kinds of explanation, and the question that it answers."""

    title: str
    question: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known about one decision, in six sections."""

    sections: tuple[Section, ...]


class Recorded(Protocol):
    """A record of a decision log, as `sunlit.decision.record.Record` has it."""

    @property
    def kind(self) -> str: ...  # noqa: D102 - spec/decision-record.md says what each one is
    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def time(self) -> datetime: ...  # noqa: D102
    @property
    def release(self) -> str | None: ...  # noqa: D102
    @property
    def use(self) -> str | None: ...  # noqa: D102
    @property
    def deployer(self) -> str | None: ...  # noqa: D102
    @property
    def jurisdiction(self) -> str | None: ...  # noqa: D102
    @property
    def data_class(self) -> str | None: ...  # noqa: D102
    @property
    def binding(self) -> str | None: ...  # noqa: D102
    @property
    def oversight(self) -> str | None: ...  # noqa: D102
    @property
    def state(self) -> str | None: ...  # noqa: D102
    @property
    def break_glass(self) -> str | None: ...  # noqa: D102
    @property
    def masked(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def role(self) -> str | None: ...  # noqa: D102
    @property
    def result(self) -> str | None: ...  # noqa: D102


class Value(Protocol):
    """One opened value, as `sunlit.decision.content.Field` has it."""

    @property
    def type(self) -> str:
        """The media type."""
        ...

    @property
    def value(self) -> bytes:
        """The bytes."""
        ...


class Values(Protocol):
    """Opened values by name, as `sunlit.decision.content.Content` has them."""

    @property
    def fields(self) -> Mapping[str, Value]:
        """The values that are opened."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What every section is read from. `organisations` maps key ids to who signs with them."""

    record: Recorded
    content: Values | None
    grant: TokenGrant | None
    statements: Sequence[Admitted]
    later: Sequence[Recorded] = ()
    organisations: Mapping[str, str] = field(default_factory=dict)

    def opened(self, name: str) -> Value | None:
        """Return an opened value, None when it is closed, erased or was never there."""
        return self.content.fields.get(name) if self.content else None

    def said(self, kind: type[C]) -> Iterator[tuple[Admitted, C]]:
        """Yield every statement with a claim of this class, in the order given.

        What is said of another use, or of another deployer's, is left out.
        """
        for one in self.statements:
            if isinstance(one.claim, kind) and self._concerns(one.claim):
                yield one, one.claim

    def _concerns(self, claim: Claim) -> bool:
        record = self.record
        use = claim.id if isinstance(claim, Use) else getattr(claim, "use", None)
        deployer = getattr(claim, "deployer", None)
        return (use is None or record.use in (None, use)) and (
            deployer is None or record.deployer in (None, deployer)
        )

    def latest(self, kind: type[C]) -> tuple[Admitted, C] | None:
        """Return the last statement with a claim of this class."""
        return next(reversed(list(self.said(kind))), None)

    def told(self, kind: type[C], name: str) -> tuple[str | None, Admitted | None]:
        """Return what the last statement of this class says in one field, and the statement."""
        found = self.latest(kind)
        if found is None:
            return None, None
        value = getattr(found[1], name)
        return (None if value is None else str(value)), found[0]

    def recorded(self, label: str, value: str | None) -> Line:
        """Return a line that the decision record speaks for."""
        if not value:
            return Line(label, None)
        who = f"decision record of {self.record.deployer}" if self.record.deployer else None
        return Line(label, value, who or "decision record", self.record.time)

    def opens(self, label: str, value: str | None, group: str | None = None) -> Line:
        """Return a line read from opened content."""
        if not value:
            return Line(label, None, group=group)
        return Line(label, value, "decision record, opened content", self.record.time, group)

    def granted(self, label: str, value: str | None) -> Line:
        """Return a line that the safety token speaks for."""
        if self.grant is None or not value:
            return Line(label, None)
        return Line(label, value, f"safety token of {self.grant.issuer}", self.grant.granted_on)

    def stated(self, label: str, value: str | None, said: Admitted | None) -> Line:
        """Return a line that a statement speaks for."""
        if said is None or not value:
            return Line(label, None)
        return Line(label, value, self.source(said), said.admitted_at)

    def source(self, said: Admitted) -> str:
        """Say who signed a statement: organisations where they are known, else keys."""
        if said.is_draft:
            return f"unsigned draft {said.statement_id[:16]}"
        names = {self.organisations.get(key, f"key {key[:16]}") for key in said.signers}
        who = " and ".join(sorted(names)) or "nobody whose key is known"
        return f"{who}, statement {said.statement_id[:16]}"
