"""Who may sign what: organisations, keys, roles, accreditations, conflicts, revocations.

An organisation's id is its domain, or `<register>:<number>` where it has none. Keys are named
by role titles, never by people's names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sunlit.claims.base import Claim, of_type


class Role(StrEnum):
    """What a key may be registered to do for its organisation."""

    MAINTAINER = "maintainer"
    ASSESSOR = "assessor"
    ACCREDITOR = "accreditor"
    BOARD = "board"
    WITNESS = "witness"
    OPERATOR = "operator"
    TOKEN_ISSUER = "token-issuer"  # noqa: S105 - a role, no password


@of_type("urn:sunlit:authority:organisation:v1", family="authority")
@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(Claim):
    """An organisation, said by a root organisation or by a parent that is itself rooted.

    Subject: `named_digest("organisation", id)`.
    """

    id: str
    name: str
    register: str | None = None
    register_id: str | None = None
    domain: str | None = None
    parents: tuple[str, ...] = ()
    jurisdiction: str | None = None


@of_type("urn:sunlit:authority:key:v1", family="authority")
@dataclass(frozen=True, slots=True, kw_only=True)
class Key(Claim):
    """A key of an organisation with the roles it may act in.

    `key` is the public key's JSON (`statement.keys.PublicKey.to_json`). The first key of an
    organisation is said by a root organisation; later ones by an operator key of its own.
    Subject: `named_digest("key", key id)`.
    """

    organisation: str
    key: Mapping[str, object]
    roles: tuple[Role, ...]
    label: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@of_type("urn:sunlit:authority:accreditation:v1", family="authority")
@dataclass(frozen=True, slots=True, kw_only=True)
class Accreditation(Claim):
    """An accreditor says that an assessor is competent in the scopes, until a time.

    Subject: `named_digest("organisation", assessor)`.
    """

    accreditor: str
    assessor: str
    scopes: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime


@of_type("urn:sunlit:authority:conflict:v1", family="authority")
@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict(Claim):
    """An organisation declares an interest in another, or in one component.

    Subject: `named_digest("organisation", organisation)`.
    """

    organisation: str
    with_organisation: str | None = None
    component: str | None = None
    ground: str = ""
    until: datetime | None = None


@of_type("urn:sunlit:authority:revocation:v1", family="authority")
@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation(Claim):
    """A key loses its authority: from now, or from `compromised_since`.

    Receipts of what the key signed stay; authority does not.
    Subject: `named_digest("key", key id)`.
    """

    key_id: str
    reason: str
    compromised_since: datetime | None = None


@of_type("urn:sunlit:authority:log-closed:v1", family="authority")
@dataclass(frozen=True, slots=True, kw_only=True)
class LogClosed(Claim):
    """The last statement of a log: it takes no more, and names its successor."""

    origin: str
    successor: str | None = None
    reason: str = ""
