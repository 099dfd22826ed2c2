"""Who may say which authority claim: the rules by which the fold acts, and admission admits.

A rule answers with the signers that were entitled, or with the reason why none was.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sunlit.authority.directory import Directory
from sunlit.authority.records import KeyRecord
from sunlit.authority.trust_parts import raw_key
from sunlit.base.errors import SunlitError
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Withdrawal
from sunlit.claims.authority import (
    Accreditation,
    Conflict,
    Key,
    LogClosed,
    Organisation,
    Revocation,
    Role,
)
from sunlit.claims.names import named_digest
from sunlit.statement.keys import PublicKey

# One key, one of these purposes (DESIGN 2): machines' keys are nobody's to vote or attest with.
SINGLE_PURPOSE: Final = frozenset({Role.OPERATOR, Role.WITNESS, Role.TOKEN_ISSUER})

Signers: TypeAlias = tuple[KeyRecord, ...]


@dataclass(frozen=True, slots=True)
class Entitled:
    """The ids of the signers who were entitled; with none, the reason."""

    by: tuple[str, ...]
    reason: str


def entitled(directory: Directory, said: Admitted) -> Entitled | None:
    """Tell who of the signers of an authority claim were entitled to say it at its entry.

    None for a claim that is not about authority: the fold passes it over.
    """
    signers = directory.in_force(said)
    match said.claim:
        case Organisation() as claim:
            return _organisation(directory, said, claim, signers)
        case Key() as claim:
            return _key(directory, said, claim, signers)
        case Accreditation() as claim:
            return _accreditation(directory, said, claim, signers)
        case Conflict() as claim:
            return _conflict(directory, said, claim, signers)
        case Revocation() as claim:
            return _revocation(directory, said, claim, signers)
        case LogClosed() as claim:
            return _log_closed(directory, claim, signers)
        case Withdrawal() as claim:
            return _withdrawal(directory, claim, signers)
    return None


def _no(reason: str) -> Entitled:
    return Entitled((), reason)


def _of(records: Signers, *, otherwise: str) -> Entitled:
    ids = tuple(record.key.key_id for record in records)
    return Entitled(ids, "entitled" if ids else otherwise)


def operators_over(directory: Directory, organisation: str, signers: Signers) -> Signers:
    """Return the operator keys of an organisation, of those above it, and of roots."""
    above = directory.parents(organisation) | directory.roots
    return tuple(it for it in signers if Role.OPERATOR in it.roles and it.organisation in above)


def _organisation(
    directory: Directory, said: Admitted, claim: Organisation, signers: Signers
) -> Entitled:
    if not said.is_about(named_digest("organisation", claim.id)):
        return _no("the statement's subject is not the organisation that it describes")
    if claim.id in claim.parents:
        return _no("an organisation is not its own parent")
    by_root = tuple(
        it for it in signers if Role.OPERATOR in it.roles and it.organisation in directory.roots
    )
    if by_root:
        return _of(by_root, otherwise="")
    if claim.id in directory.roots:
        return _no("a root organisation is described by roots only")
    known = directory.organisation(claim.id)
    if known is not None and set(known.parents) != set(claim.parents):
        return _no("only a root organisation may change an organisation's parents")
    by_parent = tuple(
        it
        for it in signers
        if Role.OPERATOR in it.roles
        and it.organisation in claim.parents
        and directory.knows(it.organisation)
    )
    return _of(
        by_parent, otherwise="neither a root organisation nor a parent that is rooted said it"
    )


def _key(directory: Directory, said: Admitted, claim: Key, signers: Signers) -> Entitled:
    try:
        key = PublicKey.from_json(claim.key)
    except SunlitError:
        return _no("the public key is malformed")
    reason = _why_no_key(directory, said, claim, key)
    if reason is not None:
        return _no(reason)
    return _of(
        operators_over(directory, claim.organisation, signers),
        otherwise="no operator key of the organisation, of a parent or of a root said it",
    )


def _why_no_key(directory: Directory, said: Admitted, claim: Key, key: PublicKey) -> str | None:
    owner = directory.organisation_of(key.key_id)
    roles = frozenset(claim.roles)
    checks = (
        (said.is_about(named_digest("key", key.key_id)), "its subject is not the key it names"),
        (directory.knows(claim.organisation), f"{claim.organisation} is not known here"),
        (bool(roles), "a key without a role can say nothing"),
        (
            len(roles) == 1 or not roles & SINGLE_PURPOSE,
            "operator, witness and token keys serve for nothing else",
        ),
        (owner in (None, claim.organisation), "the key belongs to another organisation"),
        (not _is_reserved(directory, key, roles), "the trust file uses the key for something else"),
        (key.key_id in said.signers, "the key itself must sign, to show that its holder has it"),
        (_is_interval(claim.valid_from, claim.valid_until), "the key would never be valid"),
    )
    return next((reason for holds, reason in checks if not holds), None)


def _is_interval(start: datetime | None, end: datetime | None) -> bool:
    return start is None or end is None or start < end


def _is_reserved(directory: Directory, key: PublicKey, roles: frozenset[Role]) -> bool:
    """Tell whether the trust file lists the key as a root's, a log's or a witness's."""
    if directory.trust is None:
        return False
    raw = raw_key(key)
    if raw in {one.verifier.key for one in directory.trust.witnesses}:
        return roles != frozenset({Role.WITNESS})
    others = {raw_key(one.public) for one in directory.trust.root.keys}
    return raw in others | {one.verifier.key for one in directory.trust.logs}


