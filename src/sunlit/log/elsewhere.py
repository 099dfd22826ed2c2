"""Lock stores that are no file beside the log: who opens them, by the scheme of their URL.

A process that may meet them registers how they are opened; the log itself imports no database.
"""

from collections.abc import Callable
from typing import Final, Protocol

from sunlit.base.errors import UnavailableError
from sunlit.log.ports import Lock


class OneWriterLock(Lock, Protocol):
    """A lock store that keeps every other writer out from its opening to its closing."""


Opener = Callable[[str, str], OneWriterLock]
"""Opens the lock store at a URL for the log of an origin, or raises `log.writer-busy`."""

_OPENERS: Final = dict[str, Opener]()


def register(scheme: str, opener: Opener) -> None:
    """Say how lock stores whose URL begins with `scheme`: are opened."""
    _OPENERS[scheme] = opener


def open_elsewhere(url: str, origin: str) -> OneWriterLock:
    """Open the lock store of a log at a URL.

    Raises:
        UnavailableError: `log.lock-scheme`; and as the store raises.
        VerificationError: as the store raises.
    """
    scheme = url.partition(":")[0]
    if scheme not in _OPENERS:
        raise UnavailableError(
            "log.lock-scheme", "no lock store of this kind can be opened here",
            expected="one of " + (", ".join(sorted(_OPENERS)) or "none"), got=scheme,
            mend="pip install 'sunlit[server]'",
        )  # fmt: skip
    return _OPENERS[scheme](url, origin)
