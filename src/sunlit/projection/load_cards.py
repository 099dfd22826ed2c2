"""Makes every card of the catalogue at once, in an empty SQLite file: each from all its facts.

The facts are read in the order of their keys, by one process; others fold them into cards.
"""

import json
import sqlite3
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, update

from sunlit.projection.ahead import MOST
from sunlit.projection.card_fold import card_of
from sunlit.projection.card_rows import facets_of, said_of, values_of
from sunlit.projection.facts import REFERS
from sunlit.projection.tables import CARD, CHANGED, META
from sunlit.projection.writing import insert_rows

_CHUNK: Final = 500  # things
_OWN: Final = "SELECT * FROM fact WHERE substr(key, 1, 1) <> ? ORDER BY key, origin, idx, field"
_ABOUT: Final = (
    "SELECT * FROM fact WHERE key IN (SELECT value FROM json_each(?))"
    " ORDER BY key, origin, idx, field"
)
_in_order: Final = itemgetter(*[it.name for it in CARD.columns if it.name != "id"])
# How many bytes of words the index puts in order before it writes them; its own default.
_HELD: Final = 16 * 1024 * 1024
_DEFAULT: Final = 1024 * 1024
Facts = dict[str, list[tuple[Any, ...]]]
"""Rows of the table `fact` by their key."""


class CardRow(NamedTuple):
    """A card's row without its number, its facets and its words."""

    values: tuple[object, ...]
    facets: list[tuple[str, str]]
    words: str


def load_cards(connection: Connection, pool: ProcessPoolExecutor | None) -> None:
    """Make the card of everything of which facts say something."""
    _hold_words(connection, _HELD)
    last = 0
    for cards in _folded(connection, pool):
        numbered = list(enumerate(cards, last + 1))
        last += len(cards)
        insert_rows(connection, {
            "card": [(number, *card.values) for number, card in numbered],
            "card_facet": [(*it, number) for number, card in numbered for it in card.facets],
        })  # fmt: skip
        if numbered:
            connection.exec_driver_sql(
                "INSERT INTO card_text (rowid, words) VALUES (?, ?)",
                [(number, card.words) for number, card in numbered],
            )
    _hold_words(connection, _DEFAULT)
    connection.execute(update(META).where(META.c.name == CHANGED).values(value="1"))


def _hold_words(connection: Connection, size: int) -> None:
    connection.exec_driver_sql(
        "INSERT INTO card_text (card_text, rank) VALUES ('hashsize', ?)", (size,)
    )


def _folded(connection: Connection, pool: ProcessPoolExecutor | None) -> Iterator[list[CardRow]]:
    """Yield cards in the order of their keys; the next ones are folded by `pool` meanwhile."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - it is only for SQLite
    begun = deque[tuple[Future[list[CardRow]] | None, Facts, Facts]]()
    for own, about in _chunks(driver):
        begun.append((_begin(pool, own, about), own, about))
        if len(begun) > (MOST if pool else 0):
            yield _take(*begun.popleft())
    for one in begun:
        yield _take(*one)


def _begin(
    pool: ProcessPoolExecutor | None, own: Facts, about: Facts
) -> Future[list[CardRow]] | None:
    try:
        return pool.submit(fold_cards, own, about) if pool else None
    except BrokenProcessPool:  # somebody ended our helpers: then this process does it
        return None


def _take(future: Future[list[CardRow]] | None, own: Facts, about: Facts) -> list[CardRow]:
    try:
        return future.result() if future else fold_cards(own, about)
    except BrokenProcessPool:
        return fold_cards(own, about)


def _chunks(driver: sqlite3.Connection) -> Iterator[tuple[Facts, Facts]]:
    """Yield the facts of some things, and those about them."""
    things = groupby(driver.execute(_OWN, (REFERS,)), key=itemgetter(0))
    while own := {key: list(rows) for key, rows in islice(things, _CHUNK)}:
        names = {REFERS + name for rows in own.values() for row in rows
                 for name in (row[6], row[4]) if name}  # fmt: skip
        met = driver.execute(_ABOUT, (json.dumps(sorted(names)),))
        about = groupby(met, key=itemgetter(0))
        yield own, {key.removeprefix(REFERS): list(rows) for key, rows in about}


def fold_cards(own: Facts, about: Facts) -> list[CardRow]:
    """Fold things' own facts, and those that refer to them by name, into rows of cards."""
    said = {name: [said_of(one) for one in rows] for name, rows in about.items()}
    found = []
    for key, rows in own.items():
        if (card := card_of(key, [said_of(one) for one in rows], said)) is not None:
            values = values_of(card, 1)
            found.append(CardRow(_in_order(values), facets_of(card), str(values["search"])))
    return found
