"""`sunlit rubric`: list, show, diff, resolve, check, explain, applies."""

import json
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.cli.main import cli, main
from sunlit.cli.rubric import named
from sunlit.registry.rubrics import known_rubrics, load_rubric
from sunlit.rubric.core import SHIPPED, core_rubric, earlier_rubrics
from sunlit.rubric.diff import Change, differences
from sunlit.rubric.oscal import NS
from tests.registry.telling import write_component

AGENCY = Path(__file__).parents[1] / "rubric" / "fixtures" / "agency-profile.json"
METADATA = {"title": "Office", "version": "3", "last-modified": "2026-11-22T00:00:00+00:00",
            "oscal-version": "1.2.1"}  # fmt: skip


def rubric(*words: object) -> Result:
    """Run a command of the group."""
    return CliRunner().invoke(cli, ["rubric", *map(str, words)])


def read(*words: object) -> Any:  # noqa: ANN401 - a document
    """Run it with `--json` and return what it prints."""
    return json.loads(rubric(*words, "--json").stdout)


def profile(folder: Path, name: str, *hrefs: str, **values: str) -> Path:
    """Write a profile that imports these and sets these values."""
    setting = [{"param-id": id_.replace("__", ".").replace("_", "-"), "values": [value]}
               for id_, value in values.items()]  # fmt: skip
    body = {
        "metadata": METADATA, "imports": [{"href": href, "include-all": {}} for href in hrefs],
        "modify": {"set-parameters": setting},
    }  # fmt: skip
    path = folder / name
    path.write_text(json.dumps({"profile": body}))
    return path


def own(folder: Path, rule: str = "model-card-complete") -> Path:
    """Write a catalog with one control of an office's own."""
    props = [{"name": name, "ns": NS, "value": value}
             for name, value in (("rule", rule), ("mend", "sunlit assure {path}"))]  # fmt: skip
    control = {"id": "office-1", "title": "Ours", "props": props}
    path = folder / "own.json"
    path.write_text(json.dumps({"catalog": {"metadata": METADATA, "controls": [control]}}))
    return path


def test_the_list_names_each_rubric_with_its_digest() -> None:
    """The core, each profile, and the core before this one."""
    rows = {row["name"]: row for row in read("list")}

    assert set(rows) == {"core", *SHIPPED, "core-1.1"}
    assert rows["core"]["digest"] == core_rubric().digest
    assert rows["core-1.1"]["controls"] == 23
    assert "policing" in rubric("list").stdout


def test_all_controls_or_one_are_shown() -> None:
    """With where each applies."""
    everything = rubric("show").stdout
    one = rubric("show", "assu-4", "--profile", "policing").stdout

    assert "eu-1 " in everything
    assert "[jurisdiction EU]" in everything
    assert "medium = 2" in one
    assert read("show", "eu-10")["appliesFrom"] == "2027-12-02"
    assert len(read("show")["controls"]) == len(core_rubric().controls)


def test_a_control_that_is_not_there_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """With the command that lists them."""
    with pytest.raises(SystemExit) as ended:
        main(["rubric", "show", "assu-99"])

    assert ended.value.code == 2
    assert "sunlit rubric show" in capsys.readouterr().err


def test_a_profile_is_stricter_and_the_way_back_looser() -> None:
    """Exit 1 says that something is looser or dropped."""
    there, back = rubric("diff", "core", "policing"), rubric("diff", "policing", "core")

    assert (there.exit_code, back.exit_code) == (0, 1)
    assert "365 -> 180" in there.stdout
    assert "dropped  policing-1" in back.stdout
    assert "Nothing differs." in rubric("diff", "core", "core").stdout
    assert {it["change"] for it in read("diff", "core-1.1", "core")} <= {"added", "changed"}


def test_the_resolved_rubric_is_the_one_that_findings_name(tmp_path: Path) -> None:
    """SHA-256 of the file is the digest."""
    path = tmp_path / "rubric.json"

    said = rubric("resolve", "--profile", "benefits", "-o", path).stdout

    assert sha256(path.read_bytes()).hexdigest() == load_rubric(["benefits"]).digest
    assert load_rubric(["benefits"]).digest in said
    assert json.loads(rubric("resolve").stdout) == core_rubric().document


def test_a_profile_that_loosens_is_refused_with_the_control(tmp_path: Path) -> None:
    """Exit 1, what was wanted, and what was got."""
    path = profile(tmp_path, "loose.json", "core-profile.json", assu_4__high="1")

    said = rubric("check", path)

    assert said.exit_code == 1
    assert "loosens assu-4.high" in said.stdout
    assert read("check", path)["error"]["code"] == "rubric.loosened-parameter"


