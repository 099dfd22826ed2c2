"""May this claim about a release or token enter? Maintainers release, issuers grant.

What an organisation enters in its catalogue is in `publishing`.
"""

from collections.abc import Sequence

from sunlit.authority.directory import Directory
from sunlit.capabilities.lifecycle.publishing import admit_publication, admit_registration
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import (
    Publication,
    Registration,
    Release,
    Status,
    TokenGrant,
    TokenKind,
    TokenStatus,
)
from sunlit.rubric.entry import (
    enters,
    first_no,
    is_about_one_release,
    keeps_name,
    not_ours,
    refused,
    speaks,
)
from sunlit.rubric.finding import Verdict


def admit(said: Admitted, history: Sequence[Admitted], directory: Directory) -> Verdict:
    """Admit each claim only from whoever has to say it, and each status index once."""
    match said.claim:
        case Release():
            return _release(said, said.claim, history, directory)
        case TokenGrant():
            return _grant(said, said.claim, history, directory)
        case TokenStatus():
            return _status(said, said.claim, history, directory)
        case Registration():
            return admit_registration(said, said.claim, history, directory)
        case Publication():
            return admit_publication(said, said.claim, history, directory)
        case _:
            return not_ours(said)


def _release(
    said: Admitted, release: Release, history: Sequence[Admitted], directory: Directory
) -> Verdict:
    no = speaks(said, directory, Role.MAINTAINER, release.sunlit_maintainer)
    if no is None:
        no = first_no(
            is_about_one_release(said), keeps_name(said, history, directory, release.purl)
        )
    return no or enters(said, "A maintainer signed it.")


def _grant(
    said: Admitted, grant: TokenGrant, history: Sequence[Admitted], directory: Directory
) -> Verdict:
    no = first_no(
        speaks(said, directory, Role.TOKEN_ISSUER, grant.issuer),
        None
        if said.is_about(grant.release)
        else refused("The statement's subject is not the release that it names."),
        None
        if grant.valid_from < grant.valid_until
        else refused("The token would never be valid."),
        refused("A full token leaves no finding open.")
        if grant.kind is TokenKind.FULL and grant.open_findings
        else None,
        _taken(said, grant, history),
    )
    return no or enters(said, f"A token issuer of {grant.issuer} signed it.")


def _taken(said: Admitted, grant: TokenGrant, history: Sequence[Admitted]) -> Verdict | None:
    if grant.status_index < 0:
        return refused("A status index is 0 or more.")
    for other in history:
        if (
            isinstance(other.claim, TokenGrant)
            and other.statement_id != said.statement_id
            and (other.claim.status_list, other.claim.status_index)
            == (grant.status_list, grant.status_index)
        ):
            return refused("Another token has this place in the status list.")
    return None


def _status(
    said: Admitted, change: TokenStatus, history: Sequence[Admitted], directory: Directory
) -> Verdict:
    grant = next(
        (
            other.claim
            for other in history
            if other.statement_id == change.grant and isinstance(other.claim, TokenGrant)
        ),
        None,
    )
    if grant is None:
        return refused("The log holds no token grant under that id.")
    no = speaks(said, directory, Role.TOKEN_ISSUER, grant.issuer)
    if no is None and change.status is not Status.INVALID and _is_revoked(change.grant, history):
        no = refused("The token is revoked: that is final.")
    return no or enters(said, f"A token issuer of {grant.issuer} signed it.")


def _is_revoked(grant: str, history: Sequence[Admitted]) -> bool:
    return any(
        isinstance(said.claim, TokenStatus)
        and said.claim.grant == grant
        and said.claim.status is Status.INVALID
        for said in history
    )
