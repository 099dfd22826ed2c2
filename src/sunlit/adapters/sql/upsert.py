"""Inserting what may be there already: the one thing that SQLite and PostgreSQL say differently."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert a row unless one with the same key is there; tell whether it was inserted."""
    statement = _insert(connection, table).values(**values).on_conflict_do_nothing()
    return _changed(connection, statement)


def insert_or_replace(
    connection: Connection,
    table: Table,
    values: Mapping[str, object],
    *,
    key: str,
    where: ColumnElement[bool],
) -> bool:
    """Insert a row, or take over the one with the same key where that may be; tell whether."""
    statement = (
        _insert(connection, table)
        .values(**values)
        .on_conflict_do_update(
            index_elements=[key],
            set_={name: value for name, value in values.items() if name != key},
            where=where,
        )
    )
    return _changed(connection, statement)


def _changed(connection: Connection, statement: Insert) -> bool:
    # Without these two a new row's number is asked for, and how many there were is not kept.
    done = connection.execute(statement.inline(), execution_options={"preserve_rowcount": True})
    return done.rowcount == 1


def _insert(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - two dialects, two types
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
