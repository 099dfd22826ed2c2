"""Errors as pages that say what to do next; below `/api` as problem documents (RFC 9457)."""

import errno
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.web.headers import security
from sunlit.web.logs import LOGGER
from sunlit.web.pages import page, site_of

# Codes whose status is another than their family's.
STATUS: Final[Mapping[str, int]] = {
    "csrf.other-site": 403,
    "csrf.token": 403,
    "enrol.not-yours": 403,
    "passkey.not-you": 403,
    "permission.refused": 403,
    "signin.bad-answer": 403,
    "signin.bad-invitation": 403,
    "signin.ended": 403,
    "signin.not-invited": 403,
    "signin.too-often": 429,
    "submit.queue-full": 429,
    "submit.unknown": 404,
}
RETRY: Final = {429: "5", 503: "30"}  # seconds, for Retry-After
FAMILIES: Final = ((MalformedError, 400), (VerificationError, 409), (UnavailableError, 503))
PAGES: Final = frozenset({400, 403, 404, 405, 408, 409, 413, 414, 415, 422, 429, 431, 500, 503})
PROBLEM: Final = "application/problem+json"


def install(app: FastAPI) -> None:
    """Answer every error of this app in words."""
    app.add_exception_handler(SunlitError, known)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(OSError, disk)
    app.add_exception_handler(Exception, unexpected)
    for lost in app.state.site.lost:
        app.add_exception_handler(lost, unavailable)


def status_of(error: SunlitError) -> int:
    """Return the HTTP status of an error that Sunlit knows."""
    if error.code in STATUS:
        return STATUS[error.code]
    if isinstance(error, UnavailableError) and "no-such" in error.code:
        return 404
    if error.code.endswith((".stale", "-stale")):
        return 409
    return next((status for family, status in FAMILIES if isinstance(error, family)), 500)


async def known(request: Request, error: Exception) -> Response:
    """Answer an error that Sunlit raises on purpose: its own words."""
    assert isinstance(error, SunlitError)  # noqa: S101 - it was installed for these only
    return answer(request, status_of(error), error)


async def refused(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: no such page, no such method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - the same
    found = answer(request, error.status_code)
    found.headers.update(error.headers or {})
    return found


async def invalid(request: Request, error: Exception) -> Response:
    """Answer a request whose fields are not what the route takes; no value is repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the same
    fields = [
        {"field": ".".join(str(part) for part in one["loc"][1:]), "problem": str(one["type"])}
        for one in error.errors()
    ]
    return answer(request, 422, extra={"errors": fields[:50]})


async def unavailable(request: Request, _error: Exception) -> Response:
    """Answer when a database went away."""
    LOGGER.error("database.unavailable", kind=type(_error).__name__)
    return answer(request, 503)


async def disk(request: Request, error: Exception) -> Response:
    """Answer when a disk is full; any other failure of the system is unexpected."""
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
    if not full:
        raise error
    LOGGER.error("disk.full")
    return answer(request, 503)


async def unexpected(request: Request, error: Exception) -> Response:
    """Answer a mistake of ours: a reference to quote, and nothing about what went wrong."""
    reference = secrets.token_hex(6)
    LOGGER.error("unexpected", reference=reference, exc_info=error)
    found = answer(request, 500, extra={"reference": reference})
    # This answer is made outside of what adds the headers to all others.
    found.headers.update(security(https=site_of(request).node.url.startswith("https:")))
    return found


def answer(
    request: Request, status: int, error: SunlitError | None = None,
    extra: Mapping[str, object] | None = None,
) -> Response:  # fmt: skip
    """Return an error as a page, or as a problem document below `/api`."""
    told = dict(extra or {})
    made = problem(status, error, told) if _is_api(request) else _page(request, status, error, told)
    if status in RETRY:
        made.headers["Retry-After"] = RETRY[status]
    return made


def problem(
    status: int, error: SunlitError | None = None, extra: Mapping[str, object] | None = None
) -> Response:
    """Return a problem document (RFC 9457)."""
    document: dict[str, object] = {
        "type": f"urn:sunlit:error:{error.code}" if error else "about:blank",
        "title": error.what if error else HTTPStatus(status).phrase,
        "status": status,
    }
    if error is not None:
        document |= error.to_json()
    return JSONResponse(
        document | dict(extra or {}), status, {"Cache-Control": "no-store"}, PROBLEM
    )


def _page(
    request: Request, status: int, error: SunlitError | None, extra: Mapping[str, object]
) -> Response:
    name = status if status in PAGES else 500 if status >= 500 else 400
    context: dict[str, Any] = {**extra, "error": error}
    return page(request, f"errors/{name}.html", status=status, public=False, **context)


def _is_api(request: Request) -> bool:
    # Where it is said, not who may: an address never decides about permission.
    path = request.url.path.removeprefix(str(request.scope.get("root_path", "")))
    return path.startswith("/api/")
