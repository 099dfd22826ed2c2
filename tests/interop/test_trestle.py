"""compliance-trestle as the oracle: it reads our documents and resolves them to what we do.

It is a tool for tests only. It resolves also what drops or loosens the core: refusing that is
ours (spec/rubric.md, 3), and both are shown here.
"""

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from sunlit.base.errors import MalformedError
from sunlit.formats.oscal_results import to_assessment_results
from sunlit.registry.rubrics import load_rubric
from sunlit.rubric.core import SHIPPED, core_rubric
from tests.rubric.story import Story

trestle = pytest.importorskip("trestle")
DATA = files("sunlit.rubric").joinpath("data")
AGENCY = Path(__file__).parents[1] / "rubric" / "fixtures" / "agency-profile.json"
Values = Mapping[str, tuple[str, ...]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay our documents where trestle looks for them: each in a folder, named by `trestle://`."""
    root = tmp_path_factory.mktemp("trestle")
    (root / ".trestle").mkdir()
    (root / ".trestle" / "config.ini").touch()
    lay(root, "catalogs/core-catalog/catalog.json", DATA.joinpath("core-catalog.json").read_text())
    lay(root, "profiles/core-profile/profile.json", DATA.joinpath("core-profile.json").read_text())
    for name in SHIPPED:
        folder = DATA.joinpath("profiles")
        controls = folder.joinpath(f"{name}-controls.json").read_text()
        lay(root, f"catalogs/{name}-controls/catalog.json", controls)
        lay(root, f"profiles/{name}/profile.json", folder.joinpath(f"{name}.json").read_text())
    lay(root, "profiles/agency/profile.json", AGENCY.read_text())
    return root


def lay(root: Path, path: str, text: str) -> Path:
    """Write a document with its imports as trestle names them."""
    document = json.loads(text)
    for item in document.get("profile", {}).get("imports", []):
        name = item["href"].rpartition("/")[2].removesuffix(".json")
        kind = "catalog" if name.endswith(("-controls", "-catalog")) else "profile"
        item["href"] = f"trestle://{kind}s/{name}/{kind}.json"
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(json.dumps(document))
    return root / path


def resolved(root: Path, name: str) -> dict[str, Values]:
    """Return what trestle resolves a profile to: control -> parameter -> values."""
    from trestle.core.profile_resolver import ProfileResolver

    path = root / "profiles" / name / "profile.json"
    catalog = ProfileResolver.get_resolved_profile_catalog(root, str(path))
    return {
        control.id: {one.id: tuple(one.values or ()) for one in control.params or ()}
        for control in controls_of(catalog)
    }


def controls_of(part: Any) -> Iterator[Any]:  # noqa: ANN401 - a catalog or group of trestle's
    """Yield the controls of a catalog or group."""
    yield from part.controls or ()
    for group in getattr(part, "groups", None) or ():
        yield from controls_of(group)


def ours(*profiles: str | Path) -> dict[str, Values]:
    """Return what our resolver gives."""
    return {
        control.id: {one.id: one.values for one in control.parameters}
        for control in load_rubric(profiles).controls
    }


@pytest.mark.parametrize("name", ["core-profile", *SHIPPED, "agency"])
def test_trestle_resolves_each_profile_to_the_same_controls_and_values(
    root: Path, name: str
) -> None:
    """Two resolvers that share no line of code."""
    wanted = {"core-profile": ours(), "agency": ours(AGENCY)}.get(name)

    found = resolved(root, name)

    assert found == (wanted or ours(name))
    assert len(found) >= 60


def test_trestle_reads_our_documents_strictly(root: Path) -> None:
    """Its models forbid what OSCAL does not know; the resolved rubric passes too."""
    from trestle.oscal.catalog import Catalog
    from trestle.oscal.profile import Profile

    for path in sorted(root.glob("catalogs/*/catalog.json")):
        assert Catalog.oscal_read(path) is not None
    for path in sorted(root.glob("profiles/*/profile.json")):
        assert Profile.oscal_read(path) is not None
    for rubric in (core_rubric(), load_rubric(["policing"])):
        path = root / "resolved.json"
        path.write_text(json.dumps(rubric.document))
        read = Catalog.oscal_read(path)
        assert read is not None
        assert len(list(controls_of(read))) == len(rubric.controls)


def test_trestle_reads_our_assessment_results(tmp_path: Path) -> None:
    """With controls that were not asked, with findings that hold, and with none."""
    from trestle.oscal.assessment_results import AssessmentResults

    for story in (Story().complete(), Story()):
        conformity = story.conformity()
        path = tmp_path / "results.json"
        path.write_text(json.dumps(to_assessment_results(conformity)))
        read: Any = AssessmentResults.oscal_read(path)
        (result,) = read.results
        (selection,) = result.reviewed_controls.control_selections
        apart = {one.control_id for one in selection.exclude_controls or ()}
        assert apart == {one.control for one in conformity.not_applicable}
        assert {one.control_id for one in selection.include_controls} == {
            one.control for one in conformity.findings
        }


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        (
            {"imports": [{"href": "core-profile.json",
                          "include-controls": [{"with-ids": ["prov-1"]}]}]},
            "rubric.dropped-control", "prov-2",
        ),
        (
            {"modify": {"set-parameters": [{"param-id": "assu-4.high", "values": ["1"]}]}},
            "rubric.loosened-parameter", "assu-4.high",
        ),
        (
            {"modify": {"set-parameters": [{"param-id": "pol-1.topic", "values": ["other"]}]}},
            "rubric.loosened-parameter", "pol-1.topic",
        ),
    ],
)  # fmt: skip
def test_what_trestle_takes_we_refuse_with_the_control_named(
    root: Path, tmp_path: Path, changes: dict[str, object], code: str, named: str
) -> None:
    """OSCAL has no floor: a profile that drops or loosens is a fine profile to it."""
    document = json.loads(AGENCY.read_text())
    document["profile"].update({"modify": {}, **changes})
    (tmp_path / "loose.json").write_text(json.dumps(document))
    lay(root, "profiles/loose/profile.json", json.dumps(document))

    assert resolved(root, "loose")
    with pytest.raises(MalformedError) as caught:
        load_rubric([tmp_path / "loose.json"])
    assert caught.value.code == code
    assert named in str(caught.value)
