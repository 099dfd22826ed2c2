"""Fake tools that look into datasets: they say what a test tells them to, and count."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sunlit.base.errors import SunlitError
from sunlit.claims.privacy import Reidentification, Scan
from sunlit.formats.sunlit_toml import DatasetEntry
from sunlit.registry.ports import Measured, Scanned
from sunlit.statement.hashing import Progress
from tests.rubric.story import data_scan, measured


@dataclass
class FakeDataTools:
    """Scans and measures as told; an error is raised instead where one is set."""

    scan_claim: Scan = field(default_factory=data_scan)
    measure_claim: Reidentification = field(default_factory=measured)
    error: SunlitError | None = None
    looked: list[str] = field(default_factory=list)
    said: list[DatasetEntry | None] = field(default_factory=list)
    present: str | None = "11" * 32  # as the story's scan says

    def recognisers(self) -> str | None:
        """Return the digest that a test set."""
        return self.present

    def scan(self, path: Path, *, at: datetime, progress: Progress | None = None) -> Scanned:
        """Say the scan."""
        del at, progress
        self.looked.append(f"scan {path.name}")
        if self.error is not None:
            raise self.error
        return Scanned(claim=self.scan_claim, reports={"scan.json": b"{}"})

    def measure(self, path: Path, said: DatasetEntry | None, *, at: datetime) -> Measured:
        """Say the measurement."""
        del at
        self.looked.append(f"measure {path.name}")
        self.said.append(said)
        if self.error is not None:
            raise self.error
        return Measured(claim=self.measure_claim, reports={"risk.json": b"[]"})
