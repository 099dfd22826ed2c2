"""The directory: who may sign what, at an entry. A value; `fold` makes the next one.

Questions are answered for an entry's place, with everything the directory has heard since: a
later revocation with `compromised_since` takes authority from earlier entries, and whoever
registered a key must not have lost theirs at that entry.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sunlit.authority.accreditation import covering, why_none
from sunlit.authority.answer import Answer
from sunlit.authority.independence import independence
from sunlit.authority.records import (
    AccreditationRecord,
    Basis,
    ConflictRecord,
    KeyRecord,
    OrganisationRecord,
    Place,
    ReplacedRecord,
    RevocationRecord,
)
from sunlit.authority.trustfile import TrustFile
from sunlit.base.wording import fixed, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Organisation, Role
from sunlit.statement.keys import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The fold of authority statements, rooted in a trust file.

    `key_records` holds, for each key id, what was said of it in order; `acted_on` the ids of
    the statements that changed something; `lost` the serials of key records whose registrants
    have since lost authority at that entry.
    """

    trust: TrustFile | None = None
    key_records: Mapping[str, tuple[KeyRecord, ...]] = field(default_factory=dict)
    organisation_records: Mapping[str, OrganisationRecord] = field(default_factory=dict)
    accreditations: tuple[AccreditationRecord, ...] = ()
    conflicts: tuple[ConflictRecord, ...] = ()
    heard_revocations: tuple[RevocationRecord, ...] = ()
    revocations: tuple[RevocationRecord, ...] = ()
    replaced: tuple[ReplacedRecord, ...] = ()
    closed: Mapping[str, str | None] = field(default_factory=dict)
    acted_on: frozenset[str] = frozenset()
    lost: frozenset[int] = frozenset()
    # What was found out of the above: only of what is named there, so that it stays small.
    _found: dict[tuple[object, ...], object] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def empty(cls) -> "Directory":
        """Return the directory of somebody who trusts nobody yet: it answers no."""
        return cls()

    @classmethod
    def rooted(cls, trust: TrustFile) -> "Directory":
        """Return the directory that only a trust file speaks for."""
        records: dict[str, tuple[KeyRecord, ...]] = {}
        for organisation, role, key in trust.statement_keys():
            records[key.public.key_id] = (
                KeyRecord(
                    key=key.public, organisation=organisation, roles=frozenset({role}),
                    label=key.label, valid_from=key.valid_from, valid_until=key.valid_until,
                ),
            )  # fmt: skip
        return cls(trust=trust, key_records=records)

    # --- keys ------------------------------------------------------------------------------

    def keys(self) -> tuple[PublicKey, ...]:
        """Return every key that was ever registered, for verifying envelopes."""
        return tuple(records[-1].key for records in self.key_records.values())

    def key(self, key_id: str) -> KeyRecord | None:
        """Return what was said of a key last."""
        records = self.key_records.get(key_id)
        return records[-1] if records else None

    def organisation_of(self, key_id: str) -> str | None:
        """Return the one organisation that a key belongs to."""
        record = self.key(key_id)
        return record.organisation if record else None

    def record_at(self, key_id: str, place: Place) -> KeyRecord | None:
        """Return what had been said of a key before an entry."""
        for record in reversed(self.key_records.get(key_id, ())):
            if record.basis is None or record.basis.place.precedes(place):
                return record
        return None

    def why_not(self, key_id: str, place: Place, lost: Collection[int] | None = None) -> str | None:
        """Return why a key had no authority at an entry; None when it had.

        `lost` stands in for the directory's own while that is being worked out.
        """
        held = self.held(key_id, place, lost)
        return held if isinstance(held, str) else None

    def held(
        self, key_id: str, place: Place, lost: Collection[int] | None = None
    ) -> KeyRecord | str:
        """Return the record of a key that had authority at an entry; else why it had none."""
        record = self.record_at(key_id, place)
        if record is None:
            return text("the key was not registered before this entry")
        if record.basis is not None and record.basis.serial in (
            self.lost if lost is None else lost
        ):
            return text("whoever registered the key had lost the authority to")
        if not record.is_valid(place.at):
            return text("the key was not valid at this entry's time")
        if self.revocations and any(
            it.claim.key_id == key_id and it.covers(place) for it in self.revocations
        ):
            return text("the key is revoked for this entry")
        return record

    def in_force(self, said: Admitted) -> tuple[KeyRecord, ...]:
        """Return the records of the keys that signed `said` and had authority at its entry."""
        place = Place.of(said)
        if place is None:
            return ()
        held = [self.held(signer, place) for signer in said.signers]
        return tuple([record for record in held if not isinstance(record, str)])

    # --- organisations ---------------------------------------------------------------------

    @property
    def roots(self) -> frozenset[str]:
        """The root organisations."""
        return frozenset(one.id for one in self.trust.organisations) if self.trust else frozenset()

    def organisation(self, organisation: str) -> Organisation | None:
        """Return how an organisation was described last, by somebody whose word still stands."""
        record = self.organisation_records.get(organisation)
        return record.claim if record is not None and self.stands(record.basis) else None

    def knows(self, organisation: str) -> bool:
        """Tell whether an organisation is rooted: described by one that may, or a root itself."""
        return organisation in self.roots or self.organisation(organisation) is not None

    def organisations(self, said: Admitted) -> frozenset[str]:
        """Return the organisations whose keys signed `said`, in force at its entry."""
        return frozenset(record.organisation for record in self.in_force(said))

    def parents(self, organisation: str) -> frozenset[str]:
        """Return the organisation and all above it."""
        known = self._found.get(("parents", organisation))
        return cast("frozenset[str]", known) if known else self._parents(organisation)

    def _parents(self, organisation: str) -> frozenset[str]:
        found: set[str] = set()
        todo = [organisation]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                claim = self.organisation(name)
                todo.extend(claim.parents if claim else ())
        if self.knows(organisation):
            self._found["parents", organisation] = frozenset(found)
        return frozenset(found)

    def stands(self, basis: Basis, lost: Collection[int] | None = None) -> bool:
        """Tell whether a signer of a record still has the authority that it had."""
        if lost is not None:
            return any(self.why_not(signer, basis.place, lost) is None for signer in basis.by)
        question = (basis.place.origin, basis.place.index, *basis.by)
        if question not in self._found:
            self._found[question] = self.stands(basis, self.lost)
        return bool(self._found[question])

    def is_replaced(self, statement_id: str) -> bool:
        """Tell whether the organisation that said a thing took it back."""
        return any(
            it.statement_id == statement_id and self.stands(it.basis) for it in self.replaced
        )

    # --- questions -------------------------------------------------------------------------

    def may(
        self,
        said: Admitted,
        role: Role,
        *,
        organisation: str | None = None,
        scope: str | None = None,
        at: datetime,
    ) -> Answer:
        """Tell whether a key that signed this may say it in `role`, at this entry and at `at`.

        `organisation` asks for a key of that one; `scope` asks an assessor for an
        accreditation. Boards, token issuers and accreditors count only as the trust file names
        them.
        """
        place = Place.of(said)
        if place is None:
            return Answer.no("nobody has signed and logged this")
        asked = _Asked(role, organisation, scope, at)
        answer = Answer.no("no key that is known here signed this")
        for signer in said.signers:
            answer = self._may(signer, place, asked)
            if answer.allowed:
                break
        return answer

    def _may(self, signer: str, place: Place, asked: "_Asked") -> Answer:
        record = self.held(signer, place)
        if isinstance(record, str):
            return Answer.no(record)
        if asked.organisation not in (None, record.organisation):
            return Answer.no(
                text(
                    "the signer belongs to %(who)s, not to %(asked)s",
                    who=record.organisation,
                    asked=str(asked.organisation),
                ),
                record.rests_on,
            )
        if asked.role not in record.roles:
            return Answer.no(
                text("the key is not registered as %(role)s", role=fixed(asked.role)),
                record.rests_on,
            )
        if not self._is_rooted(asked.role, signer, record.organisation):
            return Answer.no(
                text(
                    "the trust file does not name it as %(role)s of %(who)s",
                    role=fixed(asked.role),
                    who=record.organisation,
                ),
                record.rests_on,
            )
        if asked.role is not Role.ASSESSOR or asked.scope is None:
            return Answer.yes(f"{record.organisation} may, as {asked.role}", record.rests_on)
        return self._accredited(record, place, asked.scope, asked.at)

    def _accredited(self, record: KeyRecord, place: Place, scope: str, at: datetime) -> Answer:
        found = self.accreditation(record.organisation, scope, place, at)
        if found is None:
            return Answer.no(why_none(self, record.organisation, scope, place, at), record.rests_on)
        return Answer.yes(
            f"{record.organisation} may, as assessor accredited for {scope}",
            (*record.rests_on, found.basis.statement_id), expires=found.claim.valid_until,
        )  # fmt: skip

    def _is_rooted(self, role: Role, key_id: str, organisation: str) -> bool:
        if self.trust is None:
            return False
        if role is Role.ACCREDITOR:
            return organisation in self.trust.accreditors
        if role in (Role.BOARD, Role.TOKEN_ISSUER):
            first = self.key_records[key_id][0]
            return first.basis is None and role in first.roles
        return True

    def accreditation(
        self, assessor: str, scope: str, entry: Place, at: datetime
    ) -> AccreditationRecord | None:
        """Return the accreditation that lasts longest of those that cover an assessment."""
        return covering(self, assessor, scope, entry, at)

    def independent(
        self,
        assessor: str,
        *,
        of: Iterable[str],
        component: str | None,
        at: datetime,
        said: Place | None = None,
    ) -> Answer:
        """Tell whether an organisation has nothing to do with others, or with a component.

        See `independence.independence`.
        """
        return independence(self, assessor, frozenset(of), component, at, said)


@dataclass(frozen=True, slots=True)
class _Asked:
    role: Role
    organisation: str | None
    scope: str | None
    at: datetime
