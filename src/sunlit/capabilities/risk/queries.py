"""Questions about uses that a page asks of the projections."""

from sqlalchemy import Connection, select

from sunlit.capabilities.risk.projection import USE


def uses_of(connection: Connection, key: str) -> tuple[tuple[str, str], ...]:
    """Return deployer and id of every use that somebody declared of a component, in order."""
    query = select(USE.c.deployer, USE.c.use).where(USE.c.key == key).distinct()
    rows = connection.execute(query.order_by(USE.c.deployer, USE.c.use))
    return tuple((str(deployer), str(use)) for deployer, use in rows)
