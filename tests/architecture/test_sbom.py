"""What Sunlit is made of, as CycloneDX: valid, whole, and the same from the same lock files."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import sunlit
from tools import sbom

REQUIREMENTS: Final = Path(__file__).parents[2] / "requirements"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Make it once."""
    found: dict[str, Any] = json.loads(sbom.written())
    return found


def test_the_bill_of_materials_is_valid(document: dict[str, Any]) -> None:
    """By CycloneDX's own schema, strictly; of this version of Sunlit; without a time."""
    text = json.dumps(document)

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert document["metadata"]["component"]["version"] == sunlit.__version__
    assert "timestamp" not in document["metadata"]
    assert sbom.written() == sbom.written()


def test_the_bill_of_materials_names_everything_that_is_locked(document: dict[str, Any]) -> None:
    """Each package of a node at its version with its hashes, and what is taken over as files."""
    locked: set[tuple[str, str]] = set()
    hashes: set[str] = set()
    for name in ("core", "server"):
        text = (REQUIREMENTS / f"{name}.txt").read_text("utf-8")
        locked |= {
            (one[0].split("[")[0], one[1]) for one in re.findall(r"(?m)^(\S+?)==(\S+)", text)
        }
        hashes |= set(re.findall(r"sha256:([0-9a-f]{64})", text))
    named = {(one["name"], one["version"]) for one in document["components"]}
    told = {
        one["content"] for component in document["components"]
        for files in component["externalReferences"] for one in files.get("hashes", [])
    }  # fmt: skip

    assert len(locked) > 40
    assert named - locked == {("govuk-frontend", "6.3.0")}
    assert locked <= named
    assert told == hashes


def test_everything_in_the_bill_of_materials_is_there_for_a_reason(
    document: dict[str, Any],
) -> None:
    """Whoever looks why a library is there gets from it to Sunlit."""
    needs = {one["ref"]: set(one.get("dependsOn", ())) for one in document["dependencies"]}
    reached, ahead = set[str](), {"sunlit"}
    while ahead:
        reached |= ahead
        ahead = {one for ref in ahead for one in needs[ref]} - reached

    assert reached == {"sunlit", *(one["bom-ref"] for one in document["components"])}


def test_the_bill_of_materials_is_written_to_a_file(tmp_path: Path) -> None:
    """By one command, in a folder that need not be there."""
    assert sbom.main([str(tmp_path / "new" / "sunlit.cdx.json")]) == 0

    assert (tmp_path / "new" / "sunlit.cdx.json").read_text("utf-8") == sbom.written()
