"""What all tables of the private store share: their METADATA and their types of columns.

A module with tables imports METADATA from here; `private` imports that module, so that the
migrations test sees its tables.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Dialect, Integer, MetaData
from sqlalchemy.types import TypeDecorator, TypeEngine

from sunlit.base.times import from_unix

# Named, so that a later migration can change a constraint on every database.
METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite counts up an INTEGER primary key only.
NUMBER: Final[TypeEngine[int]] = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware time as whole Unix seconds: it reads and compares the same on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Write an aware time."""
        del dialect
        return None if value is None else int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Read a time, aware, UTC."""
        del dialect
        return None if value is None else from_unix(value)
