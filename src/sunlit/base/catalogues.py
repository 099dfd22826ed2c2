"""Gettext's catalogues of Sunlit's sentences, loaded where another language than English is asked.

What a catalogue lacks comes back as `Untold`: so that a translation that reads like the English
("Contact") is told from none.
"""

from gettext import GNUTranslations, NullTranslations
from importlib.resources import files


class Untold(str):
    """A sentence that nobody translated, in English."""

    __slots__ = ()


class _Untold(NullTranslations):
    def gettext(self, message: str) -> str:
        return Untold(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return Untold(msgid1 if n == 1 else msgid2)


def load(language: str) -> NullTranslations:
    """Return the catalogue of a language; an empty one where there is none."""
    kept = files("sunlit.base").joinpath("locale", language, "LC_MESSAGES", "messages.mo")
    if not language.isalpha() or not kept.is_file():
        return _Untold()
    with kept.open("rb") as file:
        found = GNUTranslations(file)
    found.add_fallback(_Untold())
    return found
