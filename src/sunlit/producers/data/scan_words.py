"""What a scan says in words: why a review is needed, the headline, what it cannot tell."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

MOST: Final = 20  # grounds; the report lists every column anyway
NAMED: Final = 6  # columns named in one sentence
STRAY: Final = 0.5  # how sure a find outside a label must be to be a ground
QUASI: Final = "quasi-identifier"
SAID: Final = {
    "special-category": "special-category data (UK and EU GDPR Article 9)",
    "criminal-offence": "criminal-offence data (UK and EU GDPR Article 10)",
    "secret": "secrets or keys",
}
ORDER: Final = (
    "special-category", "criminal-offence", "health", "identifier", "person", "contact",
    "financial", "location", "secret",
)  # fmt: skip

NOTHING: Final = (
    "What is not recognised is not reported: that nothing was found is no proof that nothing is "
    "there."
)
COMBINED: Final = (
    "Whether a person can be told from a combination of columns is not looked at here: sunlit "
    "data risk measures it."
)


def listed(names: Sequence[str]) -> str:
    """Return names in quotes, the first few, and how many more."""
    shown = ", ".join(repr(name[:60]) for name in names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED} more"


def grounds_of(detail: Mapping[str, Any]) -> list[str]:
    """Return why the dataset is sensitive; nothing when it is not.

    Quasi-identifiers alone (age, sex) are no ground: how exposing they are is measured by
    `sunlit data risk`.
    """
    text = detail["text"]
    grounds = []
    if text is not None:
        grounds.append(f"free text, sensitive by default: {_many(text['documents'], 'document')}")
        kinds = [one["kind"] for one in text["finds"] if one["confidence"] >= STRAY]
        if kinds:
            held = ", ".join(kinds[:NAMED])
            grounds.append(f"{held}: in {_many(text['with_any'], 'document')}")
    by_category = dict[str, list[str]]()
    for column in detail["columns"]:
        for category in {one["category"] for one in column["finds"] if _counts(one)}:
            by_category.setdefault(category, []).append(column["name"])
    for category in sorted(by_category, key=_place):
        if category != QUASI:
            said = SAID.get(category, f"{category} data")
            grounds.append(f"{said}: {_columns(by_category[category])}")
    if detail["free_text"]:
        grounds.append(f"free text, sensitive by default: {_columns(detail['free_text'])}")
    return grounds[:MOST]


def _columns(names: Sequence[str]) -> str:
    return f"{'column' if len(names) == 1 else 'columns'} {listed(names)}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _place(category: str) -> tuple[int, str]:
    return (ORDER.index(category) if category in ORDER else len(ORDER), category)


def _counts(find: Mapping[str, Any]) -> bool:
    return bool(find["label"]) or find["confidence"] >= STRAY


def _tells(find: Mapping[str, Any]) -> bool:
    """Say whether a find is reason to call a column's data personal: in prose too."""
    return _counts(find) and find["category"] != QUASI


def headline_of(detail: Mapping[str, Any]) -> str:
    """Return the one sentence that says it all."""
    name, text = detail["dataset"]["name"], detail["text"]
    if text is not None:
        return (
            f"{name}: {text['with_any']} of {text['documents']} documents hold personal data "
            "that was recognised; free text is sensitive by default, so a review is needed."
        )
    holds = [one for one in detail["columns"] if any(map(_tells, one["finds"]))]
    holding = f"personal data found in {len(holds)} of {_many(len(detail['columns']), 'column')}"
    prose = f", free text in {len(detail['free_text'])}" if detail["free_text"] else ""
    end = "a review is needed" if detail["sensitive"] else "no ground for a review was found"
    return f"{name}, {_many(detail['rows'], 'row')}: {holding}{prose}; {end}."


def _sampled(columns: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say which kinds were counted by estimate, and which could have been missed for that."""
    drawn = [one for one in columns if one["sampled"]]
    if drawn:
        yield (
            f"Of columns {listed([one['name'] for one in drawn])}, every value was searched, but "
            "of kinds that are frequent there one value in 64 was checked: their shares are "
            "estimates, with intervals."
        )
    for column in drawn:
        found = {one["kind"] for one in column["finds"]}
        rare = [one["title"] for one in column["sampled"]["kinds"] if one["kind"] not in found]
        if rare:
            yield (
                f"In column {listed([column['name']])} so many values look like "
                f"{' or '.join(rare[:NAMED])}{' (and more)' if len(rare) > NAMED else ''} that one "
                "in 64 was checked: none was, and a rare one may be missed."
            )


def limits_of(detail: Mapping[str, Any]) -> list[str]:
    """Return what the scan cannot tell."""
    limits: list[str] = [NOTHING, COMBINED]
    if detail["residual"] is not None:
        limits.append(detail["residual"]["names"])
    limits += _sampled(detail["columns"])
    if detail["not_looked"]:
        names = [one["name"] for one in detail["not_looked"]]
        limits.append(f"Columns {listed(names)} hold no text and were judged by name only.")
    if detail["dataset"]["unread"]:
        limits.append(f"{len(detail['dataset']['unread'])} files were not read at all.")
    if detail["text"] is not None and detail["text"]["encoded"]:
        limits.append(
            f"{detail['text']['encoded']} documents hold parts in base64 or quoted-printable "
            "that were read as they are written, not decoded."
        )
    return limits
