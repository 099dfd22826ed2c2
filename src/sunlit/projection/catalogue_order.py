"""Pages of the catalogue: by an order that an index has, from a cursor on."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Connection, RowMapping, and_, not_, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from sunlit.projection.cards import IMPORTED, OWN
from sunlit.projection.catalogue_filter import Asked, bad_query, conditions
from sunlit.projection.tables import CARD

MAX_CURSOR: Final = 2000
_NAME: Final = (CARD.c.sort_name, CARD.c.id)
_ORDERS: Final[Mapping[str, tuple[tuple[Column[object], ...], bool]]] = {
    "attention": (_NAME, False),
    "name": (_NAME, False),
    "newest": ((CARD.c.updated, CARD.c.id), True),
    "review": ((CARD.c.next_review, CARD.c.sort_name, CARD.c.id), False),
}
SORTS: Final = tuple(_ORDERS)


@dataclass(frozen=True, slots=True)
class Page:
    """Some cards, and the cursor after which the next ones stand."""

    rows: tuple[RowMapping, ...]
    next: str | None


def page(connection: Connection, asked: Asked, sort: str, after: str | None, limit: int) -> Page:
    """Return the cards after a cursor, at most `limit`.

    By attention: the suspended first, then what is overdue or has expired, then the other own
    components, then imported records; each part is one question that an index answers.

    Raises:
        MalformedError: `projection.bad-query`.
    """
    if sort not in _ORDERS:
        raise bad_query("a sort", ", ".join(SORTS))
    columns, descending = _ORDERS[sort]
    part, last = _read_cursor(after, len(columns))
    parts = _attention(asked) if sort == "attention" else [[]]
    rows: list[RowMapping] = []
    where = conditions(connection, asked)
    while part < len(parts):
        found = _rows(
            connection, [*where, *parts[part]], (columns, descending), last, limit + 1 - len(rows)
        )
        if len(rows) + len(found) > limit:
            kept = found[: limit - len(rows)]
            rows += kept
            # Where none of this part fits, it begins on the next page.
            values = [kept[-1][column.name] for column in columns] if kept else None
            return Page(tuple(rows), _cursor(part, values))
        rows += found
        part, last = part + 1, None
    return Page(tuple(rows), None)


def _rows(
    connection: Connection, where: Sequence[ColumnElement[bool]],
    order: tuple[tuple[Column[object], ...], bool], last: Sequence[object] | None, limit: int,
) -> list[RowMapping]:  # fmt: skip
    columns, descending = order
    if last is not None:
        here, there = tuple_(*columns), tuple_(*last)
        where = [*where, here < there if descending else here > there]
    query = select(CARD).where(*where).limit(limit)
    query = query.order_by(*(column.desc() if descending else column for column in columns))
    return list(connection.execute(query).mappings())


def _attention(asked: Asked) -> list[list[ColumnElement[bool]]]:
    suspended = CARD.c.status == "suspended"
    late = or_(
        CARD.c.next_review < asked.at, and_(CARD.c.status == "valid", CARD.c.until <= asked.at)
    )
    calm = [not_(suspended), not_(late)]
    # No record is suspended or late: nobody here may say so of it.
    return [[suspended], [not_(suspended), late],
            [CARD.c.source == OWN, *calm], [CARD.c.source == IMPORTED, *calm]]  # fmt: skip


def _cursor(part: int, values: Sequence[object] | None) -> str:
    written = json.dumps([part, values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _read_cursor(after: str | None, columns: int) -> tuple[int, list[object] | None]:
    if not after:
        return 0, None
    try:
        padded = after[:MAX_CURSOR] + "=" * (-len(after) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise _bad_cursor() from error
    if not (isinstance(found, list) and len(found) == 2 and type(found[0]) is int):
        raise _bad_cursor()
    part, values = found
    if values is not None and not _fits(values, columns):
        raise _bad_cursor()
    return max(0, part), values


def _fits(values: object, columns: int) -> bool:
    """Tell whether these are the values of an order's columns: texts, and the id last."""
    return (
        isinstance(values, list)
        and len(values) == columns
        and all(isinstance(one, str) and "\x00" not in one for one in values[:-1])
        and type(values[-1]) is int
        and 0 <= values[-1] < 2**31
    )


def _bad_cursor() -> Exception:
    return bad_query("a cursor", "the `next` of an earlier answer, as it was")
