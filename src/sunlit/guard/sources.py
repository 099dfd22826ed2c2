"""Where fresh status lists come from: a file that somebody replaces, or an https address."""

import os
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import IO, Final, cast
from urllib.parse import urlsplit

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.wording import text
from sunlit.runtime.statuslist import MAX_LIST

LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})
TIMEOUT: Final = 10.0  # seconds
UNREACHABLE: Final = "guard.status-unreachable"
Open = Callable[[urllib.request.Request, float], IO[bytes]]


class FileStatus:
    """A file that a job, or an operator, replaces; it is read again when it has changed."""

    is_slow = False

    def __init__(self, path: Path, *, every: float = 1.0) -> None:
        """Take the path; `every` is how many seconds pass before it is looked at again."""
        self.path = path
        self.every = every
        self._seen: tuple[int, ...] = ()

    def read(self) -> bytes | None:
        """Return the list if the file has changed; see `StatusSource.read`.

        Raises:
            UnavailableError: `guard.status-unreachable`, `guard.status-too-large`.
        """
        try:
            state = self.path.stat()
            seen = (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
            if seen == self._seen:
                return None
            flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not hold us up
            with os.fdopen(os.open(self.path, flags), "rb") as file:
                data = bounded(file)
        except OSError as error:
            self._seen = ()
            raise UnavailableError(
                UNREACHABLE, "the status list cannot be read", got=error.strerror,
                mend=text("put the issuer's latest list at %(path)s", path=str(self.path)),
            ) from error  # fmt: skip
        self._seen = seen
        return data


class HttpsStatus:
    """An https address (http on this machine only). No redirect is followed."""

    is_slow = True

    def __init__(self, url: str, *, every: float = 300.0, open_url: Open | None = None) -> None:
        """Take the address; `every` is how many seconds pass before it is asked again.

        Raises:
            MalformedError: `guard.status-address`.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
            raise MalformedError(
                "guard.status-address", "a status list is fetched over https only",
                expected="https://…", got=url[:80],
            )  # fmt: skip
        self.url = url
        self.every = every
        self._open = open_url or _open
        self._seen = b""

    def read(self) -> bytes | None:
        """Fetch the list; see `StatusSource.read`.

        Raises:
            UnavailableError: `guard.status-unreachable`, `guard.status-too-large`.
        """
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at above
            self.url, headers={"Accept": "application/statuslist+jwt"}
        )
        try:
            with self._open(request, TIMEOUT) as answer:
                data = bounded(answer)
        except (OSError, ValueError, HTTPException) as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            raise UnavailableError(
                UNREACHABLE, "the status list cannot be fetched", got=type(error).__name__,
                mend=text("see that %(url)s answers, or put the latest list beside the token",
                          url=self.url),
            ) from error  # fmt: skip
        if data == self._seen:
            return None
        self._seen = data
        return data


def bounded(file: IO[bytes]) -> bytes:
    """Read a list and not a byte more than one may have.

    Raises:
        UnavailableError: `guard.status-too-large`.
    """
    data = file.read(MAX_LIST + 2)
    if len(data) > MAX_LIST + 1:
        raise UnavailableError(
            "guard.status-too-large", "the status list is too large",
            expected=text("at most %(most)s bytes", most=str(MAX_LIST)), mend="tell the issuer",
        )  # fmt: skip
    return data.removesuffix(b"\n")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_named: object) -> None:
        """Follow nothing: the address was configured, and where it leads was not."""


def _open(request: urllib.request.Request, timeout: float) -> IO[bytes]:
    opener = urllib.request.build_opener(_NoRedirect)
    return cast("IO[bytes]", opener.open(request, timeout=timeout))
