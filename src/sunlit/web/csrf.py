"""Three layers against forged requests; only requests that change something are asked.

1. The session's cookie is SameSite=Lax, so other sites' forms come without it.
2. `Sec-Fetch-Site`, where a browser sends it, says same-origin or none; `Origin`, where sent, is
   this host.
3. Whoever is signed in sends the session's token back, compared in constant time. It is derived
   from the cookie, which no page holds and no script can read.
"""

import hmac
from typing import Final

from fastapi import Request
from starlette.datastructures import UploadFile

from sunlit.base.errors import VerificationError
from sunlit.node.people import digest

FIELD: Final = "csrf"
KEPT: Final = "sunlit-kept"  # a form that is sent again after its session had ended
HEADER: Final = "x-csrf-token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_FIELDS: Final = 1000
MAX_PART: Final = 1024 * 1024  # characters of one field; an upload is bounded by its route
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


def token(secret: str) -> str:
    """Return the token of a session, from its cookie."""
    return digest(secret, "csrf")


def check_source(request: Request) -> None:
    """Refuse what another site makes a browser send (layer 2).

    Raises:
        VerificationError: `csrf.other-site`.
    """
    site = request.headers.get("sec-fetch-site", "none")
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    if site in ("same-origin", "none") and (origin is None or _host(origin) == host):
        return
    raise VerificationError(
        "csrf.other-site", "this was sent by another website than this one",
        mend="open the page here and send the form from it",
    )  # fmt: skip


def _host(origin: str) -> str:
    scheme, _, host = origin.partition("://")
    return host if scheme in ("http", "https") else ""


async def check_token(request: Request, secret: str) -> None:
    """Refuse a form without the session's token (layer 3).

    Raises:
        VerificationError: `csrf.token`.
    """
    given = request.headers.get(HEADER) or dict(await typed(request)).get(FIELD, "")
    if not hmac.compare_digest(given.encode(), token(secret).encode()):
        raise VerificationError(
            "csrf.token", "this form is not from the session that you are in now",
            mend="open the page again, then send it",
        )  # fmt: skip


async def typed(request: Request) -> tuple[tuple[str, str], ...]:
    """Return the fields of a form, in order, without its files; nothing where it is no form."""
    if not request.headers.get("content-type", "").lower().startswith(_FORMS):
        return ()
    form = await request.form(max_fields=MAX_FIELDS, max_part_size=MAX_PART)
    return tuple(
        (name, value) for name, value in form.multi_items() if not isinstance(value, UploadFile)
    )
