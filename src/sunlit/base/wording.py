"""Sentences that know their pattern: written in English below, translated where they are shown.

`text("the token limits the %(name)s", name="place")` is the English sentence, a `str` like any
other. Whoever shows it to people asks for it in their language: `told(sentence, "cy")`. The
catalogues are gettext's, `locale/<language>/LC_MESSAGES/messages.mo`; `tools/locale.py` makes
them from what stands in `text`, `texts`, `N_` and `_`, and from the words of errors.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache, partial, reduce
from typing import TYPE_CHECKING, Final, Literal, Self

if TYPE_CHECKING:
    from gettext import NullTranslations

ENGLISH: Final = "en"
_GROUPS: Final = {"nl": "."}  # between the thousands of a number; elsewhere a comma
_POINTS: Final = {"nl": ","}  # before the decimals; elsewhere a point
_PLACE: Final = re.compile(r"%\(\w+\)s")
Value = str | int | Decimal
First = Literal["", "upper", "lower"]


class Id(str):
    """An organisation by its id in a sentence: who shows the sentence may say its name instead."""

    __slots__ = ()


class Text(str):
    """An English sentence with the pattern and the values that it was made of.

    With `plural`, `number` chooses between the two patterns. A value that is a `Text` is translated
    as well; any other is a name or others' words, and stays. `first`: what becomes of its first
    letter.
    """

    __slots__ = ("first", "number", "pattern", "plural", "values")
    pattern: str
    values: Mapping[str, Value]
    plural: str | None
    number: int
    first: First

    def __new__(
        cls,
        pattern: str,
        values: Mapping[str, Value],
        plural: str | None = None,
        number: int = 1,
        *,
        first: First = "",
    ) -> Self:
        """Fill the pattern in English."""
        chosen = pattern if plural is None or number == 1 else plural
        filled = _filled(chosen, values, ENGLISH)
        made = super().__new__(cls, _begun(filled, first))
        made.pattern, made.values, made.first = pattern, values, first
        made.plural, made.number = plural, number
        return made

    def __reduce__(self) -> tuple[object, ...]:
        """Let a sentence travel to another process whole."""
        made = partial(type(self), first=self.first)
        return made, (self.pattern, self.values, self.plural, self.number)


def text(pattern: str, /, **values: Value) -> Text:
    """Return a sentence of ours with `%(name)s` places.

    An `int` is written with its commas, a `Decimal` as it is, with the language's own point.
    """
    return Text(pattern, values)


def fixed(sentence: str) -> Text:
    """Return a sentence of ours without places: one that stands in data, as a rubric's title."""
    return sentence if isinstance(sentence, Text) else Text(sentence.replace("%", "%%"), {})


def texts(one: str, many: str, count: int, /, **values: Value) -> Text:
    """Return a sentence that hangs on a count; `%(count)s` stands for it."""
    return Text(one, {"count": count, **values}, many, count)


def joined(parts: Iterable[str], separator: str = " ") -> Text:
    """Return sentences beside each other; each stays a sentence of its own."""
    every = {f"part{number}": part for number, part in enumerate(parts)}
    return Text(separator.replace("%", "%%").join(f"%({name})s" for name in every), every)


def whole(words: str) -> Text:
    """Return words, those of an error for instance, as a sentence: "it ended" is "It ended"."""
    return Text("%(what)s.", {"what": fixed(words)}, first="upper")


def lowered(sentence: str) -> Text:
    """Return a sentence as it stands after a colon: "It ended." is "it ended."."""
    return Text("%(what)s", {"what": fixed(sentence)}, first="lower")


def both(parts: Iterable[str]) -> str:
    """Return words with "and" between each."""
    return reduce(lambda one, more: text("%(one)s and %(more)s", one=one, more=more), parts)


def either(parts: Iterable[str]) -> str:
    """Return words with "or" between each."""
    return reduce(lambda one, more: text("%(one)s or %(more)s", one=one, more=more), parts)


def renamed(sentence: str, named: Callable[[str], str]) -> str:
    """Return a sentence with `named` in place of each `Id` in it."""
    if isinstance(sentence, Id):
        return named(sentence)
    if not isinstance(sentence, Text):
        return sentence
    values = {
        name: renamed(value, named) if isinstance(value, str) else value
        for name, value in sentence.values.items()
    }
    return Text(sentence.pattern, values, sentence.plural, sentence.number, first=sentence.first)


def told(sentence: str, language: str = ENGLISH) -> str:
    """Return a sentence in a language; in English where nobody translated it."""
    return _told(sentence, language)[0]


def is_known(sentence: str, language: str) -> bool:
    """Tell whether somebody has translated a sentence, with every sentence in it."""
    return _told(sentence, language)[1]


def _told(sentence: str, language: str) -> tuple[str, bool]:
    if language == ENGLISH or not sentence:
        return str(sentence), True
    known = catalogue(language)
    if not isinstance(sentence, Text):
        found = known.gettext(sentence)
        return found, _is_ours(found)
    pattern = sentence.pattern
    if sentence.plural is not None:
        found = known.ngettext(pattern, sentence.plural, sentence.number)
    else:
        found = known.gettext(pattern)
    is_ours = _is_ours(found) or not any(map(str.isalpha, _PLACE.sub("", pattern)))
    parts = [one for one in sentence.values.values() if isinstance(one, Text)]
    filled = _filled(found, sentence.values, language)
    every = is_ours and all(is_known(one, language) for one in parts)
    return _begun(filled, sentence.first), every


def _is_ours(found: str) -> bool:
    from sunlit.base.catalogues import Untold  # noqa: PLC0415 - as below

    return not isinstance(found, Untold)


@cache
def catalogue(language: str) -> "NullTranslations":
    """Return the catalogue of a language; what it lacks is said in English."""
    # A guard that speaks English never needs them.
    from sunlit.base.catalogues import load  # noqa: PLC0415

    return load(language)


def _filled(pattern: str, values: Mapping[str, Value], language: str) -> str:
    return pattern % {name: _shown(value, language) for name, value in values.items()}


def _begun(words: str, first: First) -> str:
    if not first:
        return words
    return (words[:1].upper() if first == "upper" else words[:1].lower()) + words[1:]


def _shown(value: Value, language: str) -> str:
    if isinstance(value, Text):
        return told(value, language)
    if isinstance(value, Decimal):
        return str(value).replace(".", _POINTS.get(language, "."))
    if isinstance(value, int):
        return f"{value:,}".replace(",", _GROUPS.get(language, ","))
    return value
