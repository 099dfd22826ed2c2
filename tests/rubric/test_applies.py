"""Which controls are asked: by facts that count, and by nobody else's word."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.claims.assurance import CounterEvidence
from sunlit.claims.authority import Role
from sunlit.claims.names import named_digest
from sunlit.formats.oscal_results import to_assessment_results
from sunlit.formats.vsa import to_vsa
from sunlit.rubric import Conformity, read_profile
from sunlit.rubric.applies import Facts, NotApplicable
from sunlit.rubric.control import Condition
from sunlit.rubric.core import adapted, core_rubric
from sunlit.rubric.law import law
from sunlit.rubric.oscal import NS
from sunlit.rubric.places import places
from sunlit.rubric.resolve import condition, read_control
from tests.rubric import story
from tests.rubric.risks import assessment
from tests.rubric.story import DEPLOYER, FACTS, LABS, USE, Story
from tests.rubric.test_cel import profile

GB, EU = ("UK-ENG",), ("NL",)
USE_DIGEST = named_digest("use", f"{DEPLOYER}#{USE}")


def told(jurisdictions: tuple[str, ...] = GB, /, **facts: Any) -> Story:  # noqa: ANN401 - any kind of value
    """Say a release, its use in a place, and an assessment with these facts."""
    said = Story().made()
    said.declared(jurisdictions=jurisdictions)
    said.assessed(**facts)
    return said


def apart(conformity: Conformity) -> dict[str, NotApplicable]:
    """Return what was not asked, by control."""
    return {one.control: one for one in conformity.not_applicable}


def asked(conformity: Conformity, group: str) -> set[str]:
    """Return which controls of a group were asked."""
    return {it.control for it in conformity.findings if it.control.startswith(f"{group}-")}


def test_with_nothing_said_everything_is_asked() -> None:
    """Silence excuses nothing."""
    found = Story().conformity()

    assert not [it for it in found.not_applicable if it.rests_on]
    assert len(found.findings) + len(found.not_applicable) == len(core_rubric().controls)


def test_each_control_is_asked_or_its_reason_is_given() -> None:
    """`12 of 63 apply, and why`: with the statement that says so, and the fact in words."""
    found = told().conformity()

    one = apart(found)["eu-1"]
    assert one.reason == "Asked only where the jurisdiction is EU; here it is GB, GB-ENG."
    assert one.rests_on
    assert set(one.rests_on) <= set(found.rests_on)
    assert len(found.findings) + len(found.not_applicable) == len(core_rubric().controls)


def test_police_are_asked_what_police_law_asks() -> None:
    """And not what the general law asks of others."""
    police = told(GB, **{"law-enforcement": "yes"}).conformity()
    others = told().conformity()

    assert asked(police, "pol") == {"pol-1", "pol-2", "pol-3", "pol-4", "pol-5"}
    assert len(asked(police, "npcc")) == 6
    assert "uk-3" not in asked(police, "uk")
    assert asked(others, "pol") == asked(others, "npcc") == set()
    assert {"uk-1", "uk-2", "uk-3", "uk-5"} <= asked(others, "uk")


def test_a_fact_without_an_answer_excuses_nothing() -> None:
    """Unknown, blank, or of a kind that cannot be read."""
    for value in ("unknown", "", [], 3, ["no", 1]):
        found = told(GB, **{"law-enforcement": value}).conformity()
        assert "pol-1" in asked(found, "pol")


@pytest.mark.parametrize("value", ["no", False, ["no"]])
def test_an_answer_may_be_written_in_three_ways(value: object) -> None:
    """As a word, as true or false, or as a list of words."""
    assert "pol-1" in apart(told(GB, **{"law-enforcement": value}).conformity())


def test_a_draft_excuses_nothing() -> None:
    """A draft may warn; here even that would say nothing."""
    said = Story().made()
    said.declared(jurisdictions=GB)
    said.draft(replace(assessment(), facts=FACTS), about=USE_DIGEST)

    assert "pol-1" in asked(said.conformity(), "pol")


def test_a_third_party_excuses_nothing() -> None:
    """Neither somebody else's assessment, nor a use that another organisation says."""
    said = Story().made()
    lab = said.labs[0]
    said.say(replace(assessment(), facts=FACTS), lab.key(Role.ASSESSOR), about=USE_DIGEST)
    said.say(replace(story.use(), jurisdictions=("US-CA",)), said.maintainer, about=USE_DIGEST)
    said.say(replace(story.component(), kind="code"), lab.key(Role.ASSESSOR))

    found = said.conformity()

    assert "pol-1" in asked(found, "pol")
    assert "assu-7" in asked(found, "assu")


def test_two_uses_in_two_places_are_asked_for_both() -> None:
    """Whichever was said last: all values count."""
    said = told(GB)
    said.declared(jurisdictions=EU)

    found = said.conformity()

    assert "uk-1" in asked(found, "uk")
    assert "nl-1" in asked(found, "nl")


def test_a_place_that_cannot_be_read_excuses_nothing() -> None:
    """`England` is no code; so is nothing at all."""
    for written in (("England",), (), ("US-CA", "somewhere")):
        assert "uk-1" in asked(told(written).conformity(), "uk")


