"""Which of the two databases answers, and how each is told of many values at once."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.sql.elements import ColumnElement


def is_postgresql(connection: Connection) -> bool:
    """Tell which of the two databases this is."""
    return connection.dialect.name == "postgresql"


def ids_of(connection: Connection, query: Select[Any]) -> list[int]:
    """Return the ids that a bounded question finds, in its order, as one value.

    Of thousands of rows, making an object of each takes longer than finding them.
    """
    rows = query.subquery()
    if is_postgresql(connection):
        return list(connection.execute(select(func.array_agg(rows.c.id))).scalar() or ())
    listed = connection.execute(select(func.json_group_array(rows.c.id))).scalar_one()
    return list(json.loads(listed))


def among(
    connection: Connection, column: Column[Any], values: Collection[str] | Collection[int]
) -> ColumnElement[bool]:
    """Return the condition that a column has one of these values, sent as one parameter.

    Of hundreds of parameters, writing and parsing the question takes longer than the answer.
    """
    if is_postgresql(connection):
        kind = ARRAY(Integer if isinstance(column.type, Integer) else Text)
        return column == any_(bindparam("among", list(values), kind, unique=True))
    found = text("SELECT value FROM json_each(:among)")
    listed = found.bindparams(bindparam("among", json.dumps(list(values)), unique=True))
    return column.in_(listed.columns(literal_column("value")).scalar_subquery())
