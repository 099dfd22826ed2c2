"""What the scan of files says of each, and how much it may unpack to find out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Final

MAX_MEMBERS: Final = 20_000
MAX_INFLATED: Final = 512 * 1024 * 1024  # bytes out of containers, in all, for one file


class Grade(StrEnum):
    """What is said of one file, from good to bad; `UNSCANNED` is no grade between them."""

    PASSED = "passed"
    UNSCANNED = "not-scanned"
    WARNED = "warned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One file, or one file inside a container, with its grade and the reason."""

    name: str
    grade: Grade
    reason: str


@dataclass(slots=True)
class Budget:
    """How much may still be inflated and opened for one file."""

    bytes_left: int = MAX_INFLATED
    members_left: int = MAX_MEMBERS

    def read(self, stream: IO[bytes]) -> bytes | None:
        """Return all that the stream holds; None when that is more than what is left."""
        data = stream.read(self.bytes_left + 1)
        if len(data) > self.bytes_left:
            return None
        self.bytes_left -= len(data)
        return data
