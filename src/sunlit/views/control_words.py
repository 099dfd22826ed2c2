"""Where a control comes from and why it is asked, in words: laws, articles, facts. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from sunlit.base.wording import Text, fixed, joined, text
from sunlit.rubric.aia import fact_questions
from sunlit.rubric.control import Condition
from sunlit.rubric.law import law
from sunlit.rubric.risk_code import scheme

_ARTICLE: Final = re.compile(r"art-(\w+)((?:-\w+)*)")
_SECTION: Final = re.compile(r"s(\d+\w?)")
_TO: Final = re.compile(r"art-(\d+[a-z])-(\d+[a-z])")
WHAT: Final = {
    "kind": text("Kind of component"), "area": text("Area of use"), "tier": text("Risk level"),
    "jurisdiction": text("Jurisdiction"), "oversight": text("Human oversight"),
}  # fmt: skip
ANSWERS: Final = {"yes": fixed("Yes"), "no": fixed("No")}


def sources(*ids: str) -> tuple[Text, ...]:
    """Return where a control comes from, each once: `eu-ai-act:art-10-5`, `iso-42001:A.5.2`."""
    return tuple(source(one) for one in dict.fromkeys(ids))


def source(id_: str) -> Text:
    """Return a law and its place in words: "EU AI Act, article 10(5)"."""
    name, _, place = id_.partition(":")
    known = law().schemes.get(name)
    title = fixed(known["title"]) if known else name
    if not place:
        return text("%(law)s", law=title)
    if found := _TO.fullmatch(place):
        return text("%(law)s, articles %(first)s to %(last)s", law=title, first=found[1],
                    last=found[2])  # fmt: skip
    if found := _ARTICLE.fullmatch(place):
        under = "".join(f"({one})" for one in found[2].split("-") if one)
        return text("%(law)s, article %(place)s", law=title, place=found[1] + under)
    if found := _SECTION.fullmatch(place):
        return text("%(law)s, section %(place)s", law=title, place=found[1])
    return text("%(law)s: %(place)s", law=title, place=place)


def reason(condition: Condition) -> Text:
    """Return a fact that makes a control apply, and the values that do."""
    values = joined(_values(condition.fact, condition.values), ", ")
    if question := fact_questions().get(condition.fact):
        return joined((fixed(question), values))
    what = WHAT.get(condition.fact) or fixed(condition.fact)
    return text("%(what)s: %(values)s", what=what, values=values)


def _values(fact: str, values: Iterable[str]) -> tuple[str, ...]:
    areas = scheme().document.get("areas") if fact == "area" else None
    return tuple(
        fixed(str(row["title"])) if isinstance(row := _row(areas, one), Mapping)
        else ANSWERS.get(one) or fixed(one.replace("-", " "))
        for one in sorted(values)
    )  # fmt: skip


def _row(areas: object, value: str) -> object:
    return areas.get(value) if isinstance(areas, Mapping) else None
