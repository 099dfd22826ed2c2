from dataclasses import replace
from datetime import timedelta

import pytest

from sunlit.capabilities.assurance.rules import performance_tested
from sunlit.claims.assurance import Metric, Result, TestResult
from sunlit.claims.authority import Role
from sunlit.claims.risk import Tier
from sunlit.rubric import Outcome
from sunlit.testing.authority import START
from tests.rubric import story
from tests.rubric.story import LABS, LATER, SOON, Story, metric


def with_test(claim: TestResult) -> Story:
    """Return a story in which this is the only test."""
    said = Story().made()
    said.said = [it for it in said.said if it.claim not in (story.tested(), story.scan())]
    # A blank that tells it from the one above: what is said twice counts at its first place.
    said.say(replace(claim, extra={"run": "2"}), said.maintainer)
    return said


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.HOLDS),
        ({"result": Result.FAILED, "failed_tests": ("model.pkl",)}, Outcome.FAILS),
        ({"result": Result.FAILED, "sunlit_valid_until": START}, Outcome.FAILS),
        ({"result": Result.WARNED}, Outcome.UNKNOWN),
        ({"sunlit_valid_until": START}, Outcome.UNKNOWN),
        ({"sunlit_kind": "other"}, Outcome.UNKNOWN),
    ],
)
def test_no_file_runs_code(changes: dict[str, object], outcome: Outcome) -> None:
    """A failed scan fails even when it is old; a warning is no answer."""
    said = with_test(replace(story.scan(), **changes))  # type: ignore[arg-type]

    assert said.finding("assu-1").outcome is outcome


def test_files_that_were_not_scanned_are_named() -> None:
    """With the scanner's reason, beside those that it warns of."""
    extra = {
        "run": "2",
        "sunlit_notScanned": ["big.bin"],
        "sunlit_reasons": {"big.bin": "no scanner knows it"},
    }
    said = Story().made()
    said.said = [it for it in said.said if it.claim != story.scan()]
    claim = replace(story.scan(), result=Result.WARNED, warned_tests=("a.py",), extra=extra)
    said.say(claim, said.maintainer)

    reason = said.finding("assu-1").reason

    assert reason == "A scan could not tell for: a.py; big.bin (no scanner knows it)."


def test_a_scan_that_names_no_file_is_still_no_answer() -> None:
    """Whatever stands where the names should."""
    said = Story().made()
    said.said = [it for it in said.said if it.claim != story.scan()]
    claim = replace(story.scan(), result=Result.WARNED, extra={"sunlit_notScanned": "x"})
    said.say(claim, said.maintainer)

    reason = said.finding("assu-1").reason

    assert reason == "A scan could not tell for: files that it does not name."


def test_a_scan_by_a_stranger_does_not_count() -> None:
    """Neither its pass nor its failure."""
    said = Story()
    said.say(story.component(), said.maintainer)
    said.say(story.scan(), said.city.operator)

    assert said.finding("assu-1").outcome is Outcome.UNKNOWN


def no_threshold() -> Metric:
    """Return a figure that was held against nothing."""
    return replace(metric("0.8"), threshold=None)


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        (story.tested(), Outcome.HOLDS),
        (story.tested(metric("0.7")), Outcome.HOLDS),
        (story.tested(metric("0.69")), Outcome.FAILS),
        (story.tested(metric("0.8"), metric("0.1", "women", 1000)), Outcome.HOLDS),
        (replace(story.tested(), result=Result.FAILED), Outcome.FAILS),
        (replace(story.tested(), configuration=()), Outcome.UNKNOWN),
        (story.tested(no_threshold()), Outcome.UNKNOWN),
        (replace(story.tested(), sunlit_valid_until=START), Outcome.UNKNOWN),
        (replace(story.tested(), sunlit_tested_on=START - timedelta(days=400)), Outcome.UNKNOWN),
        (replace(story.tested(), sunlit_tested_on=LATER), Outcome.HOLDS),
    ],
)
def test_performance(claim: TestResult, outcome: Outcome) -> None:
    """Thresholds are held against the figures here, whatever the tester concludes."""
    assert with_test(claim).finding("assu-2").outcome is outcome


def test_a_group_that_misses_its_threshold_is_named() -> None:
    """An average cannot hide it."""
    found = with_test(
        story.tested(metric("0.8"), metric("0.6", "women", 100), metric("0.8", "men", 100))
    ).finding("assu-3")

    assert found.outcome is Outcome.FAILS
    assert found.reason == "accuracy for women is 0.6; the threshold is 0.7."


