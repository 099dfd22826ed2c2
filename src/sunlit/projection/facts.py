"""Facts: what one entry says about one thing in the catalogue. A card is the fold of its facts.

A fact's key is the thing's own, or `!` and a name by which the thing is reached: the id of a
statement about it, or the `alias` of one of its facts (a use, a problem's number).
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from sunlit.base.slugs import component_key, slug
from sunlit.base.times import format_time
from sunlit.projection.rooms import Place, Row
from sunlit.projection.storable import storable
from sunlit.projection.threads import bounded, name_key

REFERS: Final = "!"
# Made once: every statement of a log comes by here.
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"),
                                   check_circular=False)  # fmt: skip
MAX_TEXT: Final = 2000  # characters; a card shows a few lines, the entry holds the rest


def fact(
    place: Place, key: str, field: str, value: Mapping[str, object], *, alias: str = ""
) -> Row:
    """Return a fact: `key` from `component_fact_key`, `record_key` or `refers`."""
    said = {name: _plain(one) for name, one in value.items() if one or one == 0}
    written = _ENCODER.encode(said)
    values = (
        key, place.origin, place.idx, field, alias, place.at, place.statement_id,
        _listed(place.organisations), written,
    )  # fmt: skip
    return Row("fact", values)


def about_component(purl: str) -> str:
    """Return the key of a component's facts: the one in its address."""
    return component_key(purl)


def about_record(register: str, record: str) -> str:
    """Return the key of an imported record's facts."""
    return "~" + slug(f"{register}#{record}")


def refers(name: str) -> str:
    """Return the key of a fact about whatever a statement id or an alias stands for."""
    return REFERS + bounded(name)


def use_alias(deployer: str, use: str) -> str:
    """Return the alias under which a use is reached."""
    return name_key(("use", deployer, use))[1]


def problem_alias(number: str) -> str:
    """Return the alias under which a reported problem is reached."""
    return bounded(f"problem:{number}")


@lru_cache(maxsize=1024)
def _listed(names: tuple[str, ...]) -> str:
    return json.dumps(names, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, str):
        is_short = len(value) <= MAX_TEXT and value.isascii() and "\x00" not in value
        return value if is_short else storable(value[:MAX_TEXT])
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value[:100]]
    return value
