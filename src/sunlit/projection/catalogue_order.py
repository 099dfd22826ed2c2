"""Pages of the catalogue: by an order that an index has, from a cursor on."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, RowMapping, Select, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from sunlit.base.wording import text
from sunlit.projection.catalogue_bits import has, numbers_of, packed_of
from sunlit.projection.catalogue_counts import Found, Part
from sunlit.projection.catalogue_filter import bad_query
from sunlit.projection.dialect import among, ids_of
from sunlit.projection.tables import CARD

MAX_CURSOR: Final = 2000
MOST_STEP: Final = 20_000  # places of an index that are read at once


@dataclass(frozen=True, slots=True)
class _Order:
    """Columns that an index has, the id last."""

    columns: tuple[Column[Any], ...]
    descending: bool = False

    def after(self, last: Sequence[object] | None) -> Iterator[ColumnElement[bool]]:
        """Yield the condition that a card stands after a place."""
        if last is not None:
            here, there = tuple_(*self.columns), tuple_(*last)
            yield here < there if self.descending else here > there

    def sorted(self, query: Select[Any]) -> Select[Any]:
        """Return a question whose answers come in this order."""
        return query.order_by(*(one.desc() if self.descending else one for one in self.columns))


_NAME: Final = _Order((CARD.c.sort_name, CARD.c.id))
_ORDERS: Final[Mapping[str, _Order]] = {
    "attention": _NAME, "name": _NAME,
    "newest": _Order((CARD.c.updated, CARD.c.id), descending=True),
    "review": _Order((CARD.c.next_review, CARD.c.sort_name, CARD.c.id)),
}  # fmt: skip
SORTS: Final = tuple(_ORDERS)


@dataclass(frozen=True, slots=True)
class Page:
    """Some cards, and the cursor after which the next ones stand."""

    rows: tuple[RowMapping, ...]
    next: str | None


def page(connection: Connection, found: Found, sort: str, after: str | None, limit: int) -> Page:
    """Return the cards after a cursor, at most `limit`.

    By attention: the suspended first, then what is overdue or has expired, then the other own
    components, then imported records.

    Raises:
        MalformedError: `projection.bad-query`.
    """
    if sort not in _ORDERS:
        raise bad_query(text("an order"), ", ".join(SORTS))
    order = _ORDERS[sort]
    at, last = _read_cursor(after, len(order.columns))
    parts = found.attention if sort == "attention" else (found.cards,)
    rows: list[RowMapping] = []
    while at < len(parts):
        some = _rows(connection, parts[at], order, last, limit + 1 - len(rows))
        if len(rows) + len(some) > limit:
            kept = some[: limit - len(rows)]
            rows += kept
            # Where none of this part fits, it begins on the next page.
            values = [kept[-1][column.name] for column in order.columns] if kept else None
            return Page(tuple(rows), _cursor(at, values))
        rows += some
        at, last = at + 1, None
    return Page(tuple(rows), None)


def _rows(
    connection: Connection, part: Part, order: "_Order", last: Sequence[object] | None, limit: int
) -> list[RowMapping]:
    """Return the first of a part after a place in an order.

    All of what an index names are read from it; few are named; of many the index is gone through
    until as many are found.
    """
    count = part.bits.bit_count()
    if count in (0, part.out_of):
        query = select(CARD).where(*part.where, *order.after(last))
        return _read(connection, order.sorted(query).limit(limit)) if count else []
    if count * count <= limit * part.out_of:
        named = among(connection, CARD.c.id, tuple(numbers_of(part.bits)))
        query = select(CARD).where(named, *order.after(last))
        return _read(connection, order.sorted(query).limit(limit))
    ids = _gone_through(connection, part, order, last, limit)
    found = {row["id"]: row for row in
             _read(connection, select(CARD).where(among(connection, CARD.c.id, ids)))}  # fmt: skip
    return [found[one] for one in ids if one in found]


def _gone_through(
    connection: Connection, part: Part, order: "_Order", last: Sequence[object] | None, limit: int
) -> list[int]:
    packed, step = packed_of(part.bits), 2 * limit * part.out_of // part.bits.bit_count() + limit
    found: list[int] = []
    while True:
        query = select(*order.columns).where(*part.where, *order.after(last))
        passed = ids_of(connection, order.sorted(query).limit(step))
        found += [one for one in passed if has(packed, one)]
        if len(found) >= limit or len(passed) < step:
            return found[:limit]
        here = select(*order.columns).where(CARD.c.id == passed[-1])
        last, step = tuple(connection.execute(here).one()), min(MOST_STEP, step * 4)


def _read(connection: Connection, query: Select[Any]) -> list[RowMapping]:
    return list(connection.execute(query).mappings())


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
    return bad_query(text("a cursor"), text("the `next` of an earlier answer, as it was"))