@pytest.mark.parametrize(
    ("metrics", "outcome"),
    [
        ([metric("0.8", "a", 30), metric("0.8", "b", 30)], Outcome.HOLDS),
        ([metric("0.8", "a", 30), metric("0.8", "b", 29)], Outcome.UNKNOWN),
        ([metric("0.8", "a", 30), metric("0.1", "b", 29)], Outcome.UNKNOWN),
        ([metric("0.8", "a", 30), metric("0.8", "b")], Outcome.UNKNOWN),
        ([metric("0.8")], Outcome.UNKNOWN),
    ],
)
def test_small_groups_decide_nothing(metrics: list[Metric], outcome: Outcome) -> None:
    """Chance rules them, for better and for worse."""
    assert with_test(story.tested(*metrics)).finding("assu-3").outcome is outcome


def test_a_fairness_test_counts_for_groups() -> None:
    """By an assessor who is accredited for it, too."""
    said = Story().made()
    said.said = [it for it in said.said if it.claim != story.tested()]
    said.world.accredit(LABS[0], "fairness", until=SOON)
    claim = replace(
        story.tested(metric("0.8", "a", 50), metric("0.8", "b", 50)), sunlit_kind="fairness"
    )
    said.say(claim, said.labs[0].key(Role.ASSESSOR))

    found = said.finding("assu-3")

    assert found.outcome is Outcome.HOLDS
    assert found.expires == "2026-06-01T00:00:00Z"


def test_an_agency_may_ask_for_a_metric() -> None:
    """A parameter of the control, in the direction `superset`."""
    verdict = performance_tested(Story().made().evidence(), {"metrics": "accuracy\nrecall"})

    assert verdict.outcome is Outcome.UNKNOWN
    assert "recall" in verdict.reason


# --- independent attestations by tier ---------------------------------------------------------


def tiered(**vote: int) -> Story:
    """Return a story with a published code, and no attestation yet."""
    said = Story().made()
    said.declared()
    said.voted(1, 2, **vote)
    said.published()
    return said


TIERS = {
    Tier.LOW: {"area": 9, "impact_raw": 0, "autonomy_level": 1},
    Tier.MEDIUM: {"area": 9, "impact_raw": 40, "autonomy_level": 1},
    Tier.HIGH: {"area": 5, "impact_raw": 60, "autonomy_level": 4},
    Tier.CRITICAL: {"area": 5, "impact_raw": 60, "autonomy_level": 8},
}


@pytest.mark.parametrize(("tier", "needed"), list(zip(TIERS, range(4), strict=True)))
def test_each_tier_asks_for_its_number(tier: Tier, needed: int) -> None:
    """Low none, medium one, high two, critical three."""
    said = tiered(**TIERS[tier])
    for number in range(needed):
        assert said.finding("assu-4").outcome is Outcome.UNKNOWN
        said.attested(number)

    assert said.finding("assu-4").outcome is Outcome.HOLDS


def test_tier_low_evidences_no_independent_review() -> None:
    """Nothing was asked, and still nobody independent looked: M3 stays open."""
    assert tiered(**TIERS[Tier.LOW]).finding("assu-4").practices == ()


def test_one_organisation_counts_once() -> None:
    """Two attestations of one lab are one."""
    said = tiered()
    said.attested(0)
    said.attested(0, method="another")

    assert said.finding("assu-4").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("parent_lasts_longer", [True, False])
def test_mother_and_daughter_count_once(parent_lasts_longer: bool) -> None:  # noqa: FBT001
    """They are one interest, whichever is looked at first."""
    said = tiered()
    daughter = said.world.organisation("lab-d.example", Role.ASSESSOR, parents=(LABS[0],))
    said.world.accredit(daughter.id, "performance")
    ends = (LATER, SOON) if parent_lasts_longer else (SOON, LATER)
    said.attested(0, valid_until=ends[0])
    claim = replace(story.attestation(daughter.id), valid_until=ends[1])
    said.say(claim, daughter.key(Role.ASSESSOR))

    assert said.finding("assu-4").outcome is Outcome.UNKNOWN


def test_two_daughters_of_one_mother_count_once() -> None:
    """Whoever owns both has one interest, even where the mother attests nothing."""
    said = tiered()
    said.world.organisation("holding.example")
    for name in ("lab-d.example", "lab-e.example"):
        lab = said.world.organisation(name, Role.ASSESSOR, parents=("holding.example",))
        said.world.accredit(name, "performance")
        said.say(story.attestation(name), lab.key(Role.ASSESSOR))

    found = said.finding("assu-4")

    assert found.outcome is Outcome.UNKNOWN
    assert "1 attest" in found.reason


def test_a_failed_attestation_outweighs_all_others() -> None:
    """Before and after a code is published."""
    said = Story().complete()
    said.attested(2, result=Result.FAILED)

    found = said.finding("assu-4")

    assert found.outcome is Outcome.FAILS
    assert LABS[2] in found.reason


def test_a_warned_attestation_is_no_pass() -> None:
    """It neither passes nor fails the release."""
    said = tiered()
    said.attested(0, result=Result.WARNED)
    said.attested(1)

    assert said.finding("assu-4").outcome is Outcome.UNKNOWN
