"""The tools that are installed look at real files, as `sunlit run` and `assure` ask them to."""

import json
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from sunlit.base.errors import UnavailableError
from sunlit.formats.sunlit_toml import DatasetEntry
from sunlit.producers import data_kept_tools
from sunlit.producers.data_kept_tools import NEEDED, InstalledDataTools

AT = datetime(2026, 1, 1, tzinfo=UTC)
TABLE = "district,age,colour\n" + "".join(f"{n % 3},{n % 5},red\n" for n in range(300))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A small table of nobody."""
    for name in NEEDED:
        pytest.importorskip(name)
    path = tmp_path / "table.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_a_file_is_scanned_and_reported(table: Path) -> None:
    """The report is JSON, the same each time."""
    found, again = (InstalledDataTools().scan(table, at=AT) for _ in range(2))

    assert found.claim.rows == 300
    assert found.claim.columns == ("district", "age", "colour")
    assert json.loads(found.reports["scan.json"])["format"] == "sunlit-data-scan/1"
    assert found == again


def test_what_cannot_be_read_is_named(table: Path) -> None:
    """A picture among tables stays unread: it may show anybody."""
    (table.parent / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    found = InstalledDataTools().scan(table.parent, at=AT)

    assert any("photo.png" in name for name in found.claim.unread)


def test_a_file_is_measured_as_its_toml_says(table: Path) -> None:
    """Without a word, columns are searched for under the usual profile."""
    said = DatasetEntry(name="table", quasi_identifiers=("district", "age"), population=3000,
                        sensitive_attributes=("colour",), profile="public-release")  # fmt: skip
    found = InstalledDataTools().measure(table, said, at=AT)
    searched = InstalledDataTools().measure(table, None, at=AT)

    assert found.claim.quasi_identifiers == ("district", "age")
    assert (found.claim.profile, found.claim.population) == ("public-release", 3000)
    assert found.claim.sensitive_attributes == ("colour",)
    assert (searched.claim.profile, searched.claim.chosen) == ("controlled-training", "searched")
    assert json.loads(searched.reports["risk.json"])["format"] == "sunlit-data-risk/1"


def test_what_is_not_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the words that install it."""
    there = find_spec
    monkeypatch.setattr(
        data_kept_tools, "find_spec", lambda name: None if name == "duckdb" else there(name)
    )
    with pytest.raises(UnavailableError) as caught:
        InstalledDataTools().scan(tmp_path, at=AT)

    assert caught.value.code == "producer.needs-data"
    assert caught.value.mend == "pip install 'sunlit[data]'"
