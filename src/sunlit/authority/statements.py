"""Authority claims as signed statements: what each is about, and its envelope."""

from collections.abc import Sequence

from sunlit.base.errors import MalformedError
from sunlit.claims.authority import (
    Accreditation,
    Conflict,
    Key,
    LogClosed,
    Organisation,
    Revocation,
)
from sunlit.claims.base import Claim
from sunlit.claims.names import named_digest
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.keys import PublicKey, Signer


def subject_of(claim: Claim) -> Subject:
    """Return what an authority claim is about: an organisation, a key or a log, by its name.

    Raises:
        MalformedError: `authority.no-subject` for other claims; `key.malformed`.
    """
    match claim:
        case Organisation():
            return _named("organisation", claim.id)
        case Accreditation():
            return _named("organisation", claim.assessor)
        case Conflict():
            return _named("organisation", claim.organisation)
        case Key():
            return _named("key", PublicKey.from_json(claim.key).key_id)
        case Revocation():
            return _named("key", claim.key_id)
        case LogClosed():
            return _named("log", claim.origin)
    raise MalformedError("authority.no-subject", "this claim does not name its own subject")


def _named(kind: str, name: str) -> Subject:
    return Subject(name, {"sha256": named_digest(kind, name)})


def sign_claim(
    claim: Claim, signers: Sequence[Signer], subjects: Sequence[Subject] | None = None
) -> Envelope:
    """Return the signed statement; an authority claim knows its own subject.

    Raises:
        MalformedError: `authority.no-subject`, `json.unsupported-value`.
    """
    about = tuple(subjects) if subjects is not None else (subject_of(claim),)
    return sign(Statement(about, claim.TYPE, claim.to_predicate()).to_payload(), signers)
