"""A component's pages: label, releases, what changed, and the evidence behind each check."""

from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from sunlit.base.errors import UnavailableError
from sunlit.base.slugs import slug
from sunlit.node.desk import Seen
from sunlit.node.permission import Action
from sunlit.rubric.finding import Outcome
from sunlit.views.component import ComponentView, Judged
from sunlit.views.component_controls import OUTCOMES
from sunlit.views.component_label_parts import Label
from sunlit.views.releases import ReleaseLine
from sunlit.web.guarding import may
from sunlit.web.pages import page, unchanged
from sunlit.web.public.components_words import (
    ANSWERS,
    bdi,
    conditions,
    downloads,
    kind_of,
    say,
    tags,
    tiers,
)
from sunlit.web.public.desks import asked_day, asked_time, desk_of
from sunlit.web.public.naming import named

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])
ORDER: Final = (Outcome.FAILS, Outcome.UNKNOWN, Outcome.HOLDS)


def context(request: Request) -> dict[str, object]:
    """Return what every template may use to set others' words apart from ours."""
    return {"say": partial(say, request), "bdi": bdi, "named": partial(named, request)}


@router.get("/components/{key}", name="component")
def component(request: Request, key: str) -> Response:
    """Show a component with its label."""
    if (kept := unchanged(request)) is not None:
        return kept
    view = _seen(request, key).view
    return _page(
        request, "component", view, kind=kind_of(request, view.kind), tiers=tiers(request),
        conditions=conditions(request, view), downloads=downloads(request),
    )  # fmt: skip


@router.get("/components/{key}/label.json", name="component-label")
def labels(request: Request, key: str) -> Response:
    """Give the labels as data."""
    view = _seen(request, key).view
    document = {
        "format": "sunlit-component/1", "component": view.purl, "name": view.name,
        "labels": [one.to_json() for one in view.labels],
        "releases": [one.to_json() for one in view.releases],
    }  # fmt: skip
    return JSONResponse(document, headers={"Cache-Control": "no-cache"})


@router.get("/components/{key}/releases", name="component-releases")
def releases(request: Request, key: str) -> Response:
    """Show every release, what changed in it and what lapsed since."""
    return _page(request, "releases", _seen(request, key).view)


@router.get("/components/{key}/compare", name="component-compare")
def compare(request: Request, key: str) -> Response:
    """Show what differs between two releases."""
    seen = _seen(request, key)
    known = seen.view.releases
    later = _release(known, request.query_params.get("to"), 0)
    earlier = _release(known, request.query_params.get("from"), 1)
    use = seen.uses[0] if seen.uses else None
    label = seen.view.label(use.deployer, use.id) if use else None
    found = desk_of(request).compare(key, (earlier, later), use, asked_time(request))
    return _page(
        request, "compare", seen.view, before=earlier, after=later, sections=found, label=label
    )


@router.get("/components/{key}/evidence", name="component-evidence")
def evidence(request: Request, key: str) -> Response:
    """Show every check of one use: what it asks, and what was found."""
    seen = _seen(request, key)
    judged, label, chosen = _use(request, seen)
    if judged is None or label is None:
        return _page(request, "evidence", seen.view, label=None)
    found = desk_of(request).controls(judged)
    return _page(
        request, "evidence", seen.view, label=label, found=found, chosen=chosen, answers=ANSWERS,
        counts=[(OUTCOMES[one], found.count(one)) for one in ORDER],
    )  # fmt: skip


@router.get("/components/{key}/evidence/{control}", name="component-control")
def control(request: Request, key: str, control: str) -> Response:
    """Show one check: the finding, what it rests on, how it is mended."""
    seen = _seen(request, key)
    judged, label, chosen = _use(request, seen)
    if judged is None:
        raise no_such("use")
    found = desk_of(request).controls(judged)
    one, apart = found.control(control), found.without(control)
    if one is None and apart is None:
        raise no_such("control")
    title = one.title if one else apart.title if apart else ""
    return _page(
        request, "control", seen.view, label=label, chosen=chosen, control=control, title=title,
        one=one, apart=apart,
    )  # fmt: skip


def _page(request: Request, name: str, view: ComponentView, **more: Any) -> Response:  # noqa: ANN401
    return page(
        request, f"components/{name}.html", view=view, slug=slug, past=asked_day(request),
        tags=tags(request), **more,
    )  # fmt: skip


def _seen(request: Request, key: str) -> Seen:
    return desk_of(request).component(key, asked_time(request))


def _use(request: Request, seen: Seen) -> tuple[Judged | None, Label | None, str | None]:
    """Return the use that `?use=` names, else the first; None for all where there is none."""
    asked = request.query_params.get("use")
    for label in seen.view.labels:
        name = slug(f"{label.deployer}#{label.use}")
        if asked in (None, "", name):
            return seen.use(label.deployer, label.use), label, asked and name
    if asked:
        raise no_such("use")
    return None, None, None


def _release(known: tuple[ReleaseLine, ...], asked: str | None, usual: int) -> ReleaseLine:
    """Return the release that was asked for by digest or version; where none was, the usual."""
    if not asked and len(known) > usual:
        return known[usual]
    for one in known:
        if asked and asked in (one.release, one.version):
            return one
    raise no_such("release")


def no_such(what: str) -> UnavailableError:
    """Return the error that a component has no such part."""
    return UnavailableError(
        "desk.no-such-part", f"this component has no such {what}",
        mend="go back to the component and choose from what is listed there",
    )  # fmt: skip
