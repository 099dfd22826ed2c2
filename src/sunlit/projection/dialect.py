"""Which of the two databases answers, and how each is told of many values at once."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    Integer,
    Text,
    any_,
    bindparam,
    literal_column,
    text,
)
from sqlalchemy.sql.elements import ColumnElement


def is_postgresql(connection: Connection) -> bool:
    """Tell which of the two databases this is."""
    return connection.dialect.name == "postgresql"


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
