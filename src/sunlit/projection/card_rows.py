"""Cards as rows, and facts read from theirs. Pure."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sunlit.projection.card_fold import Said, read_value
from sunlit.projection.cards import Card


def said_of(row: Sequence[Any]) -> Said:
    """Return what a row of the table `fact` says, its values in the order of the columns."""
    _key, origin, idx, field, alias, at, statement_id, organisations, value = row
    return Said(
        field, origin, idx, at, statement_id, alias, _names(organisations), read_value(value)
    )


@lru_cache(maxsize=4096)
def _names(written: str) -> frozenset[str]:
    return frozenset(json.loads(written))


def facets_of(card: Card) -> list[tuple[str, str]]:
    """Return the facets of which a thing may have several values, each once."""
    return [
        (facet, value)
        for facet, values in (("area", card.areas), ("used_by", card.used_by))
        for value in dict.fromkeys(values)
    ]


def values_of(card: Card, changed: int) -> dict[str, object]:
    """Return a card's row by column, all but its number; `changed` counts changes."""
    return {
        "key": card.key, "component": card.component, "name": card.name,
        "sort_name": card.sort_name, "version": card.version, "summary": card.summary,
        "kind": card.kind, "owner": card.owner, "source": card.source,
        "register": card.register, "used_by": _written(card.used_by),
        "areas": " ".join(card.areas), "status": card.status, "token_kind": card.token_kind,
        "until": card.until, "tier": card.tier, "code": card.code,
        "next_review": card.next_review, "open_problems": card.open_problems,
        "blanks": card.blanks, "updated": card.updated, "changed": changed, "search": card.search,
        "permitted": _listed(card.permitted), "prohibited": _listed(card.prohibited),
    }  # fmt: skip


@lru_cache(maxsize=256)
def _written(texts: tuple[str, ...]) -> str:
    return json.dumps(texts)


@lru_cache(maxsize=256)
def _listed(texts: tuple[str, ...]) -> str:
    return json.dumps(texts, ensure_ascii=False) if texts else "[]"
