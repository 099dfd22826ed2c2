"""Rows of releases, registrations, publications, tokens and their status."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Index, Integer
from sqlalchemy.schema import Column

from sunlit.base.slugs import component_key
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import Publication, Registration, Release, TokenGrant, TokenStatus
from sunlit.projection.facts import about_component, fact, refers, use_alias
from sunlit.projection.rooms import Place, Row, row
from sunlit.projection.tables import log_table, text
from sunlit.projection.threads import bounded

RELEASE: Final = log_table(
    "lifecycle_release",
    text("key"), text("component"), text("digest"), text("version", blank=True),
    text("maintainer", blank=True), text("rollback", blank=True), text("released_on", blank=True),
)  # fmt: skip
Index("lifecycle_release_key", RELEASE.c.key)
REGISTRATION: Final = log_table(
    "lifecycle_registration",
    text("key"), text("component"), text("organisation"), text("name"), text("kind"),
    text("source"), text("supplier", blank=True), text("licence", blank=True),
    Column("asked", Integer, nullable=False),
)  # fmt: skip
Index("lifecycle_registration_key", REGISTRATION.c.key)
PUBLICATION: Final = log_table(
    "lifecycle_publication", text("statement"), text("organisation"), text("decision")
)
Index("lifecycle_publication_statement", PUBLICATION.c.statement)
TOKEN: Final = log_table(
    "lifecycle_token",
    text("key"), text("component"), text("version", blank=True), text("digest"), text("use"),
    text("deployer"), text("use_key"), text("issuer"), text("kind"), text("valid_from"),
    text("valid_until"), text("code"), text("tier", blank=True), text("status_list"),
    Column("status_index", Integer, nullable=False),
)  # fmt: skip
Index("lifecycle_token_key", TOKEN.c.key)
STATUS: Final = log_table(
    "lifecycle_token_status", text("grant_id"), text("status"), text("reason")
)
Index("lifecycle_token_status_grant", STATUS.c.grant_id)

TABLES: Final = (RELEASE, REGISTRATION, PUBLICATION, TOKEN, STATUS)
CLAIMS: Final = frozenset({Release, Registration, Publication, TokenGrant, TokenStatus})


def rows(said: Admitted, place: Place) -> Iterator[Row]:
    """Yield the rows of one statement."""
    match said.claim:
        case Release() as claim:
            yield from _release(said, claim, place)
        case Registration() as claim:
            yield from _registration(claim, place)
        case Publication() as claim:
            statement = bounded(claim.statement)
            yield row(PUBLICATION, place, statement, claim.organisation, claim.decision)
            value = {"organisation": claim.organisation, "decision": claim.decision}
            yield fact(place, refers(claim.statement), "publication", value)
        case TokenGrant() as claim:
            yield from _grant(claim, place)
        case TokenStatus() as claim:
            yield row(STATUS, place, bounded(claim.grant), claim.status.value, claim.reason)
            yield fact(place, refers(claim.grant), "status", {"status": claim.status.value})


def _release(said: Admitted, claim: Release, place: Place) -> Iterator[Row]:
    digest = next((it.digest["sha256"] for it in said.subjects if "sha256" in it.digest), "")
    released = format_time(claim.sunlit_released_on) if claim.sunlit_released_on else None
    yield row(
        RELEASE, place, component_key(claim.purl), claim.purl, bounded(digest), claim.release_id,
        claim.sunlit_maintainer, claim.sunlit_rollback, released,
    )  # fmt: skip
    value = {
        "component": claim.purl, "version": claim.release_id,
        "maintainer": claim.sunlit_maintainer,
    }  # fmt: skip
    yield fact(place, about_component(claim.purl), "release", value, alias=bounded(digest))


def _registration(claim: Registration, place: Place) -> Iterator[Row]:
    yield row(
        REGISTRATION, place, component_key(claim.component), claim.component, claim.organisation,
        claim.name, claim.kind, claim.source, claim.supplier, claim.licence, len(claim.asked),
    )  # fmt: skip
    value = {
        "component": claim.component, "organisation": claim.organisation, "name": claim.name,
        "kind": claim.kind, "summary": claim.description, "supplier": claim.supplier,
        "blanks": len(claim.asked),
    }  # fmt: skip
    yield fact(place, about_component(claim.component), "registration", value)


def _grant(claim: TokenGrant, place: Place) -> Iterator[Row]:
    yield row(
        TOKEN, place, component_key(claim.component), claim.component, claim.version,
        bounded(claim.release), claim.use, claim.deployer, use_alias(claim.deployer, claim.use),
        claim.issuer, claim.kind.value, format_time(claim.valid_from),
        format_time(claim.valid_until), claim.code, claim.tier, claim.status_list,
        claim.status_index,
    )  # fmt: skip
    value = {
        "component": claim.component, "issuer": claim.issuer, "kind": claim.kind.value,
        "version": claim.version, "use": claim.use, "deployer": claim.deployer,
        "from": claim.valid_from, "until": claim.valid_until, "code": claim.code,
        "tier": claim.tier, "summary": claim.description, "maintainer": claim.maintainer,
        "permitted": claim.permitted, "prohibited": claim.prohibited,
    }  # fmt: skip
    yield fact(place, about_component(claim.component), "token", value)
