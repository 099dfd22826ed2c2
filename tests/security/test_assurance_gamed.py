"""What a maintainer, a deployer or an agency tried in order to be asked less, or to look better."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Final

import pytest

from sunlit.base.errors import MalformedError
from sunlit.claims.assurance import CounterEvidence, Metric, NotTested
from sunlit.claims.authority import Role
from sunlit.claims.bias import Attribute, BiasAudit, Cell
from sunlit.claims.names import named_digest
from sunlit.claims.provenance import Resource
from sunlit.registry.register import Releases
from sunlit.rubric import Conformity, Finding, Outcome, evaluate, read_profile
from sunlit.rubric.applies import Facts
from sunlit.rubric.contested import contests
from sunlit.rubric.core import adapted
from tests.rubric import story
from tests.rubric.risks import measure
from tests.rubric.story import DEPLOYER, RULES, USE, Story

NAMES: Final = ("age", "disability", "race", "sex")
HALF: Final = Cell(rows=500, selected=200, tp=160, fp=40, fn=40, tn=260)


def by_all(**groups: Cell) -> tuple[Cell, ...]:
    """Return these groups under each characteristic."""
    return tuple(
        replace(cell, group={name: value}) for name in NAMES for value, cell in groups.items()
    )


def judged(audit: BiasAudit) -> Finding:
    """Return the finding on bias where the maintainer signed this audit alone."""
    said = Story()
    said.say(story.component(), said.maintainer)
    said.say(audit, said.maintainer)
    return said.finding("assu-5")


def under(said: Story, **values: list[str]) -> Conformity:
    """Return the conformity under an agency's parameters, `uk_1__max_age_days` for instance."""
    named = {
        name.replace("__", ".").replace("_", "-"): value for name, value in values.items()
    }  # fmt: skip
    sets = [{"param-id": name, "values": value} for name, value in named.items()]
    metadata = {"title": "A", "version": "1", "last-modified": "2026-11-22T00:00:00+00:00",
                "oscal-version": "1.2.1"}  # fmt: skip
    imports = [{"href": "core-profile.json", "include-all": {}}]
    body = {"metadata": metadata, "imports": imports, "modify": {"set-parameters": sets}}
    document = read_profile(json.dumps({"profile": body}).encode())
    return evaluate(adapted([document]), said.evidence(), RULES, engine="test")


# --- a maintainer's audit --------------------------------------------------------------------


def test_the_honest_audit_holds() -> None:
    """Else the tests below would show nothing."""
    assert judged(story.audited()).outcome is Outcome.HOLDS


def test_one_column_does_not_stand_for_four_characteristics() -> None:
    """An audit by sex alone, that says it is one by age, disability and race as well."""
    found = judged(
        story.audited(
            attributes=tuple(Attribute(name="sex", characteristic=name) for name in NAMES),
            cube=tuple(replace(HALF, group={"sex": value}) for value in "ab"),
        )
    )

    assert found.outcome is Outcome.UNKNOWN
    assert "One column" in found.reason


def test_a_high_floor_hides_no_minority() -> None:
    """`--floor 5000`, and 900 people who were treated badly are in no public figure."""
    gone = (NotTested(what="c", reason="too few people to be shown"),)
    attributes = tuple(
        Attribute(name=name, characteristic=name, excluded=gone) for name in NAMES
    )  # fmt: skip

    assert judged(story.audited(attributes=attributes, floor=5000)).outcome is Outcome.UNKNOWN
    assert judged(story.audited(attributes=attributes, floor=10)).outcome is Outcome.HOLDS


def test_outcomes_of_selected_people_only_show_no_equal_opportunity() -> None:
    """Nobody was missed where nobody looked: `tp / (tp + fn)` is 1 in each group."""
    blank = replace(HALF, fn=0, tn=0)
    worse = replace(blank, selected=50, tp=40, fp=10)

    assert judged(story.audited(cube=by_all(a=blank, b=worse))).outcome is Outcome.UNKNOWN


def test_outcomes_of_one_group_cannot_be_left_out() -> None:
    """A group of 400 whose outcomes are unknown but for a few is not judged, and is told."""
    dark = Cell(rows=400, selected=10, tp=10, fp=0, fn=15, tn=25)
    found = judged(story.audited(cube=by_all(a=HALF, b=HALF, c=dark), rows=1400))

    assert found.outcome is Outcome.UNKNOWN
    assert "1000 of 1400 people" in found.reason


