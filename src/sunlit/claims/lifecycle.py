"""In what state is it: release, safety-token grant, its status."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sunlit.claims.base import Claim, of_type


@of_type("https://in-toto.io/attestation/release/v0.1", family="lifecycle")
@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Claim):
    """in-toto release v0.1. Subject: the release's manifest digest.

    `sunlit_rollback` is the digest of the release to go back to, or `none: <reason>` for a
    first release.
    """

    purl: str
    release_id: str | None = None
    sunlit_maintainer: str | None = None
    sunlit_changelog: str | None = None
    sunlit_rollback: str | None = None
    sunlit_released_on: datetime | None = None


class TokenKind(StrEnum):
    """What a safety token allows: all, less, or a short and limited trial."""

    FULL = "full"
    RESTRICTED = "restricted"
    PILOT = "pilot"


class Status(StrEnum):
    """The status of a token, as the status list carries it."""

    VALID = "valid"
    INVALID = "invalid"
    SUSPENDED = "suspended"


def status_after(said: Iterable[Status]) -> Status:
    """Return what is said of a token's status, in its order, comes to: revoked is final."""
    now = Status.VALID
    for one in said:
        now = now if now is Status.INVALID else one
    return now


@of_type("urn:sunlit:lifecycle:token-grant:v1", family="lifecycle")
@dataclass(frozen=True, slots=True, kw_only=True)
class TokenGrant(Claim):
    """Every claim of a safety token, logged before the token exists. Subject: the release.

    `conformity` is the digest of the findings it rests on; `rests_on` are statement ids.
    `valid_until` is at most the earliest expiry among them.
    """

    issuer: str
    kind: TokenKind
    component: str
    version: str | None = None
    release: str
    use: str
    deployer: str
    code: str
    code_scheme: str
    ceiling: int
    rubric: str
    engine: str
    log_origin: str
    log_size: int
    conformity: str
    granted_on: datetime
    valid_from: datetime
    valid_until: datetime
    status_list: str
    status_index: int
    permitted: tuple[str, ...]
    prohibited: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    oversight: str
    fallback: str
    break_glass: str | None = None
    jurisdictions: tuple[str, ...] = ()
    data_classes: tuple[str, ...] = ()
    minimum_binding: str
    rests_on: tuple[str, ...] = ()
    open_findings: tuple[str, ...] = ()
    description: str | None = None
    maintainer: str | None = None
    assessors: tuple[str, ...] = ()
    tier: str | None = None


@of_type("urn:sunlit:lifecycle:token-status:v1", family="lifecycle")
@dataclass(frozen=True, slots=True, kw_only=True)
class TokenStatus(Claim):
    """A change of a token's status. Subject: the release. `grant` is the grant's statement id."""

    grant: str
    status: Status
    reason: str


@of_type("urn:sunlit:lifecycle:registration:v1", family="lifecycle")
@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Claim):
    """An organisation enters a component in its catalogue: what it is and who answers for it.

    `kind` is one of `provenance.KINDS`; of a `hosted-service` there are no files:
    `supplier`, `contract` and `configuration` (hex SHA-256) say what is known, and weights and
    provenance stay unknown. `source` is what it was read from (manifest, publiccode,
    model-card, form), `source_digest` its hex SHA-256. `asked` names what was asked and not
    answered, `asked_on` since when. Subject: `named_digest("component", purl)`.
    """

    organisation: str
    component: str
    kind: str
    name: str
    description: str
    contact: str | None = None
    homepage: str | None = None
    licence: str | None = None
    supplier: str | None = None
    contract: str | None = None
    configuration: str | None = None
    source: str
    source_digest: str | None = None
    asked: tuple[str, ...] = ()
    asked_on: datetime | None = None


@of_type("urn:sunlit:lifecycle:publication:v1", family="lifecycle")
@dataclass(frozen=True, slots=True, kw_only=True)
class Publication(Claim):
    """A second person checked what a first one wrote, and publishes it, or takes it back.

    `statement` is what was checked. Nobody publishes alone: no key that signed that statement
    signs this one. Subject: as the statement's.
    """

    organisation: str
    statement: str
    decision: str
    reason: str | None = None
