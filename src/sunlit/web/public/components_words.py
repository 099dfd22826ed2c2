"""How a component's facts are put on a page, in the reader's language; others' words set apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import Request
from markupsafe import Markup, escape

from sunlit.base.marking import N_
from sunlit.base.wording import Text, catalogue, told
from sunlit.views.component import ComponentView
from sunlit.views.component_label_parts import Label
from sunlit.views.component_token import State
from sunlit.views.component_words import MAX_WORDS, Value, Words, tidy
from sunlit.views.limit_words import limit_words
from sunlit.web.language import (
    gettext_of,
    language_of,
    said_date,
    said_dates,
    said_number,
    said_place,
)
from sunlit.web.public.naming import names_of

ANSWERS: Final = {  # of a check: the word and its colour; the word alone says it
    "HOLDS": (N_("Holds"), "green"), "FAILS": (N_("Fails"), "red"),
    "UNKNOWN": (N_("Not known"), "grey"),
}  # fmt: skip
_BDI: Final = Markup("<bdi>{}</bdi>")


def say(request: Request, what: Words) -> Markup:
    """Return a sentence of ours in the reader's language; every value in it is escaped and apart.

    A sentence of the catalogue is text as well: whoever translates writes no markup.
    """
    known = catalogue(language_of(request))
    if what.plural is None:
        text = known.gettext(what.text) if what.text else ""
    else:
        text = known.ngettext(what.text, what.plural, what.count)
    language, names = language_of(request), names_of(request)
    values = {
        name: said_number(value, language)
        if isinstance(value, int) and f"%({name})s" in text
        else _apart(value, language, names)
        for name, value in what.values.items()
    }
    return escape(text) % values


def _apart(value: Value, language: str, names: Mapping[str, str]) -> Markup | int | str:
    if isinstance(value, datetime):
        return said_date(value, language)
    if isinstance(value, Text):
        return _BDI.format(tidy(said_dates(told(value, language), language)))
    return value if isinstance(value, int) else _BDI.format(names.get(value, value))


def bdi(text: str) -> Markup:
    """Return others' words for a place in a sentence of ours: they cannot turn its direction."""
    return _BDI.format(tidy(text))


def tags(request: Request) -> dict[str, dict[str, str]]:
    """Return the word and colour of each state; the word alone says it."""
    _ = gettext_of(request)
    return {
        State.VALID.value: {"text": _("May be used"), "colour": "green"},
        State.RESTRICTED.value: {"text": _("May be used, with limits"), "colour": "yellow"},
        State.PILOT.value: {"text": _("Trial"), "colour": "blue"},
        State.SUSPENDED.value: {"text": _("Suspended"), "colour": "red"},
        State.REVOKED.value: {"text": _("Taken back"), "colour": "red"},
        State.EXPIRED.value: {"text": _("Permission ended"), "colour": "red"},
        State.NONE.value: {"text": _("No permission"), "colour": "grey"},
    }


def tiers(request: Request) -> dict[str | None, str]:
    """Return the tiers in words."""
    _ = gettext_of(request)
    return {
        "low": _("low"), "medium": _("medium"), "high": _("high"), "critical": _("critical"),
    }  # fmt: skip


def kind_of(request: Request, kind: str | None) -> str:
    """Return what kind of thing a component is, in words."""
    _ = gettext_of(request)
    kinds = {
        "model": _("A model"), "dataset": _("A dataset"), "code": _("Software"),
        "pipeline": _("A pipeline"), "oci-image": _("A container image"),
        "database-snapshot": _("A copy of a database"),
        "hosted-service": _("A service that somebody else runs"),
    }  # fmt: skip
    return kinds.get(kind or "") or _("Nobody says what kind of thing it is")


def downloads(request: Request) -> tuple[tuple[str, str], ...]:
    """Return the formats of exports, each with its words."""
    _ = gettext_of(request)
    return (
        ("cyclonedx", _("CycloneDX 1.6: bill of materials with attestations (JSON)")),
        ("mldcat-ap", _("MLDCAT-AP 3.1: catalogue record (JSON-LD)")),
        ("atrs", _("Algorithmic transparency record (JSON)")),
        ("publiccode", _("publiccode.yml")),
        ("nl-register", _("Record for the Dutch algorithm register (JSON)")),
        ("omb", _("Record for the US federal inventory (CSV)")),
    )


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which conditions one use is allowed: rows of a title and others' words."""

    label: Label
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def conditions(request: Request, view: ComponentView) -> tuple[Conditions, ...]:
    """Return the conditions of each permission."""
    _ = gettext_of(request)
    found = []
    for label in view.labels:
        grant = label.permission.grant
        if grant is None:
            continue
        rows = (
            (_("Limits"), tuple(say(request, limit_words(one, MAX_WORDS))
                                for one in grant.constraints) or (_("No further limit"),)),
            (_("Where"), tuple(said_place(one, language_of(request))
                               for one in grant.jurisdictions)),
            (_("With which data"), grant.data_classes),
            (_("How its files must be checked"), (binding(request, grant.minimum_binding),)),
            (_("Checks not met when it was allowed"), grant.open_findings or (_("None"),)),
            (_("Suspended if more is missing than"),
             (_("%d of 8 safeguards") % max(0, grant.ceiling - 1),)),
        )  # fmt: skip
        found.append(Conditions(label, rows))
    return tuple(found)


def binding(request: Request, name: str) -> str:
    """Return how it has to be known which files answer, in words."""
    _ = gettext_of(request)
    known = {
        "files-verified": _("The very files that are loaded are compared with this release"),
        "declared": _("Whoever runs it says which release it is"),
        "endpoint-only": _("Nothing ties the service to a release"),
    }
    return known.get(name, name)
