"""Makes the cards of the catalogue fit their facts again: those that new rows made stale."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from sqlalchemy import (
    Connection,
    Engine,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)

from sunlit.projection.card_fold import Said, card_of
from sunlit.projection.card_rows import facets_of, said_of, values_of
from sunlit.projection.cards import Card
from sunlit.projection.dialect import among, is_postgresql
from sunlit.projection.engine import reading, writing
from sunlit.projection.facts import REFERS
from sunlit.projection.tables import CARD, CARD_FACET, CHANGED, FACT, MADE, META, STALE

CHUNK: Final = 500  # cards, and parameters of one question
# Those of a card that goes go with it.
_PUT_WORDS: Final = text(
    "INSERT INTO card_words (id, doc)"
    " SELECT id, array_to_tsvector(string_to_array(words, ' '))"
    " FROM unnest(CAST(:ids AS integer[]), CAST(:words AS text[])) AS new(id, words)"
    " ON CONFLICT (id) DO UPDATE SET doc = excluded.doc"
    " WHERE card_words.doc IS DISTINCT FROM excluded.doc"
)
_AT_ONCE: Final = 8  # chunks of cards in one transaction
_LOCK: Final = 0x53554E4C49540003  # ours, among PostgreSQL's advisory locks: one makes cards


def chunks(values: Iterable[str], size: int = CHUNK) -> Iterator[list[str]]:
    """Yield lists of at most `size` values."""
    left = iter(values)
    while chunk := list(islice(left, size)):
        yield chunk


def mark_stale(connection: Connection, facts: Sequence[tuple[object, ...]]) -> None:
    """Note whose cards new facts change: their own thing's, or of what they refer to."""
    keys = {str(one[0]) for one in facts}
    referred = [key.removeprefix(REFERS) for key in keys if key.startswith(REFERS)]
    found = {key for key in keys if not key.startswith(REFERS)}
    for chunk in chunks(referred):
        for column in (FACT.c.statement_id, FACT.c.alias):
            met = connection.execute(
                select(FACT.c.key).where(among(connection, column, chunk), column != "")
            )
            found |= {key for (key,) in met if not key.startswith(REFERS)}
    known: set[str] = set()
    for chunk in chunks(sorted(found)):
        met = connection.execute(select(STALE.c.key).where(among(connection, STALE.c.key, chunk)))
        known |= {key for (key,) in met}
    if new := sorted(found - known):
        connection.execute(insert(STALE), [{"key": key} for key in new])


def refresh_all(engine: Engine) -> None:
    """Make every stale card anew, some thousands in a transaction.

    Raises:
        UnavailableError: `projection.unavailable`.
    """
    with reading(engine) as connection:
        is_stale = connection.execute(select(STALE.c.key).limit(1)).first() is not None
    while is_stale:
        with writing(engine, _LOCK) as connection:
            is_stale = all(_refresh_some(connection) for _ in range(_AT_ONCE))


def _refresh_some(connection: Connection) -> bool:
    """Make some cards anew; tell whether there were as many as asked for."""
    query = select(STALE.c.key).order_by(STALE.c.key).limit(CHUNK)
    keys = [str(key) for (key,) in connection.execute(query)]
    if keys:
        _refresh(connection, keys)
        connection.execute(delete(STALE).where(among(connection, STALE.c.key, keys)))
    return len(keys) == CHUNK


def _refresh(connection: Connection, keys: list[str]) -> None:
    own = _facts(connection, keys)
    names = {name for facts in own.values() for one in facts
             for name in (one.statement_id, one.alias) if name}  # fmt: skip
    about: dict[str, list[Said]] = {}
    for chunk in chunks(sorted(names)):
        found = _facts(connection, [REFERS + name for name in chunk])
        about |= {key.removeprefix(REFERS): facts for key, facts in found.items()}
    cards = [card for key in keys if (card := card_of(key, own.get(key, ()), about))]
    put_cards(connection, keys, cards)


def _facts(connection: Connection, keys: Sequence[str]) -> Mapping[str, list[Said]]:
    found: dict[str, list[Said]] = defaultdict(list)
    for one in connection.execute(select(FACT).where(among(connection, FACT.c.key, keys))):
        found[str(one[0])].append(said_of(one))
    return found


def put_cards(connection: Connection, keys: list[str], cards: Sequence[Card]) -> None:
    """Put cards in place of those with these keys.

    Ids of the cards that stay are kept: they are in lists that somebody is paging through.
    """
    number = _next_change(connection)
    found = connection.execute(
        select(CARD.c.key, CARD.c.id).where(among(connection, CARD.c.key, keys))
    )
    ids = {str(key): int(number) for key, number in found}
    connection.execute(delete(CARD_FACET).where(among(connection, CARD_FACET.c.id, ids.values())))
    kept = {card.key for card in cards}
    gone = [number for key, number in ids.items() if key not in kept]
    if gone:
        connection.execute(delete(CARD).where(among(connection, CARD.c.id, gone)))
        made = {"value": secrets.token_hex(8)}
        connection.execute(update(META).where(META.c.name == MADE).values(made))
    if changed := [card for card in cards if card.key in ids]:
        values: dict[str, object] = {
            name: bindparam(name) for name in values_of(changed[0], number)
        }
        connection.execute(
            update(CARD).where(CARD.c.key == bindparam("b_key")).values(values),
            [values_of(card, number) | {"b_key": card.key} for card in changed],
        )  # fmt: skip
    if new := [card for card in cards if card.key not in ids]:
        connection.execute(insert(CARD), [values_of(card, number) for card in new])
        met = connection.execute(
            select(CARD.c.key, CARD.c.id).where(
                among(connection, CARD.c.key, [card.key for card in new])
            )
        )
        ids |= {str(key): int(number) for key, number in met}
    _index(connection, cards, ids, gone)


def _index(
    connection: Connection, cards: Sequence[Card], ids: Mapping[str, int], gone: Sequence[int]
) -> None:
    facets = [
        {"facet": facet, "value": value, "id": ids[card.key]}
        for card in cards
        for facet, value in facets_of(card)
    ]
    if facets:
        connection.execute(insert(CARD_FACET), facets)
    if is_postgresql(connection):
        words = {"ids": [ids[card.key] for card in cards], "words": [it.search for it in cards]}
        if cards:
            connection.execute(_PUT_WORDS, words)
        return
    numbers = [{"id": number} for number in (*gone, *(ids[card.key] for card in cards))]
    if numbers:
        connection.execute(text("DELETE FROM card_text WHERE rowid = :id"), numbers)
    if cards:
        connection.execute(
            text("INSERT INTO card_text (rowid, words) VALUES (:id, :words)"),
            [{"id": ids[card.key], "words": card.search} for card in cards],
        )  # fmt: skip


def _next_change(connection: Connection) -> int:
    query = select(META.c.value).where(META.c.name == CHANGED)
    number = int(connection.execute(query).scalar_one()) + 1
    connection.execute(update(META).where(META.c.name == CHANGED).values(value=str(number)))
    return number
