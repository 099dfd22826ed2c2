"""The issuer's status list: folded from the log, signed anew, laid where all can fetch it.

The index of a token is allocated from the log and never used again; the log holds every change
of status, and the list only repeats them in a form that is checked in a microsecond.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import Status, TokenGrant, TokenStatus, status_after
from sunlit.registry.admit import Ledger
from sunlit.registry.home import Home, write_whole
from sunlit.registry.saying import Said, say
from sunlit.runtime import folder, statuslist
from sunlit.runtime.statuslist import build, sign_list
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import Signer

LASTS: Final = timedelta(days=7)
TTL: Final = 3600  # seconds
LEAST_SIZE: Final = 1024
MAX_URI: Final = 512  # characters
MAX_STEM: Final = 64  # characters of a URI that its file's name shows
VALUE: Final = {
    Status.VALID: statuslist.VALID,
    Status.INVALID: statuslist.INVALID,
    Status.SUSPENDED: statuslist.SUSPENDED,
}


def grants(said: Sequence[Admitted], issuer: str) -> tuple[tuple[Admitted, TokenGrant], ...]:
    """Return the issuer's grants in log order."""
    return tuple(
        (one, one.claim)
        for one in said
        if isinstance(one.claim, TokenGrant) and one.claim.issuer == issuer
    )


def list_uri(ledger: Ledger, asked: str | None = None) -> str:
    """Return the URI of the issuer's list: as asked or before, as the trust file says, or a URN.

    Raises:
        MalformedError: `issue.list-uri`; to be asked before anything is logged.
    """
    uri = asked or _usual_uri(ledger)
    if len(uri) > MAX_URI:
        raise MalformedError(
            "issue.list-uri", "the URI of the status list is too long",
            expected=f"at most {MAX_URI} characters", got=f"{len(uri)} characters",
            mend="name a shorter one with --status-list",
        )  # fmt: skip
    return uri


def _usual_uri(ledger: Ledger) -> str:
    issuer = ledger.home.organisation
    before = grants(ledger.history.statements, issuer)
    if before:
        return before[-1][1].status_list
    trust = ledger.history.directory.trust
    named = [uri for uri in (trust.status_lists if trust else ()) if issuer in uri]
    return named[0] if named else f"urn:sunlit:status-list:{issuer}:1"


def next_index(said: Sequence[Admitted], uri: str) -> int:
    """Return the first index of a list that no grant in the log has."""
    taken = [
        one.claim.status_index
        for one in said
        if isinstance(one.claim, TokenGrant) and one.claim.status_list == uri
    ]
    return max(taken, default=-1) + 1


def status_of(said: Sequence[Admitted], grant: str) -> Status:
    """Return a token's status: the last that was said; revoked is final."""
    return status_after(
        one.claim.status
        for one in said
        if isinstance(one.claim, TokenStatus) and one.claim.grant == grant
    )


def list_path(home: Home, uri: str) -> Path:
    """Return where the home lays a list for all to fetch: no two URIs share a file."""
    name = re.sub(r"[^A-Za-z0-9.]+", "-", uri.rsplit("://", maxsplit=1)[-1]).strip("-.")
    digest = hashlib.sha256(uri.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return home.root / "status" / f"{name[:MAX_STEM]}-{digest}.jwt"


def publish_lists(ledger: Ledger, signer: Signer, at: datetime) -> tuple[Path, ...]:
    """Sign every list of the issuer anew, and lay each beside its tokens too."""
    known = ledger.history.statements
    mine = grants(known, ledger.home.organisation)
    written = []
    for uri in dict.fromkeys(grant.status_list for _, grant in mine):
        of_list = [(said, grant) for said, grant in mine if grant.status_list == uri]
        statuses = {
            grant.status_index: VALUE[status_of(known, said.statement_id)]
            for said, grant in of_list
        }
        size = max(LEAST_SIZE, 1 << next_index(known, uri).bit_length())
        found = build(statuses, size=size)
        text = sign_list(found, signer, uri=uri, at=at, lasts=LASTS, ttl=TTL).encode()
        write_whole(list_path(ledger.home, uri), text)
        for said, _ in of_list:
            beside = token_folder(ledger.home, said.statement_id)
            if beside is not None:
                write_whole(beside / folder.STATUS, text)
        written.append(list_path(ledger.home, uri))
    return tuple(written)


def token_folder(home: Home, grant: str) -> Path | None:
    """Return the folder of the token for a grant, if this home still has it."""
    tokens = sorted((home.root / "tokens").glob(f"*-{grant[:12]}.token"))
    return tokens[0] if tokens else None


def find_grant(ledger: Ledger, which: str) -> tuple[Admitted, TokenGrant]:
    """Return the issuer's grant whose id begins with `which`.

    Raises:
        VerificationError: `issue.no-such-token`.
    """
    found = [
        pair
        for pair in grants(ledger.history.statements, ledger.home.organisation)
        if len(which) >= 8 and pair[0].statement_id.startswith(which)
    ]
    if len(found) != 1:
        raise VerificationError(
            "issue.no-such-token", "this home has issued no such token, or more than one",
            expected="at least 8 digits of a grant's id, or a token's folder",
            got=which[:64], mend="sunlit token list --home HOME, to see what was issued",
        )  # fmt: skip
    return found[0]


def change_status(
    ledger: Ledger, which: str, status: Status, reason: str, *, signer: Signer, at: datetime
) -> Said:
    """Log a change of a token's status, then publish the list that says so.

    Raises:
        VerificationError: `issue.no-such-token`, `admit.refused`.
    """
    said, grant = find_grant(ledger, which)
    claim = TokenStatus(grant=said.statement_id, status=status, reason=reason)
    done = say(ledger, claim, Subject(grant.component, {"sha256": grant.release}), signer)
    publish_lists(ledger, signer, at)
    return done
