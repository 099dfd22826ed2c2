"""The home page, and the pages about this site itself."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sunlit.node.permission import Action
from sunlit.web.guarding import may
from sunlit.web.language import gettext_of
from sunlit.web.pages import page

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])


@router.get("/", name="home")
def home(request: Request) -> Response:
    """Say what can be done here."""
    return page(request, "about/home.html", doors=_doors(request))


def _doors(request: Request) -> tuple[tuple[str, str, str], ...]:
    _ = gettext_of(request)
    return (
        ("/components", _("Find a component"),
         _("See what an AI system may be used for, who tested it, and what is not known.")),
        ("/decisions/check", _("Check a decision"),
         _("Use the code on your letter to check that its record was not changed.")),
        ("/register", _("See the risks"),
         _("See which safeguards each use has, which are missing, and when they are due.")),
        ("/problems/report", _("Report a problem"),
         _("Tell us what went wrong. You do not need an account.")),
        ("/log", _("Check the log"),
         _("Look up any signed statement and check, in your own browser, that it is in the log.")),
        ("/figures", _("See the figures"),
         _("See each quarter how many systems are used, checked, suspended or overdue.")),
    )  # fmt: skip


@router.get("/accessibility", name="accessibility")
def accessibility(request: Request) -> Response:
    """The accessibility statement."""
    return page(request, "about/accessibility.html")


@router.get("/privacy", name="privacy")
def privacy(request: Request) -> Response:
    """The privacy notice."""
    return page(request, "about/privacy.html")


@router.get("/verify", name="verify")
def verify(request: Request) -> Response:
    """How to verify without this site."""
    return page(request, "about/verify.html")
