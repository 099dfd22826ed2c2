"""Organisations by the name that the logs give them: `riverside.example` is "Riverside Council"."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from fastapi import Request

from sunlit.base.errors import SunlitError
from sunlit.views.component_words import tidy
from sunlit.web.pages import site_of
from sunlit.web.public.reading import known_of

LONGEST: Final = 120  # characters of a name
# A domain, or a register and a number: any sign between two letters but those that names have.
# There are more dots than one, and some that only look like one.
_LIKE_AN_ID: Final = re.compile(r"\w[^\w\s'\u2019&/+\u2010-\u2015-]\w")
_LAST_LATIN: Final = "\u017f"  # of Latin Extended-A; what is beyond looks like too much else
# Letters of other scripts that look like ours in most fonts (Unicode's confusables.txt, UTS 39).
_CYRILLIC: Final = (
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0456\u0458"
)
_GREEK: Final = "\u03b1\u03b2\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7"
_LOOK_ALIKE: Final = str.maketrans(
    f"{_CYRILLIC}{_GREEK}\u0131i10", "abekmhopctyxsljabelkvoptuxlllo"
)


def named(request: Request, organisation: str) -> str:
    """Return an organisation's name, or its id where nobody said one."""
    return names_of(request).get(organisation, organisation)


def names_of(request: Request) -> Mapping[str, str]:
    """Return the names by id, read again when a log has grown.

    A name that two of them bear is followed by the id: nobody passes for another by a name.
    """
    found: Mapping[str, str] | None = getattr(request.state, "names", None)
    if found is None:
        found = request.state.names = _kept(request)
    return found


def _kept(request: Request) -> Mapping[str, str]:
    state = request.app.state
    try:
        as_of = site_of(request).positions()
        kept: tuple[str, Mapping[str, str]] | None = getattr(state, "names", None)
        if kept is None or kept[0] != as_of:
            kept = state.names = (as_of, apart(dict(_read(request))))
    except SunlitError:
        return {}  # a page that can be shown without the logs is shown with ids
    return kept[1]


def apart(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names, each with its id behind it where it does not tell who is meant.

    Because another's name or id looks like it, it looks like an id, or is in letters that can look
    like others, or in none; whose name is their id has said it.
    """
    bearers = Counter(map(_looks, names.values()))
    bearers.update(_looks(id_) for id_, name in names.items() if _looks(name) != _looks(id_))
    unclear = {
        id_
        for id_, name in names.items()
        if name != id_ and (bearers[_looks(name)] > 1 or not _is_plain(name))
    }
    return {id_: f"{name} ({id_})" if id_ in unclear else name for id_, name in names.items()}


def _is_plain(name: str) -> bool:
    seen = _folded(name)
    letters = [one for one in seen if one.isalnum()]
    return bool(letters) and max(letters) <= _LAST_LATIN and not _LIKE_AN_ID.search(seen)


def _looks(name: str) -> str:
    """Return what names have in common that look alike: letters and digits."""
    plain = _folded(name).translate(_LOOK_ALIKE)
    return "".join(one for one in plain if one.isalnum()) or name


def _folded(name: str) -> str:
    """Return a name without capitals, marks and what has no width."""
    # Mathematical letters are capitals once they are decomposed, and not before.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(one for one in plain if unicodedata.category(one)[0] not in "MC")


def _read(request: Request) -> Iterator[tuple[str, str]]:
    """Yield (id, name) as each log has it; an organisation's own log comes last and counts."""
    own = []
    for home, log in known_of(request).logs():
        directory = log.directory()
        for id_ in directory.organisation_records:
            claim = directory.organisation(id_)
            name = tidy(claim.name or "", LONGEST) if claim else ""
            if name:
                yield id_, name
                if id_ == home.organisation:
                    own.append((id_, name))
    yield from own
