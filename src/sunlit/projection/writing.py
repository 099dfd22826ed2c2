"""Writes many rows at once: executemany on SQLite, COPY on PostgreSQL."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from sunlit.projection.dialect import is_postgresql
from sunlit.projection.tables import METADATA

Values = Sequence[tuple[object, ...]]


def insert_rows(connection: Connection, rows: Mapping[str, Values]) -> None:
    """Insert rows by table; their values stand in the order of the table's columns."""
    for table, values in rows.items():
        if values:
            (_copy if is_postgresql(connection) else _execute_many)(connection, table, values)


def _execute_many(connection: Connection, table: str, values: Values) -> None:
    marks = ", ".join("?" for _ in values[0])
    connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", list(values))  # noqa: S608 - our own name


def _copy(connection: Connection, table: str, values: Values) -> None:
    names = ", ".join(f'"{column.name}"' for column in METADATA.tables[table].columns)
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - in a transaction there is one
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for one in values:
            copy.write_row(one)
