import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.registry.rubrics import load_rubric
from sunlit.rubric import (
    Outcome,
    Parameter,
    Rubric,
    Stricter,
    evaluate,
    read_catalog,
    read_profile,
    resolve,
)
from sunlit.rubric.core import SHIPPED, adapted, core_catalog, core_profile, core_rubric
from sunlit.rubric.floor import at_least_as_strict
from sunlit.rubric.oscal import NS, Catalog
from tests.rubric.story import RULES, Story

METADATA = {
    "title": "Agency",
    "version": "1",
    "last-modified": "2026-11-22T00:00:00+00:00",
    "oscal-version": "1.2.1",
}


def agency(**parts: object) -> Rubric:
    """Return the core with an agency's profile over it."""
    return adapted([read_profile(profile(**parts))], more={"own.json": own()})


def profile(**parts: object) -> bytes:
    """Return an agency's profile that takes all of the core."""
    body = {
        "metadata": METADATA,
        "imports": [{"href": "core-profile.json", "include-all": {}}],
        **{name.replace("_", "-"): part for name, part in parts.items()},
    }
    return json.dumps({"profile": body}).encode()


def control(id_: str = "own-1", **changes: object) -> dict[str, Any]:
    """Return a control of the agency's own."""
    props = [
        {"name": "rule", "ns": NS, "value": "model-card-complete"},
        {"name": "mend", "ns": NS, "value": "sunlit assure {path}"},
    ]
    return {"id": id_, "title": "Ours", "props": props, **changes}


def own(**changes: object) -> Catalog:
    """Return the agency's own catalog with one control."""
    document = {"catalog": {"metadata": METADATA, "controls": [control(**changes)]}}  # type: ignore[arg-type]
    return read_catalog(json.dumps(document).encode())


def values(*pairs: tuple[str, list[str]]) -> dict[str, object]:
    """Return a modification that sets parameters."""
    return {"set-parameters": [{"param-id": id_, "values": value} for id_, value in pairs]}


def refused(do: Callable[[], object]) -> str:
    """Return the code that it is refused with."""
    with pytest.raises(MalformedError) as caught:
        do()
    return caught.value.code


def test_the_core_resolves_and_its_digest_is_stable() -> None:
    """Findings name this digest: a change of the core is a change of version."""
    rubric = core_rubric()

    assert len(rubric.controls) >= 60
    assert rubric.digest == resolve(core_catalog(), [core_profile()]).digest
    assert rubric.digest != resolve(core_catalog(), []).digest
    assert rubric.control("prov-9") is None


def test_every_control_says_what_a_reader_needs() -> None:
    """A title, a statement, guidance, a rule that exists and a command that mends."""
    for item in core_rubric().controls:
        assert item.title
        assert item.statement
        assert item.guidance
        assert item.rule in RULES
        assert "sunlit " in item.mend


def test_every_rule_is_asked_for() -> None:
    """A rule that no control names is dead code."""
    asked = {item.rule for name in SHIPPED for item in load_rubric([name]).controls}
    assert asked == set(RULES)


def test_parameters_stand_in_the_statement() -> None:
    """A reader sees the number that decides, not its name."""
    found = agency(modify=values(("assu-4.high", ["3"]))).control("assu-4")

    assert found is not None
    assert "high 3" in found.statement
    assert found.values()["high"] == "3"


def test_an_unknown_parameter_in_prose_stays_as_it_stands() -> None:
    """Prose decides nothing, so it is shown as it was written."""
    part = {"name": "statement", "prose": "{{ insert: param, nobody.knows }}"}
    rubric = resolve(own(parts=[part]), [])

    assert rubric.controls[0].statement == "{{ insert: param, nobody.knows }}"


def test_an_agency_may_tighten() -> None:
    """Each of the four directions can be followed."""
    rubric = agency(
        modify=values(
            ("assu-4.high", ["4"]),
            ("assu-2.max-age-days", ["90"]),
            ("assu-2.metrics", ["accuracy"]),
            ("priv-3.profiles", ["public-release"]),
        )
    )

    found = rubric.control("assu-2")
    assert found is not None
    assert found.values() == {"max-age-days": "90", "metrics": "accuracy"}
    assert rubric.digest != core_rubric().digest


def test_an_agency_may_add_controls_and_props() -> None:
    """Additions are what an adaptation is for."""
    imports = [
        {"href": "core-profile.json", "include-all": {}},
        {"href": "own.json", "include-all": {}},
    ]
    add = {
        "props": [{"name": "weight", "value": "2"}],
        "parts": [{"name": "guidance", "prose": "x"}],
    }
    rubric = agency(imports=imports, modify={"alters": [{"control-id": "prov-1", "adds": [add]}]})

    assert [item.id for item in rubric.controls][-1] == "own-1"
    found = rubric.control("prov-1")
    assert found is not None
    assert found.guidance.endswith("\n\nx")


@pytest.mark.parametrize(
    ("id_", "value"),
    [
        ("assu-4.high", ["1"]),
        ("assu-2.max-age-days", ["366"]),
        ("prov-3.model-files", ["*.onnx"]),
        ("prov-3.model-files", []),
        ("priv-3.profiles", ["controlled-training", "a-profile-of-our-own"]),
        ("priv-3.profiles", []),
        ("priv-3.max-risk", ["0.21"]),
    ],
)
def test_an_agency_may_not_loosen(id_: str, value: list[str]) -> None:
    """A floor that can be lowered is none."""
    assert refused(lambda: agency(modify=values((id_, value)))) == "rubric.loosened-parameter"


