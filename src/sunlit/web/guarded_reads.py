"""Kept reports and artefacts: open ones for anybody, guarded ones for a role and a purpose."""

import re
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.claims.authority import Role
from sunlit.node.guarded import Wanted, admit_reader, is_open, is_purpose, record
from sunlit.node.permission import Action, Subject
from sunlit.registry.blobs import read_blob, read_guarded
from sunlit.registry.home import Home
from sunlit.web import sessions
from sunlit.web.guarding import actor_of, demand, may
from sunlit.web.language import gettext_of
from sunlit.web.pages import page, redirect

router = APIRouter(include_in_schema=False)
DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@router.get("/kept/{kind}/{digest}", name="kept", dependencies=[may(Action.READ_PUBLIC)])
def kept(request: Request, kind: str, digest: str) -> Response:
    """Hand out what is open; lead to the question for what is guarded."""
    if not is_open(kind):
        return redirect(request, "guarded", kind=kind, digest=digest)
    return _handed_out(_kept(request, digest, read_blob)[1], digest)


@router.get(
    "/work/guarded/{kind}/{digest}", name="guarded", dependencies=[may(Action.READ_GUARDED)]
)
def ask(request: Request, kind: str, digest: str) -> Response:
    """Ask what it is for."""
    home, _ = _kept(request, digest, read_guarded)
    demand(request, Action.READ_GUARDED, Subject(organisation=home.organisation))
    return _asked(request, kind, digest)


def _asked(
    request: Request, kind: str, digest: str, purpose: str = "", wrong: str = ""
) -> Response:
    problems = {"purpose": wrong} if wrong else {}
    return page(
        request, "account/guarded.html", public=False, kind=kind, digest=digest,
        typed={"purpose": purpose}, problems=problems, status=422 if wrong else 200,
    )  # fmt: skip


@router.post("/work/guarded/{kind}/{digest}", dependencies=[may(Action.READ_GUARDED)])
def read(
    request: Request, kind: str, digest: str, purpose: Annotated[str, Form()] = ""
) -> Response:
    """Leave the statement and the audit row, then hand it out."""
    site, actor = sessions.site_of(request), actor_of(request)
    home, data = _kept(request, digest, read_guarded)
    wanted = Wanted(kind=kind, digest=digest, organisation=home.organisation)
    demand(request, Action.READ_GUARDED, Subject(organisation=home.organisation))
    if not is_purpose(purpose):
        _ = gettext_of(request)
        wrong = _("Say what you need this for in 10 to 500 characters")
        return _asked(request, kind, digest, purpose, wrong)
    claim = admit_reader(actor, wanted, purpose, sessions.now(request))
    operator = site.node.operator
    record(
        claim, actor, operator=operator, signer=site.home(operator).signer(Role.OPERATOR),
        queue=site.submissions, audit=sessions.audit(request),
    )  # fmt: skip
    return _handed_out(data, digest)


def _kept(
    request: Request, digest: str, read_kept: Callable[[Home, str], bytes]
) -> tuple[Home, bytes]:
    # Where a thing lies says whether it is guarded: no word in an address opens it.
    own = actor_of(request).organisation
    if DIGEST.fullmatch(digest):
        # One's own copy first: the same bytes may lie with another organisation too.
        for home in sorted(sessions.site_of(request).homes, key=lambda it: it.organisation != own):
            try:
                return home, read_kept(home, digest)
            except SunlitError:
                continue  # another home may keep it
    raise UnavailableError("guarded.no-such", "nothing is kept here under this name")


def _handed_out(data: bytes, digest: str) -> Response:
    # Whatever it holds, no browser opens it as a page of this site.
    headers = {"Content-Disposition": f'attachment; filename="{digest[:16]}"',
               "Cache-Control": "no-store"}  # fmt: skip
    return Response(data, 200, headers, "application/octet-stream")
