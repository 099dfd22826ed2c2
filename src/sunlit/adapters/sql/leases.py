"""Leases in SQL: a name is held by one holder until a time."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, delete, or_

from sunlit.adapters.sql.engine import writing
from sunlit.adapters.sql.tables import LEASE
from sunlit.adapters.sql.upsert import insert_or_replace
from sunlit.base.times import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlLeases:
    """`Leases` in the private store.

    A lease saves work; what must not be done twice is idempotent by itself, since a holder may
    sleep over the end of its lease.
    """

    engine: Engine
    clock: Clock

    def hold(self, name: str, holder: str, seconds: int) -> bool:
        """Take or renew a lease; False while another holder has it."""
        now = self.clock.now()
        with writing(self.engine) as connection:
            return insert_or_replace(
                connection, LEASE,
                {"name": name, "holder": holder, "until": now + timedelta(seconds=seconds)},
                key="name", where=or_(LEASE.c.holder == holder, LEASE.c.until <= now),
            )  # fmt: skip

    def release(self, name: str, holder: str) -> None:
        """Give a lease back; one that another holds by now is left alone."""
        with writing(self.engine) as connection:
            connection.execute(delete(LEASE).where(LEASE.c.name == name, LEASE.c.holder == holder))
