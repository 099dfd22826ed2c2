"""Rows of organisations, their keys by role, accreditations and revocations, as they were said.

Whether they hold is what a directory tells, not these rows: `entry.acts` says which counted.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Index

from sunlit.base.errors import SunlitError
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Accreditation, Key, Organisation, Revocation
from sunlit.projection.rooms import Place, Row, row
from sunlit.projection.tables import log_table, text
from sunlit.projection.threads import bounded
from sunlit.statement.keys import PublicKey

ORGANISATION: Final = log_table(
    "authority_organisation",
    text("id"), text("name"), text("register", blank=True), text("register_id", blank=True),
    text("domain", blank=True), text("parents"), text("jurisdiction", blank=True),
)  # fmt: skip
KEY: Final = log_table(
    "authority_key",
    text("key_id"), text("organisation"), text("role"), text("label", blank=True),
    text("valid_from", blank=True), text("valid_until", blank=True), more=("role",),
)  # fmt: skip
ACCREDITATION: Final = log_table(
    "authority_accreditation",
    text("accreditor"), text("assessor"), text("scopes"), text("valid_from"), text("valid_until"),
)  # fmt: skip
REVOCATION: Final = log_table(
    "authority_revocation", text("key_id"), text("reason"), text("compromised_since", blank=True)
)
Index("authority_key_id", KEY.c.key_id)
Index("authority_revocation_key", REVOCATION.c.key_id)

TABLES: Final = (ORGANISATION, KEY, ACCREDITATION, REVOCATION)
CLAIMS: Final = frozenset({Organisation, Key, Accreditation, Revocation})


def rows(said: Admitted, place: Place) -> Iterator[Row]:
    """Yield the rows of one statement."""
    match said.claim:
        case Organisation() as claim:
            yield row(
                ORGANISATION, place, claim.id, claim.name, claim.register, claim.register_id,
                claim.domain, " ".join(claim.parents), claim.jurisdiction,
            )  # fmt: skip
        case Key() as claim:
            yield from _key(claim, place)
        case Accreditation() as claim:
            yield row(
                ACCREDITATION, place, claim.accreditor, claim.assessor, " ".join(claim.scopes),
                format_time(claim.valid_from), format_time(claim.valid_until),
            )  # fmt: skip
        case Revocation() as claim:
            since = format_time(claim.compromised_since) if claim.compromised_since else None
            yield row(REVOCATION, place, bounded(claim.key_id), claim.reason, since)


def _key(claim: Key, place: Place) -> Iterator[Row]:
    try:
        key_id = PublicKey.from_json(claim.key).key_id
    except SunlitError:
        return  # logged, but no key
    start = format_time(claim.valid_from) if claim.valid_from else None
    until = format_time(claim.valid_until) if claim.valid_until else None
    for role in dict.fromkeys(claim.roles):
        yield row(KEY, place, key_id, claim.organisation, role.value, claim.label, start, until)