def test_the_floor_rises_with_each_profile() -> None:
    """An office below a ministry cannot undo what the ministry asks for."""
    ministry = read_profile(profile(modify=values(("assu-4.high", ["3"]))))
    office = read_profile(profile(modify=values(("assu-4.high", ["2"]))))

    assert refused(lambda: adapted([ministry, office])) == "rubric.loosened-parameter"


def test_an_agency_may_not_drop_a_control() -> None:
    """Neither by leaving it out nor by excluding it."""
    some = [{"href": "core-profile.json", "include-controls": [{"with-ids": ["prov-1"]}]}]
    but = [{"href": "c", "include-all": {}, "exclude-controls": [{"with-ids": ["risk-2"]}]}]

    assert refused(lambda: agency(imports=some)) == "rubric.dropped-control"
    assert refused(lambda: agency(imports=but)) == "rubric.dropped-control"


def test_an_agency_may_not_change_how_a_control_of_the_core_is_judged() -> None:
    """A second practice or `drafts` on a core control would loosen it unseen."""
    prop = {"name": "practice", "ns": NS, "value": "M4"}
    alters = [{"control-id": "prov-1", "adds": [{"props": [prop]}]}]

    assert refused(lambda: agency(modify={"alters": alters})) == "rubric.overrides-core"


@pytest.mark.parametrize(("practice", "code"), [("M4", "rubric.overrides-core"), ("M1", None)])
def test_a_control_of_ones_own_makes_no_practice_easier(practice: str, code: str | None) -> None:
    """M4 takes a statement in the core; an easy control must not stand in for it."""
    document = control()
    document["props"].append({"name": "practice", "ns": NS, "value": practice})
    more = {"own.json": own(props=document["props"])}
    imports = [{"href": "c", "include-all": {}}, {"href": "own.json", "include-all": {}}]
    read = read_profile(profile(imports=imports))

    if code is None:
        assert adapted([read], more=more).control("own-1") is not None
    else:
        assert refused(lambda: adapted([read], more=more)) == code


def test_names_that_nobody_knows_are_refused() -> None:
    """A misspelt id must not silently mean nothing."""
    unknown = [{"href": "c", "include-controls": [{"with-ids": ["prov-99"]}]}]
    alters = [{"control-id": "prov-99", "adds": []}, {"control-id": "prov-99", "adds": [{}]}]

    assert refused(lambda: agency(imports=unknown)) == "rubric.unknown-control"
    assert refused(lambda: agency(modify={"alters": alters})) == "rubric.unknown-control"
    assert refused(lambda: agency(modify=values(("x", ["1"])))) == "rubric.unknown-parameter"


def test_one_control_stands_once() -> None:
    """A second copy, from below or under a core id of one's own, is refused."""
    twice = [{"href": "c", "include-all": {}}, {"href": "c", "include-all": {}}]
    imports = [{"href": "c", "include-all": {}}, {"href": "own.json", "include-all": {}}]
    taken = {"own.json": own(id_="prov-1")}
    read = read_profile(profile(imports=imports))

    assert refused(lambda: agency(imports=twice)) == "rubric.duplicate-id"
    assert refused(lambda: adapted([read], more=taken)) == "rubric.duplicate-id"


def param(**changes: object) -> dict[str, object]:
    """Return a parameter of the agency's own control."""
    props = [{"name": "stricter", "ns": NS, "value": "higher"}]
    return {"id": "own-1.n", "label": "n", "values": ["1"], "props": props, **changes}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"props": []}, "rubric.no-direction"),
        ({"props": [{"name": "stricter", "ns": NS, "value": "up"}]}, "rubric.no-direction"),
        ({"id": "other.n"}, "rubric.malformed"),
        ({"values": ["many"]}, "rubric.malformed"),
        ({"values": ["1", "2"]}, "rubric.malformed"),
        ({"values": ["Infinity"]}, "rubric.malformed"),
        ({"values": ["-1"]}, "rubric.malformed"),
        ({"values": ["1e5"]}, "rubric.malformed"),
        ({"values": ["1000001"]}, "rubric.malformed"),
    ],
)
def test_a_parameter_declares_its_direction_and_a_number(
    changes: dict[str, object], code: str
) -> None:
    """Without a direction nobody can tell tightening from loosening."""
    assert refused(lambda: resolve(own(params=[param(**changes)]), [])) == code


def test_a_control_has_exactly_one_rule() -> None:
    """Two rules would leave open which one answers."""
    assert refused(lambda: resolve(own(props=control()["props"][1:]), [])) == "rubric.malformed"


@given(
    old=st.decimals(min_value=0, max_value=1_000_000, places=3),
    new=st.decimals(min_value=0, max_value=1_000_000, places=3),
)
def test_stricter_is_an_order(old: Decimal, new: Decimal) -> None:
    """Whatever is not at least as strict one way is so the other way."""

    def parameter(value: Decimal, direction: Stricter) -> Parameter:
        return Parameter(id="a.n", name="n", values=(str(value),), stricter=direction)

    higher = at_least_as_strict(parameter(old, Stricter.HIGHER), parameter(new, Stricter.HIGHER))
    lower = at_least_as_strict(parameter(old, Stricter.LOWER), parameter(new, Stricter.LOWER))

    assert higher or lower
    assert (higher and lower) is (old == new)


def test_the_example_agency_tightens_the_core() -> None:
    """A release that holds for the core may not yet hold for the agency."""
    data = (Path(__file__).parent / "fixtures" / "agency-profile.json").read_bytes()
    rubric = adapted([read_profile(data)])
    said = Story().complete()

    found = evaluate(rubric, said.evidence(), RULES, engine="sunlit test")

    assert [it.control for it in found.findings if it.outcome is not Outcome.HOLDS] == ["assu-4"]
