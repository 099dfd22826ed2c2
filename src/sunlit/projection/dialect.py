"""Which of the two databases answers."""

from sqlalchemy import Connection


def is_postgresql(connection: Connection) -> bool:
    """Tell which of the two databases this is."""
    return connection.dialect.name == "postgresql"
