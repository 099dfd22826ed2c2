"""File lists of earlier releases: kept by their digest, brought along, never believed unchecked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sunlit.claims.assurance import ChangePlan
from sunlit.claims.authority import Role
from sunlit.registry.attest import plan_change
from sunlit.registry.blobs import blob_path
from sunlit.registry.home import write_whole
from sunlit.registry.manifests import bring_manifests, keep_manifest, kept_manifests
from tests.registry.telling import Telling, telling
from tests.rubric.story import LABS, LATER


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Telling]:
    """A laboratory has attested, and agreed to a change."""
    with telling(tmp_path) as found:
        found.registered().made().declared()
        plan = ChangePlan(
            assessor=LABS[0], attestation=found.attested(0).statement_id, permitted=("retrain",),
            may_change=("model.txt",), retests=("performance",), valid_until=LATER,
        )  # fmt: skip
        key = found.story.labs[0].key(Role.ASSESSOR)
        plan_change(found.ledger, found.component, plan, key)
        yield found


def place(told: Telling) -> Path:
    """Return where the release's list is kept."""
    return blob_path(told.ledger.home, told.component.release)


def known(told: Telling) -> dict[str, dict[str, str]]:
    """Return what is known of releases from which plans start."""
    found = kept_manifests(told.ledger.home, told.ledger.history)
    return {digest: dict(files) for digest, files in found.items()}


def test_planning_keeps_the_files_from_which_the_plan_starts(told: Telling) -> None:
    """Each name with its digest, under the release's digest."""
    files = {entry.name: entry.sha256 for entry in told.component.manifest.files}

    assert known(told) == {told.component.release: files}


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"not JSON"])
def test_a_damaged_list_is_no_list(told: Telling, data: bytes) -> None:
    """Then the plan cannot be followed; nothing else is the matter."""
    place(told).write_bytes(data)

    assert known(told) == {}


def test_a_lost_list_comes_back_from_another_home(told: Telling, tmp_path: Path) -> None:
    """Once, and only if it is the one that is wanted."""
    home, history = told.ledger.home, told.ledger.history
    away = tmp_path / "away" / place(told).relative_to(home.root)
    write_whole(away, place(told).read_bytes())
    place(told).unlink()

    came = [bring_manifests(home, history, tmp_path / "away") for _ in range(2)]

    assert came == [1, 0]
    assert told.component.release in known(told)


@pytest.mark.parametrize("data", [b"[]", b"not JSON"])
def test_a_false_list_is_not_brought(told: Telling, tmp_path: Path, data: bytes) -> None:
    """Its digest is not the release's."""
    home, history = told.ledger.home, told.ledger.history
    write_whole(tmp_path / "away" / place(told).relative_to(home.root), data)
    place(told).unlink()

    assert bring_manifests(home, history, tmp_path / "away") == 0
    assert not place(told).exists()


def test_a_home_that_has_none_gives_none(told: Telling, tmp_path: Path) -> None:
    """And keeping one twice keeps it once."""
    keep_manifest(told.ledger.home, told.component)
    place(told).unlink()

    assert bring_manifests(told.ledger.home, told.ledger.history, tmp_path / "nowhere") == 0
    assert known(told) == {}