def test_a_loose_extra_limit_excuses_from_no_strict_one() -> None:
    """Without outcomes the core's limit is not judged; a ratio of one in a million is."""
    cells = by_all(a=Cell(rows=500, selected=400), b=Cell(rows=500, selected=1))
    said = Story()
    said.say(story.component(), said.maintainer)
    said.say(story.audited(cube=cells, outcome=None), said.maintainer)

    found = under(said, assu_5__min_impact_ratio=["0.000001"]).finding("assu-5")

    assert found is not None
    assert found.outcome is Outcome.UNKNOWN


def test_a_failing_audit_that_was_taken_back_stays_in_the_answer() -> None:
    """By withdrawal, or by a better one in its place."""
    worse = Cell(rows=500, selected=60, tp=40, fp=20, fn=160, tn=280)
    said = Story()
    said.say(story.component(), said.maintainer)
    first = said.say(story.audited(cube=by_all(a=HALF, b=worse)), said.maintainer)
    assert said.finding("assu-5").outcome is Outcome.FAILS

    said.say(replace(story.audited(), supersedes=first.statement_id), said.maintainer)

    found = said.finding("assu-5")
    assert found.outcome is Outcome.HOLDS
    assert f"A failing audit was taken back: {first.statement_id[:12]}." in found.reason


@pytest.mark.parametrize(
    "figures",
    [
        [("Critical", 5, {})],
        [("error", -5, {}), ("critical", 5, {})],
        [("critical", 5, {"CVE-1": 99}), ("error", 5, {})],
    ],
)
def test_no_count_makes_up_for_open_findings(figures: list[tuple[str, int, object]]) -> None:
    """A level in capitals, less than none, or more named than counted."""
    metrics = tuple(
        Metric(name="open-findings", value=Decimal(count), count=count,
               extra={"level": level, "rules": rules})
        for level, count, rules in figures
    )  # fmt: skip
    answers = Metric(name="vex-answers", value=Decimal(1), count=1)
    said = Story()
    said.say(replace(story.component(), kind="code"), said.maintainer)
    scan = replace(story.tested(), sunlit_kind="security", sunlit_complete=True)
    said.say(replace(scan, sunlit_metrics=metrics), said.maintainer)
    vex = replace(scan, sunlit_metrics=(answers,), passed_tests=("CVE-1",))
    said.say(vex, said.maintainer)

    assert said.finding("assu-9").outcome is Outcome.FAILS


def test_a_severity_in_capitals_is_judged_too() -> None:
    """Beside a figure that is fine."""
    drop = Metric(name="accuracy-drop", value=Decimal("0.5"), rows=1000, count=500,
                  extra={"severity": "LOW", "check": "noise", "won": 0})  # fmt: skip
    fine = story.steady()
    said = Story()
    said.say(story.component(), said.maintainer)
    both = replace(fine, sunlit_metrics=(*fine.sunlit_metrics, drop))
    said.say(both, said.maintainer)

    assert said.finding("assu-7").outcome is Outcome.FAILS


# --- a flood ---------------------------------------------------------------------------------


def test_counter_evidence_in_a_flood_costs_its_number_and_opens_nothing() -> None:
    """By somebody who is known and accredited for nothing: each target is looked at once."""
    said = Story()
    said.say(story.component(), said.maintainer)
    target = said.say(story.audited(), said.maintainer)
    rival = said.world.organisation("rival.example", Role.MAINTAINER).key(Role.MAINTAINER)
    for number in range(100):
        claim = CounterEvidence(
            statement=target.statement_id, assessor="rival.example", scope="fairness",
            finding=str(number), found_on=said.world.now,
        )  # fmt: skip
        said.say(claim, rival)

    found = contests(said.evidence())

    assert len(found) == 100
    assert all(one.against is found[0].against for one in found)
    assert said.finding("assu-5").outcome is Outcome.HOLDS


# --- the register ----------------------------------------------------------------------------


def test_no_stranger_points_a_use_at_another_release() -> None:
    """Neither by a mitigation that it signs as a maintainer, nor by taking the component's name."""
    said = Story().complete()
    rival = said.world.organisation("rival.example", Role.MAINTAINER).key(Role.MAINTAINER)
    here = Releases(tuple(said.said), said.world.directory)
    other = "99" * 32
    said.say(story.mitigation("M4"), rival, about=other)
    said.say(replace(story.component(), maintainer="rival.example"), rival, about=other)
    after = Releases(tuple(said.said), said.world.directory)

    for use in (story.use(), replace(story.use(), id="unnamed")):
        assert here.of(use) == after.of(use) == said.release

    said.say(story.mitigation("M4"), said.city.operator, about=other)
    assert Releases(tuple(said.said), said.world.directory).of(story.use()) == other


