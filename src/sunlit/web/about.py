"""The home page, and the pages about this site itself."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sunlit.node.permission import Action
from sunlit.node.place import NOTICES
from sunlit.web.guarding import may
from sunlit.web.language import gettext_of
from sunlit.web.pages import page, site_of

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])


@router.get("/", name="home")
def home(request: Request) -> Response:
    """Say what can be done here."""
    return page(request, "about/home.html", doors=_doors(request), more=_more(request))


def _doors(request: Request) -> tuple[tuple[str, str, str], ...]:
    _ = gettext_of(request)
    return (
        ("/components", _("Find an AI system"),
         _("See what it may be used for, who tested it, who uses it, and what is not known.")),
        ("/decisions/check", _("Check a decision"),
         _("Use the code on your letter to check that its record was not changed.")),
        ("/problems/report", _("Report a problem"),
         _("Tell us what went wrong. You do not need an account.")),
    )  # fmt: skip


def _more(request: Request) -> tuple[tuple[str, str, str], ...]:
    _ = gettext_of(request)
    return (
        ("/register", _("See the risks"),
         _("See which safeguards each use has, which are missing, and when they are due.")),
        ("/log", _("Check the log"),
         _("Look up any signed statement and check, in your own browser, that it is in the log.")),
        ("/figures", _("See the figures"),
         _("See each quarter how many systems are used, checked, suspended or overdue.")),
    )  # fmt: skip


@router.get("/accessibility", name="accessibility")
def accessibility(request: Request) -> Response:
    """The accessibility statement."""
    return page(request, "about/accessibility.html", notices=_notices(request))


@router.get("/privacy", name="privacy")
def privacy(request: Request) -> Response:
    """The privacy notice."""
    return page(request, "about/privacy.html", notices=_notices(request))


@router.get("/verify", name="verify")
def verify(request: Request) -> Response:
    """How to verify without this site."""
    node = site_of(request)
    logs = [
        (home.origin, f"{node.node.url}/logs/{slug}/", home.log_vkey)
        for slug, home in node.by_slug.items()
    ]
    return page(request, "about/verify.html", logs=logs, digest=_digest())


@router.get("/verify/verify.html", name="offline-verifier")
def offline_verifier() -> Response:
    """Answer with the checker that works from a disk; it is saved, never shown here."""
    headers = {"Content-Disposition": "attachment; filename=verify.html",
               "Cache-Control": "public, no-cache", "ETag": f'"{_digest()[:32]}"'}  # fmt: skip
    return Response(_verifier(), 200, headers, "text/html; charset=utf-8")


@cache
def _verifier() -> bytes:
    from sunlit.bundle.pages import verify_html  # noqa: PLC0415 - heavy, and seldom asked for

    return verify_html()


@cache
def _digest() -> str:
    return sha256(_verifier()).hexdigest()


def _notices(request: Request) -> Mapping[str, str]:
    """Return what the operator says of this site; what is blank is shown as blank."""
    return {name: site_of(request).node.notices.get(name, "") for name in NOTICES}
