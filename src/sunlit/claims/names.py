"""Digests of subjects that have no bytes: organisations, keys, uses."""

from hashlib import sha256
from typing import Final

PREFIX: Final = b"sunlit-subject-v1\x00"


def named_digest(kind: str, name: str) -> str:
    """Return the hex SHA-256 that stands for `name`: prefix, kind, NUL, name in UTF-8."""
    return sha256(PREFIX + kind.encode() + b"\x00" + name.encode()).hexdigest()
