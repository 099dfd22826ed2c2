"""Opening a guard: reading token and trust, and going on from what the store remembers."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sunlit.authority.trustfile import MAX_BYTES, TrustFile
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.guard.standing import Standing
from sunlit.runtime.folder import read_parts
from sunlit.runtime.verify import TokenParts


def read_token(token: Path | TokenParts) -> TokenParts:
    """Return a token's files, unverified.

    Raises:
        SunlitError: `token.unreadable`, `token.too-large`.
    """
    return read_parts(token) if isinstance(token, Path) else token


def read_trust(trust: Path | TrustFile, at: datetime) -> TrustFile:
    """Return the trust file, in force at `at`.

    Raises:
        UnavailableError: `guard.trust-unreadable`.
        SunlitError: `trust.*`.
    """
    if isinstance(trust, TrustFile):
        trust.expect_current(at)
        return trust
    try:
        with trust.open("rb") as file:
            data = file.read(MAX_BYTES * 2)
    except OSError as error:
        raise UnavailableError(
            "guard.trust-unreadable", "the trust file cannot be read", got=error.strerror,
            mend="put the trust file that you got from somewhere you trust at that path",
        ) from error  # fmt: skip
    return TrustFile.load(data, at)


def newest(standing: Standing, lists: Iterable[bytes], at: datetime) -> Standing:
    """Return the standing under the newest of its own status list and those remembered.

    A list that was relied on before is not forgotten because an older one was laid in its place.
    """
    for raw in lists:
        try:
            standing = standing.with_status(standing.read(raw, at))
        except (SunlitError, MalformedError):
            continue  # of another token, or older: it adds nothing
    return standing