def test_a_duty_that_is_not_yet_in_force_is_listed_with_its_date() -> None:
    """Never dropped in silence; and what rests on it ends on that day."""
    said = told(EU)

    before = apart(said.conformity())["eu-10"]
    at = datetime(2027, 12, 2, tzinfo=UTC)
    after = said.conformity(at=at)

    assert before.reason == "Not yet in force: the duty applies from 2027-12-02."
    assert (before.expires, before.rests_on) == ("2027-12-02T00:00:00Z", ())
    assert "eu-10" in asked(after, "eu")


def test_an_assessment_that_ends_brings_its_controls_back() -> None:
    """The conformity ends with the first fact that it leans on."""
    found = told().conformity()

    assert apart(found)["pol-1"].expires == "2027-01-01T00:00:00Z"
    assert found.expires is not None
    assert found.expires <= "2027-01-01T00:00:00Z"
    later = told().conformity(at=datetime(2027, 2, 1, tzinfo=UTC))
    assert "pol-1" in asked(later, "pol")


def test_what_is_contested_excuses_nothing() -> None:
    """An accredited assessor found that it is no code at all."""
    said = Story()
    said.world.accredit(LABS[0], "provenance")
    claim = replace(story.component(), kind="code", model_files=())
    code = said.say(claim, said.maintainer)
    assert "assu-7" in apart(said.conformity())
    said.say(
        CounterEvidence(
            statement=code.statement_id, assessor=LABS[0], scope="provenance",
            finding="It is a model.", found_on=said.world.now,
        ),
        said.labs[0].key(Role.ASSESSOR),
    )  # fmt: skip

    assert "assu-7" in asked(said.conformity(), "assu")


def test_the_tier_is_a_fact_too() -> None:
    """As the board published it."""
    facts = Facts(Story().complete().evidence())
    tier = facts.get("tier")

    assert tier is not None
    assert len(tier.values) == 1
    assert facts.get("nobody-said") is None


def test_the_exports_show_what_was_not_asked() -> None:
    """With the reason, in both; and a stranger's digest covers it."""
    found = told().conformity()

    vsa: Any = to_vsa(found, verifier="urn:x").predicate
    document: Any = to_assessment_results(found)
    (result,) = document["assessment-results"]["results"]
    (selection,) = result["reviewed-controls"]["control-selections"]

    assert [it["control"] for it in vsa["sunlit_notApplicable"]] == list(apart(found))
    assert {it["value"]: it["remarks"] for it in selection["props"]} == {
        it.control: it.reason for it in found.not_applicable
    }
    assert found.digest != replace(found, not_applicable=()).digest
    assert "notApplicable" not in replace(found, not_applicable=()).to_json()


def test_an_agency_cannot_excuse_a_control_of_the_core() -> None:
    """Neither by a condition nor by a later date."""
    for name, value in (("applies", "jurisdiction=XX"), ("applies-from", "2099-01-01")):
        add = {"props": [{"name": name, "ns": NS, "value": value}]}
        with pytest.raises(MalformedError) as caught:
            adapted([read_profile(profile({"control-id": "assu-1", "adds": [add]}))])
        assert caught.value.code == "rubric.overrides-core"


@pytest.mark.parametrize("text", ["", "fact", "fact=", "=a", "fact=a,", "a b=c"])
def test_a_malformed_condition_is_refused(text: str) -> None:
    """A condition that nobody can read would excuse by chance."""
    with pytest.raises(MalformedError):
        condition(text, "x-1")


@pytest.mark.parametrize("day", ["2027-13-01", "2027", "tomorrow"])
def test_a_malformed_day_is_refused(day: str) -> None:
    """A day that is none would postpone a duty by chance."""
    props = [
        {"name": name, "ns": NS, "value": value}
        for name, value in (("rule", "r"), ("mend", "m"), ("applies-from", day))
    ]
    with pytest.raises(MalformedError):
        read_control("g", {"id": "x-1", "title": "X", "props": props})


@given(st.text(max_size=8))
def test_a_place_is_understood_or_unknown(text: str) -> None:
    """No text makes an empty set of places: that would match no condition."""
    found = places([text])

    assert found is None or len(found) >= 1


def test_conditions_read_back() -> None:
    """Several values, with spaces."""
    assert condition("area=1, 2", "x-1") == Condition("area", frozenset({"1", "2"}))


def test_the_dates_of_the_catalog_are_those_of_the_law() -> None:
    """One place for dates: `law.json`; and each control names provisions that are there."""
    known = law()
    for control in core_rubric().controls:
        assert len(known.of(control)) == len(control.laws)
        later = [it.applies_from for it in known.of(control) if it.applies_from]
        starts = control.starts.date().isoformat() if control.starts else None
        assert starts == max((day for day in later if day >= "2025"), default=None)
        for mapped in control.maps:
            assert mapped.partition(":")[0] in known.schemes
    assert {it.verified for it in known.provisions.values()} <= {"read", "web", "memory"}


def test_every_condition_asks_for_a_fact_that_can_be_said() -> None:
    """A misspelt fact is never known, so that its control would always be asked."""
    from sunlit.rubric.aia import fact_questions
    from sunlit.rubric.applies import SOURCES

    facts = {it.fact for control in core_rubric().controls for it in control.applies}

    assert facts <= {*SOURCES, *fact_questions()}