def _accreditation(
    directory: Directory, said: Admitted, claim: Accreditation, signers: Signers
) -> Entitled:
    accreditors = directory.trust.accreditors if directory.trust else ()
    if not said.is_about(named_digest("organisation", claim.assessor)):
        return _no("the statement's subject is not the assessor")
    if claim.accreditor not in accreditors:
        return _no(f"the trust file does not name {claim.accreditor} as an accreditor")
    if claim.accreditor == claim.assessor:
        return _no("nobody accredits themselves")
    return _of(
        tuple(
            it
            for it in signers
            if it.organisation == claim.accreditor and Role.ACCREDITOR in it.roles
        ),
        otherwise=f"no accreditor key of {claim.accreditor} said it",
    )


def _conflict(directory: Directory, said: Admitted, claim: Conflict, signers: Signers) -> Entitled:
    if not said.is_about(named_digest("organisation", claim.organisation)):
        return _no("the statement's subject is not the organisation that declares")
    return _of(
        tuple(
            it
            for it in signers
            if it.organisation == claim.organisation or _speaks_for_root(directory, it)
        ),
        otherwise=f"neither {claim.organisation} nor a root organisation said it",
    )


def _speaks_for_root(directory: Directory, record: KeyRecord) -> bool:
    return Role.OPERATOR in record.roles and record.organisation in directory.roots


def _revocation(
    directory: Directory, said: Admitted, claim: Revocation, signers: Signers
) -> Entitled:
    owner = directory.organisation_of(claim.key_id)
    if owner is None:
        return _no("the key to be revoked is not registered")
    if not said.is_about(named_digest("key", claim.key_id)):
        return _no("the statement's subject is not the key to be revoked")
    return _of(
        operators_over(directory, owner, signers),
        otherwise=f"no operator key of {owner}, of a parent or of a root said it",
    )


def _log_closed(directory: Directory, claim: LogClosed, signers: Signers) -> Entitled:
    logs = directory.trust.logs if directory.trust else ()
    owners = {log.organisation for log in logs if log.origin == claim.origin} | directory.roots
    return _of(
        tuple(it for it in signers if Role.OPERATOR in it.roles and it.organisation in owners),
        otherwise="no operator key of the log's organisation or of a root said it",
    )


def _withdrawal(directory: Directory, claim: Withdrawal, signers: Signers) -> Entitled:
    owners = said_by(directory, claim.statement)
    return _of(
        tuple(it for it in signers if it.organisation in owners),
        otherwise="the organisation that said it did not take it back",
    )


def said_by(directory: Directory, statement_id: str) -> frozenset[str]:
    """Return the organisations that said an accreditation or conflict; none for anything else."""
    bases = [record.basis for record in directory.accreditations]
    bases += [record.basis for record in directory.conflicts]
    names = (
        directory.organisation_of(signer)
        for basis in bases
        if basis.statement_id == statement_id
        for signer in basis.by
    )
    return frozenset(name for name in names if name is not None)
