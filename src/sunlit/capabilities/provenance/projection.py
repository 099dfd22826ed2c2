"""Rows of components: what each release is and who keeps it."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import BigInteger, Column, Index

from sunlit.base.slugs import component_key
from sunlit.claims.admitted import Admitted
from sunlit.claims.provenance import Component
from sunlit.projection.facts import about_component, fact
from sunlit.projection.rooms import Place, Row, row
from sunlit.projection.tables import log_table, text
from sunlit.projection.threads import bounded

COMPONENT: Final = log_table(
    "provenance_component",
    text("key"), text("component"), text("digest"), text("version"), text("kind"),
    text("maintainer", blank=True), text("contact", blank=True),
    Column("files", BigInteger, nullable=False), Column("bytes", BigInteger, nullable=False),
)  # fmt: skip
Index("provenance_component_key", COMPONENT.c.key)
Index("provenance_component_digest", COMPONENT.c.digest)

TABLES: Final = (COMPONENT,)
CLAIMS: Final = frozenset({Component})
_MOST: Final = 2**63 - 1  # what a column holds; a statement may claim more


def rows(said: Admitted, place: Place) -> Iterator[Row]:
    """Yield the rows of one statement."""
    claim = said.claim
    if not isinstance(claim, Component):
        return
    digest = next((it.digest["sha256"] for it in said.subjects if "sha256" in it.digest), "")
    yield row(
        COMPONENT, place, component_key(claim.purl), claim.purl, bounded(digest), claim.version,
        claim.kind, claim.maintainer, claim.contact, _fits(claim.files), _fits(claim.bytes),
    )  # fmt: skip
    value = {
        "component": claim.purl, "version": claim.version, "kind": claim.kind,
        "summary": claim.description or claim.intended_use, "maintainer": claim.maintainer,
    }  # fmt: skip
    yield fact(place, about_component(claim.purl), "component", value, alias=bounded(digest))


def _fits(number: int) -> int:
    return max(-_MOST, min(_MOST, number))
