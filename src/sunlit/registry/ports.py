"""What use cases need of the world; adapters fulfil it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sunlit.claims.privacy import Reidentification, Scan
from sunlit.formats.sunlit_toml import DatasetEntry
from sunlit.statement.hashing import Progress


class ResultCache(Protocol):
    """Remembers what a producer made of an input, by the input's digest."""

    def get_result(self, key: str) -> bytes | None:
        """Return the bytes kept under `key` (hex SHA-256), or None."""
        ...

    def put_result(self, key: str, value: bytes) -> None:
        """Keep `value` under `key`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A scan of a dataset, and its reports by file name; `digest` is of the bytes it read."""

    claim: Scan
    reports: Mapping[str, bytes] = field(default_factory=dict)
    digest: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A measurement of a dataset, and its reports by file name; `digest` as of a scan."""

    claim: Reidentification
    reports: Mapping[str, bytes] = field(default_factory=dict)
    digest: Mapping[str, str] | None = None


class DataTools(Protocol):
    """Looks at a dataset that lies at a path: a file or a folder."""

    def recognisers(self) -> str | None:
        """Return the digest of the recognisers that a scan would use; None where there are none."""
        ...

    def scan(self, path: Path, *, at: datetime, progress: Progress | None = None) -> Scanned:
        """Say what personal data it seems to hold.

        Raises:
            UnavailableError: where it could not be looked at, or what that takes is missing.
            MalformedError: where it is not what its name says.
        """
        ...

    def measure(self, path: Path, said: DatasetEntry | None, *, at: datetime) -> Measured:
        """Say how likely a person in it is to be re-identified; `said` is what a sunlit.toml says.

        Raises:
            UnavailableError: where it could not be measured, or what that takes is missing.
            MalformedError: where it is not what its name says.
        """
        ...
