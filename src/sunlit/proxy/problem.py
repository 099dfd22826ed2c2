"""Errors as RFC 9457 problem documents: what, why, and what to do instead."""

import json
from collections.abc import Mapping
from typing import Final

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.proxy import declared

MEDIA_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:sunlit:problem:"
FORBIDDEN: Final = 403
RETRY_SECONDS: Final = "1"
_STATUS: Final[Mapping[str, int]] = {
    "guard.rate-exceeded": 429,
    "guard.volume-exceeded": 429,
    "proxy.no-route": 404,
    "proxy.slow-client": 408,
    "proxy.too-large": 413,
    "proxy.upstream-broken": 502,
    "proxy.upstream-unreachable": 502,
    "proxy.response-too-large": 502,
    "proxy.upstream-timeout": 504,
    "proxy.mask-unreadable": 422,
    "proxy.input-missing": 422,
}


def status_of(error: SunlitError) -> int:
    """Return the HTTP status that says the same as the error."""
    if error.code in _STATUS:
        return _STATUS[error.code]
    if isinstance(error, MalformedError):
        return 400
    return 503 if isinstance(error, UnavailableError) else FORBIDDEN


def document(error: SunlitError, *, fallback: str | None = None) -> bytes:
    """Return the problem document. `fallback` is what the token says to do by hand."""
    members: dict[str, object] = {
        "type": TYPE + error.code,
        "title": error.what,
        "status": status_of(error),
        "detail": str(error),
        "code": error.code,
    }
    if error.mend:
        members["mend"] = error.mend
    if fallback:
        members["fallback"] = fallback
    return json.dumps(members, ensure_ascii=False).encode()


def undeclared() -> VerificationError:
    """Return the refusal of a request that does not say what it is for."""
    return VerificationError(
        "proxy.use-undeclared", "the request does not say what the component is used for",
        expected=f"a request header {declared.USE}: <id of the use that the token is for>",
        mend=(
            f"send the header {declared.USE}, and where the token asks for them "
            f"{declared.JURISDICTION}, {declared.DATA_CLASS} and {declared.CASE}; or have the "
            "operator start the proxy with `--use ID`"
        ),
    )  # fmt: skip


def not_served() -> VerificationError:
    """Return the refusal of a path that is not let through: deny by default."""
    return VerificationError(
        "proxy.no-route", "nothing is let through at this path and method",
        expected="an API that the guard records: OpenAI-compatible, Open Inference Protocol v2, "
        "or a route of the configuration",
        mend="add a [[route]] to the configuration, or call the path that is guarded",
    )  # fmt: skip
