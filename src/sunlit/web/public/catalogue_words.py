"""The catalogue's filters in the reader's language."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from fastapi import Request
from markupsafe import escape

from sunlit.base.wording import catalogue, told
from sunlit.rubric.risk_code import scheme
from sunlit.web.language import gettext_of, language_of, said_date
from sunlit.web.public.components_words import bdi


def facet_titles(request: Request) -> Mapping[str, str]:
    """Return what each filter is called."""
    _ = gettext_of(request)
    return {
        "status": _("Permission"), "due": _("Review due"), "source": _("Where it comes from"),
        "used_by": _("Used by"), "area": _("Used for"), "tier": _("Risk level"),
        "kind": _("Kind"),
    }  # fmt: skip


def facet_words(request: Request, facet: str) -> Mapping[str, str]:
    """Return a filter's values in words; a name that is somebody's own is not among them."""
    return facet_words_in(language_of(request), facet)


@lru_cache(maxsize=64)
def facet_words_in(language: str, facet: str) -> Mapping[str, str]:
    """Return the same in a language, looked up once."""
    _ = catalogue(language).gettext
    if facet == "area":
        return _areas(language)
    none = _("Not provided")
    words = {
        "status": {
            "valid": _("Permission given"), "suspended": _("Suspended"),
            "expired": _("Permission ended"), "invalid": _("Taken back"),
            "none": _("No permission"),
        },
        "due": {
            "overdue": _("Overdue"), "30-days": _("Within 30 days"), "90-days": _("Within 90 days"),
            "later": _("Later"), "none": none,
        },
        "source": {
            "own": _("Signed by the organisations of this site"),
            "omb": _("US federal inventory (not signed)"),
            "atrs": _("UK transparency records (not signed)"),
            "nl-register": _("Dutch algorithm register (not signed)"),
        },
        "register": {
            "omb": _("the US federal inventory of AI use cases"),
            "atrs": _("the UK algorithmic transparency records"),
            "nl-register": _("the Dutch algorithm register"),
        },
        "tier": {
            "low": _("Low"), "medium": _("Medium"), "high": _("High"), "critical": _("Critical"),
            "none": none,
        },
        "kind": {
            "model": _("Model"), "dataset": _("Dataset"), "code": _("Software"),
            "pipeline": _("Pipeline"), "oci-image": _("Container image"),
            "database-snapshot": _("Copy of a database"), "hosted-service": _("Hosted service"),
            "none": none,
        },
    }  # fmt: skip
    return words.get(facet, {})


def _areas(language: str) -> Mapping[str, str]:
    known = scheme().document.get("areas")
    rows = known.items() if isinstance(known, dict) else ()
    return {
        str(number): _capital(told(str(row.get("title", number)), language))
        for number, row in rows
        if isinstance(row, dict)
    }


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def sort_words(request: Request) -> Mapping[str, str]:
    """Return the orders in words."""
    _ = gettext_of(request)
    return {
        "attention": _("Needs attention first"), "name": _("Name"),
        "newest": _("Changed last"), "review": _("Next review"),
    }  # fmt: skip


def status_tags(request: Request) -> Mapping[str, tuple[str, str]]:
    """Return the word and colour of each status."""
    _ = gettext_of(request)
    return {
        "valid": (_("May be used"), "green"), "suspended": (_("Suspended"), "red"),
        "expired": (_("Permission ended"), "red"), "invalid": (_("Taken back"), "red"),
        "none": (_("No permission"), "grey"),
    }  # fmt: skip


def ago(request: Request, days: int | None) -> str:
    """Return how long ago something was, in words; None is a blank."""
    _ = gettext_of(request)
    if days is None:
        return _("Not provided")
    if days == 0:
        return _("today")
    ngettext = catalogue(language_of(request)).ngettext
    return ngettext("%(num)d day ago", "%(num)d days ago", days) % {"num": days}


def users(request: Request, count: int) -> str:
    """Return how many authorities use something, in words."""
    ngettext = catalogue(language_of(request)).ngettext
    return ngettext("%(num)d authority", "%(num)d authorities", count) % {"num": count}


def taken_over(request: Request, register: str | None) -> str:
    """Return from where a record was taken over, and that nobody signed it."""
    _ = gettext_of(request)
    name = facet_words(request, "register").get(register or "", register or "")
    sentence = escape(_("Taken over from %(register)s. Nobody signed this."))
    return sentence % {"register": bdi(name)}


@lru_cache(maxsize=4096)
def day_words(day: str, language: str) -> str:
    """Return a day (`2026-03-14`) in words; most rows of a page share a few days."""
    return said_date(date.fromisoformat(day), language)
