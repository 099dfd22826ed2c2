"""Signers by URI: `file:PATH` here; further schemes (PKCS #11, KMS) are added to the table."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.statement.keys import PrivateKey, Signer

MAX_KEY_FILE: Final = 16_384  # bytes

Ask: TypeAlias = Callable[[], bytes | None]
"""Returns the passphrase, or None when the key has none."""


def no_passphrase() -> bytes | None:
    """Answer that there is no passphrase."""
    return None


def load_signer(uri: str, ask: Ask = no_passphrase) -> Signer:
    """Return the signer that `uri` names, asking for a passphrase only when it needs one.

    Raises:
        MalformedError: `key.unknown-scheme`, `key.file-mode`, `key.malformed`, `key.passphrase`.
        UnavailableError: `key.file-unreadable`.
    """
    scheme, colon, rest = uri.partition(":")
    load = SIGNER_FOR_SCHEME.get(scheme) if colon else None
    if load is None:
        raise MalformedError(
            "key.unknown-scheme", "no signer is known for this URI",
            expected=" or ".join(f"{name}:..." for name in SIGNER_FOR_SCHEME),
            mend="for a key in a file write file:PATH",
        )  # fmt: skip
    return load(rest, ask)


def write_key_file(path: Path, key: PrivateKey, passphrase: bytes | None = None) -> None:
    """Write `key` as PKCS #8 in PEM to a new file that only its owner can read (0600).

    Raises:
        UnavailableError: `key.file-exists`, `key.file-unwritable`.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(key.to_pem(passphrase))
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
    except FileExistsError as error:
        raise UnavailableError(
            "key.file-exists", f"{path} exists", mend="choose a new name; keys are never replaced"
        ) from error
    except OSError as error:
        raise UnavailableError(
            "key.file-unwritable", f"cannot write the key file {path}", got=error.strerror
        ) from error


def _sync_folder(folder: Path) -> None:
    # A key whose public half is published must still be there after a power cut.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _load_file(rest: str, ask: Ask) -> Signer:
    pem = _read_secret(Path(rest))
    # A PEM label says whether PKCS #8 is encrypted (RFC 7468, section 11).
    passphrase = ask() if b"BEGIN ENCRYPTED PRIVATE KEY" in pem else None
    return PrivateKey.from_pem(pem, passphrase)


def _read_secret(path: Path) -> bytes:
    try:
        # O_NONBLOCK: opening a pipe in its place must not hang.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            _check_mode(path, os.fstat(file.fileno()).st_mode)
            return file.read(MAX_KEY_FILE)
    except OSError as error:
        raise UnavailableError(
            "key.file-unreadable", f"cannot read the key file {path}", got=error.strerror
        ) from error


def _check_mode(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode) or mode & 0o177:
        raise MalformedError(
            "key.file-mode", f"others could read or replace the key file {path}",
            expected="a regular file with mode 0600", got=stat.filemode(mode),
            mend=f"chmod 600 {path}",
        )  # fmt: skip


SIGNER_FOR_SCHEME: Final[dict[str, Callable[[str, Ask], Signer]]] = {"file": _load_file}
"""Scheme -> (what follows the colon, how to ask for a passphrase) -> signer."""
