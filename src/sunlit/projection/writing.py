"""Writes many rows at once: hundreds in a statement on SQLite, COPY on PostgreSQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final

from sqlalchemy import Connection

from sunlit.projection.dialect import is_postgresql
from sunlit.projection.tables import METADATA

Values = Sequence[tuple[object, ...]]
_TOGETHER: Final = 250  # rows; SQLite takes 32,766 values in a statement


def insert_rows(connection: Connection, rows: Mapping[str, Values]) -> None:
    """Insert rows by table; their values stand in the order of the table's columns."""
    for table, values in rows.items():
        if values:
            (_copy if is_postgresql(connection) else _insert)(connection, table, values)


class Pending:
    """Inserts rows into SQLite by the hundred, keeping those that are left over for the next."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = defaultdict[str, list[tuple[object, ...]]](list)

    def insert(self, rows: Mapping[str, Values]) -> None:
        """Insert rows by table, and of each table some of them later."""
        for table, values in rows.items():
            kept = self._rows[table]
            kept += values
            whole = len(kept) - len(kept) % _TOGETHER
            if whole:
                _insert(self._connection, table, kept[:whole])
                del kept[:whole]

    def end(self) -> None:
        """Insert what is left."""
        insert_rows(self._connection, self._rows)


def _insert(connection: Connection, table: str, values: Values) -> None:
    marks = f"({', '.join('?' * len(values[0]))})"
    rest = len(values) % _TOGETHER
    if rest:
        sql = f"INSERT INTO {table} VALUES {marks}"  # noqa: S608 - our own name
        connection.exec_driver_sql(sql, list(values[:rest]))
    # A statement of many rows takes two thirds of the time of as many statements.
    sql = f"INSERT INTO {table} VALUES {', '.join([marks] * _TOGETHER)}"  # noqa: S608 - our own name
    for at in range(rest, len(values), _TOGETHER):
        connection.exec_driver_sql(sql, tuple(chain.from_iterable(values[at : at + _TOGETHER])))


def _copy(connection: Connection, table: str, values: Values) -> None:
    names = ", ".join(f'"{column.name}"' for column in METADATA.tables[table].columns)
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - in a transaction there is one
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for one in values:
            copy.write_row(one)
