"""Scan and measurement as use cases ask for them: a path in, a claim and its reports out.

Everything that needs the extra `[data]` is imported when it is asked for.
"""

from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sunlit.base.errors import UnavailableError
from sunlit.formats.sunlit_toml import DatasetEntry
from sunlit.registry.ports import Measured, Scanned
from sunlit.statement.hashing import Progress

NEEDED: Final = ("duckdb", "hyperscan", "ibis", "phonenumbers", "pyarrow", "scipy", "stdnum")
PROFILE: Final = "controlled-training"


class InstalledDataTools:
    """The tools of `sunlit.producers.data`, as far as they are installed."""

    def recognisers(self) -> str | None:
        """Return the digest of the shipped recognisers; None without the extra `[data]`."""
        try:
            check_installed()
        except UnavailableError:
            return None
        from sunlit.recognise.recognisers import shipped  # noqa: PLC0415 - most commands need none

        return shipped().digest

    def scan(self, path: Path, *, at: datetime, progress: Progress | None = None) -> Scanned:
        """Scan a file or folder; what cannot be read is named in the claim.

        Raises:
            UnavailableError: `producer.needs-data`, `data.*`.
            MalformedError: `data.*`.
        """
        check_installed()
        from sunlit.producers.data.report import report  # noqa: PLC0415 - most commands need none
        from sunlit.producers.data.scan import scan  # noqa: PLC0415 - needs [data]
        from sunlit.producers.data.source import open_source  # noqa: PLC0415
        from sunlit.recognise.recognisers import shipped  # noqa: PLC0415

        with open_source(str(path), skip_unread=True) as source:
            found = scan(source, recognisers=shipped(), at=at, progress=progress)
        return Scanned(claim=found.claim, reports=report(found.detail), digest=source.digest)

    def measure(self, path: Path, said: DatasetEntry | None, *, at: datetime) -> Measured:
        """Measure a file or folder as its `sunlit.toml` says, else by search.

        Raises:
            UnavailableError: `producer.needs-data`, `data.*`.
            MalformedError: `data.*`.
        """
        check_installed()
        from sunlit.producers.data.report import report  # noqa: PLC0415 - most commands need none
        from sunlit.producers.data.risk import measure  # noqa: PLC0415 - needs [data]
        from sunlit.producers.data.source import open_source  # noqa: PLC0415

        with open_source(str(path)) as source:
            found = measure(
                source,
                profile=(said.profile if said else None) or PROFILE,
                quasi_identifiers=(said.quasi_identifiers if said else None) or None,
                sensitive=(said.sensitive_attributes if said else None) or None,
                population=said.population if said else None,
                at=at,
            )
        return Measured(claim=found.claim, reports=report(found.detail), digest=source.digest)


def check_installed() -> None:
    """Say what is missing where the extra `[data]` is not installed.

    Raises:
        UnavailableError: `producer.needs-data`.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UnavailableError(
            "producer.needs-data", "nothing here can look into datasets",
            expected="the extra [data]", got="no " + ", ".join(missing),
            mend="pip install 'sunlit[data]'",
        )  # fmt: skip
