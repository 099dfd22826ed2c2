"""Questions about attestations that a page asks of the projections."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from sunlit.capabilities.assurance.projection import ATTESTATION
from sunlit.projection.tables import ENTRY, FACT

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """One attestation, as it was said; `key` is the component's where its release is declared."""

    statement_id: str
    digest: str
    scope: str
    result: str
    assessed_on: str
    valid_until: str
    key: str | None


def assessed_by(connection: Connection, assessor: str) -> tuple[Assessed, ...]:
    """Return what an organisation itself attested to, the newest first."""
    names = ATTESTATION.c
    query = (
        select(
            ENTRY.c.statement_id, names.digest, names.scope, names.result, names.assessed_on,
            names.valid_until,
        )
        .join(ENTRY, (ENTRY.c.origin == names.origin) & (ENTRY.c.idx == names.idx))
        .where(names.assessor == assessor, ENTRY.c.organisation == assessor)
        .order_by(names.assessed_on.desc(), ENTRY.c.statement_id)
        .limit(MOST)
    )  # fmt: skip
    found = {str(row[0]): row for row in connection.execute(query)}
    keys = keys_of(connection, {str(row[1]) for row in found.values()})
    return tuple(
        Assessed(
            statement_id=id_, digest=row[1], scope=row[2], result=row[3], assessed_on=row[4],
            valid_until=row[5], key=keys.get(row[1]),
        )
        for id_, row in found.items()
    )  # fmt: skip


def keys_of(connection: Connection, digests: set[str]) -> dict[str, str]:
    """Return the component's key of each release digest that a log declares."""
    query = select(FACT.c.alias, FACT.c.key).where(FACT.c.alias.in_(sorted(digests)))
    return {str(alias): str(key) for alias, key in connection.execute(query.distinct())}
