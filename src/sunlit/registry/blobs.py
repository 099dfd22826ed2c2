"""Reports that are too large for an entry: kept beside the log, named by their digest."""

from hashlib import sha256
from pathlib import Path

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.registry.home import Home, write_whole


def keep_blob(home: Home, data: bytes) -> str:
    """Keep the bytes and return their hex SHA-256; the same bytes are kept once."""
    digest = sha256(data).hexdigest()
    path = blob_path(home, digest)
    if not path.exists():
        write_whole(path, data)
    return digest


def read_blob(home: Home, digest: str) -> bytes:
    """Return the bytes kept under a digest, checked against it.

    Raises:
        UnavailableError: `blob.missing`.
        VerificationError: `blob.differs`.
    """
    try:
        data = blob_path(home, digest).read_bytes()
    except OSError as error:
        raise UnavailableError(
            "blob.missing", f"no report is kept under {digest}", got=error.strerror
        ) from error
    found = sha256(data).hexdigest()
    if found != digest:
        raise VerificationError(
            "blob.differs", "a kept report is not what its name says", expected=digest, got=found
        )
    return data


def blob_path(home: Home, digest: str) -> Path:
    """Return where a report of this digest is kept."""
    return home.root / "blobs" / "sha256" / digest[:2] / digest
