"""Organisations: what each keeps, uses and assessed, its keys by role, who accredited it."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sunlit.base.slugs import slug, unslug
from sunlit.base.wording import told
from sunlit.capabilities.assurance.queries import assessed_by
from sunlit.capabilities.lifecycle.queries import MAX_LIMIT, CatalogueQuery, catalogue
from sunlit.node.permission import Action
from sunlit.projection.engine import reading
from sunlit.views.scopes import scope_titles
from sunlit.web.guarding import may
from sunlit.web.language import gettext_of, language_of
from sunlit.web.pages import page, site_of, unchanged
from sunlit.web.public.catalogue_words import day_words, status_tags
from sunlit.web.public.desks import asked_time, desk_of

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])


@router.get("/organisations", name="organisations")
def organisations(request: Request) -> Response:
    """List every organisation that the logs know."""
    if (kept := unchanged(request)) is not None:
        return kept
    found = desk_of(request).organisations(asked_time(request))
    return page(
        request, "organisations/list.html", organisations=found, slug=slug, roles=roles(request)
    )


@router.get("/organisations/{id_}", name="organisation")
def organisation(request: Request, id_: str) -> Response:
    """Show one organisation."""
    if (kept := unchanged(request)) is not None:
        return kept
    at = asked_time(request)
    view = desk_of(request).organisation(unslug(id_) or id_, at)
    uses = CatalogueQuery(facets={"used_by": (view.id,), "source": ("own",)}, limit=MAX_LIMIT)
    with reading(site_of(request).projections) as connection:
        used = catalogue(connection, uses, at).rows
        named = replace(uses, text=view.id, facets={"source": ("own",)})
        kept_rows = [it for it in catalogue(connection, named, at).rows if it.owner == view.id]
        assessed = assessed_by(connection, view.id)
    language = language_of(request)
    return page(
        request, "organisations/organisation.html", view=view, used=used, keeps=kept_rows,
        assessed=assessed, slug=slug, roles=roles(request), tags=status_tags(request),
        results=results(request), here=site_of(request).node.homes,
        days={one.assessed_on[:10]: day_words(one.assessed_on[:10], language) for one in assessed},
        scopes=partial(_scopes, language),
    )  # fmt: skip


def _scopes(language: str, names: Iterable[str]) -> str:
    return told(scope_titles(names), language)


def roles(request: Request) -> dict[str, str]:
    """Return what a key is for, in words."""
    _ = gettext_of(request)
    return {
        "maintainer": _("Says what components are"), "assessor": _("Tests independently"),
        "accreditor": _("Says who may test"), "board": _("Votes on risk"),
        "witness": _("Watches logs"), "operator": _("Speaks for the organisation"),
        "token-issuer": _("Gives permissions"),
    }  # fmt: skip


def results(request: Request) -> dict[str, str]:
    """Return what an assessment came to, in words."""
    _ = gettext_of(request)
    return {"PASSED": _("Passed"), "WARNED": _("Passed with warnings"), "FAILED": _("Failed")}
