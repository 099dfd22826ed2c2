"""What the directory keeps of authority statements: where each was said, and by which keys."""

from dataclasses import dataclass
from datetime import datetime

from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Accreditation, Conflict, Organisation, Revocation, Role
from sunlit.statement.keys import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An entry: its log, index and admission time."""

    origin: str
    index: int
    at: datetime

    @classmethod
    def of(cls, said: Admitted) -> "Place | None":
        """Return where this was admitted; None for a draft."""
        if said.origin is None or said.index is None or said.admitted_at is None:
            return None
        return cls(origin=said.origin, index=said.index, at=said.admitted_at)

    def precedes(self, other: "Place") -> bool:
        """Tell whether this entry came before: by index in one log, by time across logs.

        Logs write whole seconds, so of two entries of two logs in one second neither is known
        to be later; each then precedes the other, which serves registrations.
        """
        if self.origin == other.origin:
            return self.index < other.index
        return self.at <= other.at

    def follows(self, other: "Place") -> bool:
        """Tell whether this entry came after; across logs the same second counts as after."""
        return other.precedes(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The statement that a record rests on, and those of its signers who were entitled.

    `serial` counts authority statements in the order in which they were acted on.
    """

    place: Place
    serial: int
    statement_id: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A key with its organisation and roles. `basis` is None for keys of the trust file."""

    key: PublicKey
    organisation: str
    roles: frozenset[Role]
    label: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    basis: Basis | None = None

    def is_valid(self, at: datetime) -> bool:
        """Tell whether `at` lies in the key's own interval: from its first second, not its last."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_until is None or at < self.valid_until
        )

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The statement that registered the key; none for keys of the trust file."""
        return () if self.basis is None else (self.basis.statement_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRecord:
    """An organisation as a root organisation or a parent described it last."""

    claim: Organisation
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class AccreditationRecord:
    """An accreditation that an accreditor of the trust file gave."""

    claim: Accreditation
    basis: Basis

    def covers(self, assessor: str, scope: str, entry: Place, at: datetime) -> bool:
        """Tell whether it was given before `entry` and is in force both then and at `at`."""
        return (
            self.claim.assessor == assessor
            and scope in self.claim.scopes
            and self.basis.place.precedes(entry)
            and all(
                self.claim.valid_from <= time < self.claim.valid_until for time in (entry.at, at)
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRecord:
    """An interest that an organisation declared, or a root organisation for it."""

    claim: Conflict
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRecord:
    """A revocation. `rank` is 0 by a root organisation, 1 by a parent, 2 by the key's own."""

    claim: Revocation
    basis: Basis
    organisation: str
    rank: int

    def covers(self, entry: Place) -> bool:
        """Tell whether what was admitted at `entry` has lost the key's authority."""
        since = self.claim.compromised_since
        if since is not None and entry.at >= since:
            return True
        return entry.follows(self.basis.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacedRecord:
    """A later word of the same organisation that takes an accreditation or conflict back."""

    statement_id: str
    basis: Basis
