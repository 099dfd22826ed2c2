"""The key of a mask: 32 random bytes or more, by URI, and what is derived from it.

Whoever holds the key can try a list of values against the pseudonyms, so it is kept like a signing
key and apart from the data. Nothing here writes it to a log, an error or a plan.
"""

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError, UnavailableError

MIN_BYTES: Final = 32  # NIST SP 800-107r1 5.3.4: a key of HMAC-SHA-256 no shorter than its digest
MAX_BYTES: Final = 4096
_CONTEXT: Final = b"sunlit-mask/1\0"


@dataclass(frozen=True, slots=True)
class MaskKey:
    """The secret; `id` tells one key from another and is no way to it."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """16 hex digits that only this key gives."""
        return self.derive("id").hex()[:16]

    def derive(self, purpose: str, domain: str = "") -> bytes:
        """Return 32 bytes for one purpose and domain; none tells anything of another."""
        text = b"%b%b\0%b" % (_CONTEXT, purpose.encode(), domain.encode())
        return hmac.digest(self.secret, text, hashlib.sha256)


def load_key(uri: str) -> MaskKey:
    """Return the key that `file:PATH` names.

    Raises:
        MalformedError: `mask.key-scheme`, `mask.key-mode`, `mask.key-size`.
        UnavailableError: `mask.key-unreadable`.
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme != "file" or not rest:
        raise MalformedError(
            "mask.key-scheme", "no mask key is known for this URI", expected="file:PATH",
            mend="`sunlit data mask --new-key PATH` makes a key in a file",
        )  # fmt: skip
    secret = _read(Path(rest))
    if not MIN_BYTES <= len(secret) <= MAX_BYTES:
        raise MalformedError(
            "mask.key-size", f"the mask key {rest} has not the size of one",
            expected=f"{MIN_BYTES} to {MAX_BYTES} random bytes", got=f"{len(secret)} bytes",
            mend="`sunlit data mask --new-key PATH` makes a key in a file",
        )  # fmt: skip
    return MaskKey(secret)


def new_key(path: Path) -> MaskKey:
    """Write 32 random bytes to a new file that only its owner can read (0600).

    Raises:
        UnavailableError: `mask.key-exists`, `mask.key-unwritable`.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    secret = secrets.token_bytes(MIN_BYTES)
    try:
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise UnavailableError(
            "mask.key-exists", f"{path} exists", mend="choose a new name; keys are never replaced"
        ) from error
    except OSError as error:
        raise UnavailableError(
            "mask.key-unwritable", f"cannot write the mask key {path}", got=error.strerror
        ) from error
    return MaskKey(secret)


def _read(path: Path) -> bytes:
    try:
        # O_NONBLOCK: opening a pipe in its place must not hang.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode) or mode & 0o177:
                raise MalformedError(
                    "mask.key-mode", f"others could read or replace the mask key {path}",
                    expected="a regular file with mode 0600", got=stat.filemode(mode),
                    mend=f"chmod 600 {path}",
                )  # fmt: skip
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnavailableError(
            "mask.key-unreadable", f"cannot read the mask key {path}", got=error.strerror,
            mend="`sunlit data mask --new-key PATH` makes a key in a file",
        ) from error  # fmt: skip
