"""The grant behind a token: the log entry that says all the token says."""

from collections.abc import Iterable
from datetime import datetime

from sunlit.base.errors import VerificationError
from sunlit.base.times import format_time
from sunlit.claims.lifecycle import TokenGrant
from sunlit.log.entry import Entry
from sunlit.runtime.token import IssuerKey, SafetyToken
from sunlit.statement.dsse import Envelope, verified_by
from sunlit.statement.intoto import Statement


def expect_key_in_force(key: IssuerKey, at: datetime, what: str) -> None:
    """Check that the trust file lets a key sign at the time at which it did.

    Raises:
        VerificationError: `token.key-not-in-force`.
    """
    if not key.was_valid(at):
        raise VerificationError(
            "token.key-not-in-force", f"the key that signed {what} was not in force then",
            expected="a time at which the trust file lets the key sign", got=format_time(at),
        )  # fmt: skip


def read_grant(entry: bytes, token: SafetyToken, issuers: Iterable[IssuerKey]) -> TokenGrant:
    """Return the grant in a log entry, once the token's issuer is shown to have signed it.

    Raises:
        MalformedError: `log.entry-*`, `statement.*`, `claim.malformed`.
        VerificationError: `token.other-grant`, `token.grant-signature`,
            `token.key-not-in-force`.
    """
    logged = Entry.parse(entry)
    envelope = Envelope.from_json(logged.envelope)
    if envelope.statement_id != token.grant_id:
        raise VerificationError(
            "token.other-grant", "the log entry is not the grant that the token names",
            expected=token.grant_id, got=envelope.statement_id,
        )  # fmt: skip
    mine = {one.key.key_id: one for one in issuers if one.organisation == token.claims.issuer}
    signed = verified_by(envelope, [one.key for one in mine.values()])
    if not signed:
        raise VerificationError(
            "token.grant-signature", "the grant is not signed by the token's issuer",
            expected=f"a signature by {token.claims.issuer}",
        )  # fmt: skip
    expect_key_in_force(mine[signed[0].key_id], logged.admitted_at, "the grant")
    # The log's time bounds when the token was signed, whatever the token itself says.
    expect_key_in_force(token.signed_by, logged.admitted_at, "the token")
    statement = Statement.parse(envelope.payload)
    if statement.predicate_type != TokenGrant.TYPE:
        raise VerificationError(
            "token.other-grant", "the statement that the token names is no grant",
            expected=TokenGrant.TYPE, got=statement.predicate_type[:80],
        )  # fmt: skip
    grant = TokenGrant.from_predicate(statement.predicate)
    if not any(one.digest.get("sha256") == grant.release for one in statement.subjects):
        raise VerificationError(
            "token.other-grant", "the grant's subject is not the release that it is for",
            expected=f"sha256 {grant.release}",
        )  # fmt: skip
    return grant
