import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sunlit.node.drafts import Draft, Kind
from sunlit.node.leaving import pack
from sunlit.registry.home import Home
from tests.node.working import Working, working

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Working, bytes]]:
    """A home with history, and the zip with which its organisation leaves."""
    with working(tmp_path_factory.mktemp("leaving")) as work:
        home = work.told.ledger.home
        (home.root / "blobs" / "out").symlink_to("/etc/hostname")
        packed = io.BytesIO()
        pack(home, (_draft(home.organisation), _draft("other.example")), packed, AT)
        yield work, packed.getvalue()


def _draft(organisation: str) -> Draft:
    return Draft(
        id="d1", organisation=organisation, kind=Kind.REGISTRATION,
        about=f"pkg:generic/{organisation}/x", author="somebody", changed=AT,
        content={"fields": {"name": "X"}},
    )  # fmt: skip


def test_no_secret_leaves_with_it(left: tuple[Working, bytes]) -> None:
    """Neither keys nor the lock store, nor what a link points at."""
    names = zipfile.ZipFile(io.BytesIO(left[1])).namelist()

    assert {"sunlit-home.json", "trust.json", "log/checkpoint", "drafts.json"} <= set(names)
    assert not [name for name in names if name.startswith("private") or "lock" in name]
    assert "blobs/out" not in names
    assert any(name.startswith("blobs/") for name in names)


def test_only_the_organisations_own_drafts_leave(left: tuple[Working, bytes]) -> None:
    """And none of them tells who wrote it."""
    drafts = json.loads(zipfile.ZipFile(io.BytesIO(left[1])).read("drafts.json"))

    assert len(drafts) == 1
    assert "other.example" not in drafts[0]["about"]
    assert "somebody" not in json.dumps(drafts)


def test_another_place_can_read_the_whole_history(
    left: tuple[Working, bytes], tmp_path: Path
) -> None:
    """Every entry, checked against the checkpoint, as the trust file has it."""
    work, data = left
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)
    home = Home.open(tmp_path)

    there = home.history(work.at).statements
    assert there == work.told.ledger.history.statements
    assert len(there) > 30


def test_leaving_twice_gives_the_same_bytes(left: tuple[Working, bytes]) -> None:
    """Who compares two of them sees what changed, and nothing else."""
    home, again = left[0].told.ledger.home, io.BytesIO()
    pack(home, (_draft(home.organisation),), again, AT)
    assert again.getvalue() == left[1]
