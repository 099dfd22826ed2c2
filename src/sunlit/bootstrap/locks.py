"""Which lock stores a home may name besides the file that lies in it."""

from sunlit.log.elsewhere import OneWriterLock, register


def use_locks() -> None:
    """Let logs be opened whose lock store is in PostgreSQL; imports nothing until one is."""
    register("postgresql", _postgresql)


def _postgresql(url: str, origin: str) -> OneWriterLock:
    from sunlit.adapters.sql.lock import PostgresLock

    return PostgresLock(url, origin)
