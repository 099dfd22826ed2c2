"""Every tampered envelope, passkey signature, component folder and model signature is refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError
from sunlit.statement import dsse, intoto, oms, oms_keys, oms_verify
from sunlit.statement.keys import PublicKey
from sunlit.statement.manifest import Manifest, compare, read_manifest

TAMPERED = Path(__file__).resolve().parents[1] / "fixtures/tampered"
AREAS = ("envelope", "passkey", "folder", "oms")
CASES = sorted(
    path.parent for path in TAMPERED.glob("*/case.json") if path.parent.name.split("-")[0] in AREAS
)


def check_envelope(folder: Path, about: dict[str, object], _tmp: Path) -> None:
    """Verify an envelope and parse its statement."""
    listed = about["keys"]
    assert isinstance(listed, list)
    assert isinstance(about["threshold"], int)
    trusted = [PublicKey.from_json(one) for one in listed]
    envelope = dsse.Envelope.parse((folder / str(about["artefact"])).read_bytes())
    intoto.Statement.parse(dsse.verify(envelope, trusted, threshold=about["threshold"]))


def check_folder(folder: Path, about: dict[str, object], tmp: Path) -> None:
    """Compare a folder, with its links made, with its manifest."""
    expected = Manifest.parse((folder / str(about["manifest"])).read_bytes())
    copy = tmp / "folder"
    shutil.copytree(folder / str(about["artefact"]), copy)
    links = about.get("links", {})
    assert isinstance(links, dict)
    for name, target in links.items():
        (copy / name).symlink_to(target)
    found = [f"{one.kind} {one.name}" for one in compare(expected, read_manifest(copy))]
    assert found == about["expect_differences"]


def check_oms(folder: Path, about: dict[str, object], _tmp: Path) -> None:
    """Verify a folder against its model signature."""
    key = oms_keys.ModelKey.from_pem((folder / str(about["key"])).read_bytes())
    bundle = oms.Bundle.parse((folder / str(about["bundle"])).read_bytes())
    oms_verify.verify_folder(folder / str(about["artefact"]), bundle, key)


CHECKS: dict[str, Callable[[Path, dict[str, object], Path], None]] = {
    "envelope": check_envelope,
    "folder": check_folder,
    "oms": check_oms,
}


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_each_tampered_artefact_is_found_out(folder: Path, tmp_path: Path) -> None:
    """Each fixture is refused, or seen to differ, as its case states and no other way."""
    about = json.loads((folder / "case.json").read_text())
    code = None

    try:
        CHECKS[about["check"]](folder, about, tmp_path)
    except SunlitError as refused:
        code = refused.code

    assert code == about.get("expect_code")
    assert code or about["expect_differences"]


def test_there_are_enough_of_them() -> None:
    """A walker that finds nothing would pass."""
    assert len(CASES) >= 60