# --- a deployer's facts ----------------------------------------------------------------------


@pytest.mark.parametrize("word", ["YES", "Yes", "ja", "true", "1"])
def test_a_fact_in_other_letters_excuses_nothing(word: str) -> None:
    """It is not `yes`, and it is no `no`."""
    said = Story().made()
    said.declared()
    said.assessed(**{"generates-text": word, "decides-about-people": word})

    found = said.conformity()

    assert found.finding("assu-5") is not None
    assert found.finding("assu-6") is not None


@pytest.mark.parametrize("place", ["XX", "ZZ", "QQ-1", "nl", "GBR", ""])
def test_no_country_without_laws(place: str) -> None:
    """A code that no country has leaves all laws to be asked."""
    said = Story().made()
    said.declared(jurisdictions=(place,))

    assert {"uk-1", "eu-1", "nl-1"} <= {it.control for it in said.conformity().findings}


@pytest.mark.parametrize("place", ["EL", "RE", "AX", "FR-IDF"])
def test_the_union_has_places_under_other_codes(place: str) -> None:
    """Greece as the Union writes it, Reunion, Aaland."""
    said = Story().made()
    said.declared(jurisdictions=(place,))

    found = said.conformity()

    assert found.finding("eu-1") is not None
    assert found.finding("uk-1") is None


@pytest.mark.parametrize("kind", ["Model", "ai-model", "oci-image", "dataset", "code"])
def test_a_model_by_another_name_is_a_model(kind: str) -> None:
    """It names the files that hold its weights."""
    said = Story()
    said.say(replace(story.component(), kind=kind), said.maintainer)

    assert said.conformity().finding("assu-7") is not None


@pytest.mark.parametrize("words", ["None", "nobody", "-"])
def test_oversight_is_one_of_three(words: str) -> None:
    """`None` with a capital is not somebody who oversees it."""
    said = Story()
    said.declared(oversight=words, jurisdictions=("GB",))

    assert said.finding("risk-6").outcome is Outcome.FAILS
    assert Facts(said.evidence()).get("oversight") is None


def test_a_file_of_nothing_is_no_document() -> None:
    """Whoever signed for it."""
    said = Story()
    said.declared(jurisdictions=("GB",))
    empty = Resource(name="order.pdf", digest={"sha256": sha256(b"").hexdigest()})
    claim = measure("hra-necessity-proportionality", evidence=empty)
    said.say(claim, said.city.operator, about=named_digest("use", f"{DEPLOYER}#{USE}"))

    assert said.finding("uk-1").outcome is Outcome.UNKNOWN


# --- an agency's profile ---------------------------------------------------------------------


def test_nought_is_no_way_to_switch_a_limit_off() -> None:
    """The floor takes 0 days for stricter than 730, and so does the rule."""
    said = Story()
    said.declared(jurisdictions=("GB",))
    old = datetime.fromisoformat("2010-01-01T00:00:00+00:00")
    claim = measure("hra-necessity-proportionality", decided_on=old)
    said.say(claim, said.city.operator, about=named_digest("use", f"{DEPLOYER}#{USE}"))

    found = under(said, uk_1__max_age_days=["0"]).finding("uk-1")

    assert found is not None
    assert found.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("value", ["-1e12", "1e2", "-1", "1e999999999", "0x10", "\u0663", "", "+1"])
def test_a_parameter_is_a_plain_number(value: str) -> None:
    """What overflows in a rule, or reads otherwise there, is refused with its profile."""
    with pytest.raises(MalformedError):
        under(Story(), risk_7__max_age_days=[value])


@pytest.mark.parametrize(
    "values",
    [
        {"risk_7__max_age_days": ["180.5"]},
        {"uk_1__max_age_days": ["365.5"]},
        {"risk_4__min_votes": ["1.5"]},
        {"risk_4__min_days_open": ["1000000"]},
        {"assu_5__max_age_days": ["0.5"]},
        {"assu_6__min_attempts": ["1000000"]},
    ],
)
def test_no_parameter_that_the_floor_takes_breaks_a_rule(values: Mapping[str, list[str]]) -> None:
    """A profile that stops every answer would be a way to have none."""
    said = Story().complete()
    said.declared(jurisdictions=("GB",))

    assert under(said, **values).findings
