"""The fold: one admitted claim and a directory give the next directory. Pure.

What was not acted on at its entry is never acted on later; it has to be said again. Only
revocations reach back, through `compromised_since`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from sunlit.authority.directory import Directory
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
from sunlit.authority.settle import settled, still_lost
from sunlit.authority.speech import entitled, said_by
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Withdrawal
from sunlit.claims.authority import (
    Accreditation,
    Conflict,
    Key,
    LogClosed,
    Organisation,
    Revocation,
)
from sunlit.claims.base import Claim
from sunlit.statement.keys import PublicKey

# What `_act` acts on: most entries are of no concern here, and are passed over first.
_AUTHORITY: Final = (
    Organisation, Key, Accreditation, Conflict, Revocation, Withdrawal, LogClosed,
)  # fmt: skip


def fold(directory: Directory, said: Admitted) -> Directory:
    """Return the directory after this entry: the same one unless an authority claim counts."""
    # A statement counts once, so that an old one that is logged again brings nothing back.
    if not isinstance(said.claim, _AUTHORITY) or said.statement_id in directory.acted_on:
        return directory
    if (place := Place.of(said)) is None:
        return directory
    verdict = entitled(directory, said)
    if verdict is None or not verdict.by:
        return directory
    basis = Basis(
        place=place, serial=len(directory.acted_on), statement_id=said.statement_id, by=verdict.by
    )
    directory = _act(directory, said.claim, basis)
    return replace(directory, acted_on=directory.acted_on | {said.statement_id})


def _act(directory: Directory, claim: Claim, basis: Basis) -> Directory:
    match claim:
        case Organisation():
            return _organisation(directory, claim, basis)
        case Key():
            return _key(directory, claim, basis)
        case Accreditation():
            return _accreditation(directory, claim, basis)
        case Conflict():
            return _conflict(directory, claim, basis)
        case Revocation():
            return _revocation(directory, claim, basis)
        case Withdrawal():
            return _replacing(directory, (claim.statement,), basis)
        case LogClosed():
            return replace(directory, closed={**directory.closed, claim.origin: claim.successor})
    return directory


def _organisation(directory: Directory, claim: Organisation, basis: Basis) -> Directory:
    record = OrganisationRecord(claim=claim, basis=basis)
    return replace(
        directory, organisation_records={**directory.organisation_records, claim.id: record}
    )


def _key(directory: Directory, claim: Key, basis: Basis) -> Directory:
    record = KeyRecord(
        key=PublicKey.from_json(claim.key), organisation=claim.organisation,
        roles=frozenset(claim.roles), label=claim.label, valid_from=claim.valid_from,
        valid_until=claim.valid_until, basis=basis,
    )  # fmt: skip
    key_id = record.key.key_id
    before = directory.key_records.get(key_id, ())
    if before and before[0].basis is None:
        return directory  # of a key that the trust file names, only the trust file speaks
    return replace(directory, key_records={**directory.key_records, key_id: (*before, record)})


def _accreditation(directory: Directory, claim: Accreditation, basis: Basis) -> Directory:
    record = AccreditationRecord(claim=claim, basis=basis)
    directory = _replacing(directory, (claim.corrects, claim.supersedes), basis)
    return replace(directory, accreditations=(*directory.accreditations, record))


def _conflict(directory: Directory, claim: Conflict, basis: Basis) -> Directory:
    record = ConflictRecord(claim=claim, basis=basis)
    directory = _replacing(directory, (claim.corrects, claim.supersedes), basis)
    return replace(directory, conflicts=(*directory.conflicts, record))


def _replacing(directory: Directory, ids: Iterable[str | None], basis: Basis) -> Directory:
    """Take back what the same organisation had said."""
    organisations = {directory.organisation_of(signer) for signer in basis.by}
    records = tuple(
        ReplacedRecord(statement_id=old, basis=basis)
        for old in ids
        if old is not None and said_by(directory, old) & organisations
    )
    return replace(directory, replaced=(*directory.replaced, *records))


def _revocation(directory: Directory, claim: Revocation, basis: Basis) -> Directory:
    owner = directory.organisation_of(claim.key_id) or ""
    record = RevocationRecord(
        claim=claim, basis=basis, organisation=owner, rank=_rank(directory, owner, basis)
    )
    heard = (*directory.heard_revocations, record)
    directory = replace(directory, heard_revocations=heard)
    if _reaches_back(claim.compromised_since, basis.place):
        return settled(directory)
    directory = replace(directory, revocations=(*directory.revocations, record))
    return replace(directory, lost=still_lost(directory))


def _rank(directory: Directory, owner: str, basis: Basis) -> int:
    organisations = {directory.organisation_of(signer) for signer in basis.by}
    if organisations & directory.roots:
        return 0
    return 2 if organisations == {owner} else 1


def _reaches_back(since: datetime | None, place: Place) -> bool:
    return since is not None and since < place.at
