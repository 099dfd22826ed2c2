"""Addresses to go back to: on this site only, whatever a link says."""

from typing import Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request

MAX_PATH: Final = 2000  # characters


def safe_path(text: str | None, default: str = "/") -> str:
    r"""Return a path on this site, or `default` where the text is none.

    Browsers read `//host` and `/\host` as another site, and skip tabs and line ends.
    """
    if text is None or not 0 < len(text) <= MAX_PATH or not text.startswith("/"):
        return default
    if text[1:2] in ("/", "\\") or not all("!" <= character <= "~" for character in text):
        return default
    return text


def here(request: Request) -> str:
    """Return the address of a page that was asked for; of a form, the page it stands on."""
    if request.method in ("GET", "HEAD"):
        query = f"?{request.url.query}" if request.url.query else ""
        return safe_path(request.url.path + query)
    referrer = urlsplit(request.headers.get("referer", ""))
    if referrer.netloc != request.headers.get("host"):
        return "/"
    return safe_path(referrer.path + (f"?{referrer.query}" if referrer.query else ""))


def sign_in_path(request: Request, *, typed: bool = False) -> str:
    """Return where to sign in, and how to come back."""
    prefix = str(request.scope.get("root_path", ""))
    kept = {"kept": "1"} if typed else {}
    return f"{prefix}/sign-in?" + urlencode({"back": here(request), **kept})