def test_a_rule_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    """Before anybody relies on the profile."""
    own(tmp_path, "no-such-rule")
    path = profile(tmp_path, "p.json", "core-profile.json", "own.json")

    said = rubric("check", path)

    assert said.exit_code == 1
    assert "no-such-rule" in said.stdout


def test_a_sound_profile_may_be_used() -> None:
    """With what it changes."""
    said = rubric("check", AGENCY)

    assert said.exit_code == 0
    assert "may be used" in said.stdout
    assert read("check", AGENCY)["differences"]


def test_a_malformed_profile_is_wrong_usage(tmp_path: Path) -> None:
    """No floor was reached."""
    path = tmp_path / "bad.json"
    path.write_text("{}")

    with pytest.raises(SystemExit) as ended:
        main(["rubric", "check", str(path)])

    assert ended.value.code == 2


def test_a_control_is_explained_with_its_law_and_who_set_what() -> None:
    """In plain words: the rule, the dates, how they were verified."""
    law = rubric("explain", "eu-10").stdout
    tiers = read("explain", "assu-4", "--profile", "policing")

    assert "applies from 2027-12-02" in law
    assert "Official Journal reference was not seen" in law
    assert "Hold when the deployer signed a measure" in law
    assert tiers["setBy"]["assu-4.high"] == "Sunlit profile: Policing"
    assert tiers["setBy"]["assu-4.low"] == "Sunlit shared core"
    assert "It applies always." in rubric("explain", "prov-1").stdout


def test_a_control_is_explained_for_a_component(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `assure` would answer it; and what is not in force yet does not apply."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "model"
    write_component(folder)

    unknown = rubric("explain", "assu-2", folder)
    later = rubric("explain", "eu-10", folder)
    applying = rubric("applies", folder)

    assert unknown.exit_code == 3
    assert "Here: UNKNOWN." in unknown.stdout
    assert "mend: " in unknown.stdout
    assert later.exit_code == 0
    assert "does not apply" in later.stdout
    assert "controls apply. Not asked:" in applying.stdout
    assert "Without --use and --deployer" in applying.stdout
    assert "eu-10" in {it["control"] for it in read("applies", folder)["notApplicable"]}


def test_a_profile_imports_a_shipped_one_and_controls_of_its_own(tmp_path: Path) -> None:
    """An office under the profile for policing, with a catalog beside it."""
    own(tmp_path)
    path = profile(tmp_path, "office.json", "policing.json", "own.json", assu_4__high="4")

    found = load_rubric([path])

    ids = {control.id for control in found.controls}
    assert {"policing-1", "office-1"} <= ids
    assert named(str(path)).digest == found.digest
    assert load_rubric(["policing", path]).digest == found.digest


def test_a_profile_lies_over_the_profile_beside_it(tmp_path: Path) -> None:
    """A ministry's, then an office's; one that imports itself is refused."""
    profile(tmp_path, "ministry.json", "core-profile.json", assu_4__high="3")
    office = profile(tmp_path, "office.json", "ministry.json", assu_4__high="2")
    looped = profile(tmp_path, "looped.json", "looped.json")

    with pytest.raises(MalformedError) as loose:
        load_rubric([office])
    with pytest.raises(MalformedError) as loop:
        load_rubric([looped])

    assert loose.value.code == "rubric.loosened-parameter"
    assert loop.value.code == "rubric.unsupported"


def test_a_profile_that_is_not_there_names_those_that_are() -> None:
    """The mend lists what is shipped."""
    with pytest.raises(UnavailableError) as caught:
        load_rubric([Path("no-such-profile")])

    assert "policing" in str(caught.value.mend)


def test_shipped_profiles_lie_over_each_other_in_any_order() -> None:
    """A police force that recruits needs both."""
    alone = {name: load_rubric([name]) for name in SHIPPED}
    for first, second in pairwise((*SHIPPED, *reversed(SHIPPED))):
        both = load_rubric([first, second])
        wanted = {it.id for name in (first, second) for it in alone[name].controls}
        assert {it.id for it in both.controls} == wanted
        changes = {it.change for it in differences(alone[second], both)}
        assert not changes & {Change.LOOSER, Change.DROPPED}


def test_a_digest_that_an_old_token_names_is_still_known() -> None:
    """The core before this one, and each profile alone."""
    known = {one.digest for one in known_rubrics([AGENCY])}

    assert {core_rubric().digest, earlier_rubrics()[0].digest} < known
    assert len(known) == 2 + 1 + len(SHIPPED)
