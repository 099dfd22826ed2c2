"""Whether a component may be used for a use now: the last permission, and what became of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sunlit.base.purl import bare
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Status, TokenGrant, TokenKind, TokenStatus
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import may
from sunlit.views.component_words import Value, Words, counted, words


class State(StrEnum):
    """What a permission is worth at a time."""

    VALID = "valid"
    RESTRICTED = "restricted"
    PILOT = "pilot"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NONE = "none"

    @property
    def allows(self) -> bool:
        """Tell whether it may be used."""
        return self in (State.VALID, State.RESTRICTED, State.PILOT)

    @property
    def rank(self) -> int:
        """Which of several uses is shown first: one stopped or ended, then one in use."""
        return 1 if self.allows else 2 if self is State.NONE else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """The last permission for a release under a use.

    `said` is where it was given, `change` the statement that changed its status last, with its
    `reason`. `elsewhere` tells that another release has one.
    """

    state: State
    grant: TokenGrant | None = None
    said: Admitted | None = None
    change: Admitted | None = None
    reason: str | None = None
    elsewhere: bool = False

    @property
    def verdict(self) -> Words:
        """The verdict in words."""
        return _verdict(self)


def permission(evidence: Evidence) -> Permission:
    """Return the last permission that an issuer gave for this release, use and deployer."""
    found = tuple(_grants(evidence))
    ours = [pair for pair in found if pair[1].release == evidence.release]
    if not ours:
        return Permission(state=State.NONE, elsewhere=bool(found))
    said, grant = ours[-1]
    change = _last_change(evidence, said, grant)
    told = change.claim if change else None
    status = told if isinstance(told, TokenStatus) else None
    return Permission(
        state=_state(grant, status.status if status else None, evidence.at),
        grant=grant, said=said, change=change, reason=status.reason if status else None,
    )  # fmt: skip


def _grants(evidence: Evidence) -> Iterator[tuple[Admitted, TokenGrant]]:
    for said, grant in evidence.current(TokenGrant):
        is_ours = (
            (grant.use, grant.deployer) == (evidence.use, evidence.deployer)
            and bare(grant.component) == bare(evidence.component or grant.component)
            and not said.is_draft
        )
        if is_ours and may(evidence, said, Role.TOKEN_ISSUER, grant.issuer).allowed:
            yield said, grant


def _last_change(evidence: Evidence, said: Admitted, grant: TokenGrant) -> Admitted | None:
    """Return the issuer's last word on a permission; one that takes it back is final."""
    changes = [
        (one, claim)
        for one, claim in evidence.current(TokenStatus)
        if claim.grant == said.statement_id
        and may(evidence, one, Role.TOKEN_ISSUER, grant.issuer).allowed
    ]
    final: Iterable[Admitted] = (one for one, claim in changes if claim.status is Status.INVALID)
    last = changes[-1][0] if changes else None
    return next(iter(final), last)


def _state(grant: TokenGrant, status: Status | None, at: datetime) -> State:
    if status is Status.INVALID:
        return State.REVOKED
    if at >= grant.valid_until:
        return State.EXPIRED
    if status is Status.SUSPENDED:
        return State.SUSPENDED
    if at < grant.valid_from:
        return State.NONE
    kinds = {TokenKind.RESTRICTED: State.RESTRICTED, TokenKind.PILOT: State.PILOT}
    return kinds.get(grant.kind, State.VALID)


def _verdict(found: Permission) -> Words:
    grant = found.grant
    until = grant.valid_until if grant else ""
    if found.state is State.VALID:
        return words("You may use it for what is written below, until %(until)s.", until=until)
    if found.state is State.RESTRICTED:
        still_open = len(grant.open_findings) if grant else 0
        return counted(
            "You may use it within the limits below, until %(until)s. %(count)d check was open "
            "when it was allowed.",
            "You may use it within the limits below, until %(until)s. %(count)d checks were open "
            "when it was allowed.",
            still_open, until=until,
        )  # fmt: skip
    if found.state is State.PILOT:
        return words("You may try it within the limits below, until %(until)s.", until=until)
    return _refusal(found, until)


def _refusal(found: Permission, until: Value) -> Words:
    on = (found.change.admitted_at if found.change else None) or ""
    if found.state is State.SUSPENDED:
        return words("Do not use it. Permission has been suspended since %(on)s.", on=on)
    if found.state is State.REVOKED:
        return words("Do not use it. Permission was taken back on %(on)s.", on=on)
    if found.state is State.EXPIRED:
        return words("Do not use it. Permission ended on %(until)s.", until=until)
    if found.elsewhere:
        return words("Nobody has given permission to use this release. Another release has one.")
    return words("Nobody has given permission to use it.")
