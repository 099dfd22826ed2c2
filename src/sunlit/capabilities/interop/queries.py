"""Where a record of another register stands in the logs."""

from sqlalchemy import Connection, select

from sunlit.capabilities.interop.projection import RECORD


def place_of(connection: Connection, register: str, record: str) -> tuple[str, int] | None:
    """Return the log and index of the newest statement about a record; None where there is none.

    A statement that counts for nobody has no row here.
    """
    if "\x00" in register + record:  # neither kept nor asked for: PostgreSQL takes none
        return None
    asked = (
        select(RECORD.c.origin, RECORD.c.idx)
        .where(RECORD.c.register == register, RECORD.c.record == record)
        .order_by(RECORD.c.retrieved_on.desc(), RECORD.c.idx.desc())
        .limit(1)
    )
    found = connection.execute(asked).one_or_none()
    return None if found is None else (found[0], found[1])
