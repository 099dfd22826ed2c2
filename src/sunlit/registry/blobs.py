"""Reports that are too large for an entry: kept beside the log, named by their digest."""

from hashlib import sha256
from pathlib import Path

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.registry.home import Home, write_whole


def keep_blob(home: Home, data: bytes) -> str:
    """Keep the bytes for anybody, and return their hex SHA-256; the same bytes are kept once."""
    return _keep(blob_path(home, sha256(data).hexdigest()), data, private=False)


def keep_guarded(home: Home, data: bytes) -> str:
    """Keep the bytes for those who have a role and a purpose; return their hex SHA-256."""
    return _keep(guarded_path(home, sha256(data).hexdigest()), data, private=True)


def read_blob(home: Home, digest: str) -> bytes:
    """Return the bytes kept for anybody under a digest, checked against it.

    Raises:
        UnavailableError: `blob.missing`.
        VerificationError: `blob.differs`.
    """
    return _read(blob_path(home, digest), digest)


def read_guarded(home: Home, digest: str) -> bytes:
    """Return the bytes kept guarded under a digest, checked against it.

    Raises:
        UnavailableError: `blob.missing`.
        VerificationError: `blob.differs`.
    """
    return _read(guarded_path(home, digest), digest)


def _keep(path: Path, data: bytes, *, private: bool) -> str:
    if not path.exists():
        write_whole(path, data, private=private)
    return path.name


def _read(path: Path, digest: str) -> bytes:
    try:
        data = path.read_bytes()
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


def guarded_path(home: Home, digest: str) -> Path:
    """Return where something guarded of this digest is kept: apart from what is public."""
    return home.root / "private" / "guarded" / digest[:2] / digest
