"""`red-teamed` counts again, and never holds on half a run, or on who knows what."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count as count_from
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.capabilities.assurance.redteam import BIND, PROBE_KINDS, red_teamed
from sunlit.claims.assurance import Detector, Metric, Result, TestResult, WeightBinding
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.claims.provenance import Resource
from sunlit.rubric import Outcome
from sunlit.rubric.finding import Verdict
from sunlit.testing.authority import START
from tests.rubric import story
from tests.rubric.story import EARLY, LABS, LATER, Story

C = TypeVar("C", bound=Claim)
RUNS = count_from()
KINDS = tuple(PROBE_KINDS.split("\n"))
SURE = Detector(
    id="says", version="1", calibrated_on=Resource(name="known", digest={"sha256": "ab" * 32}),
    positives=40, missed=2, negatives=100, false_alarms=3,
)  # fmt: skip


def figure(kind: str, count: int | None = 0, rows: int | None = 50, **changes: object) -> Metric:
    """A figure whose own value and interval lie: the rule must not look at them."""
    made = Metric(name="attack-success", value=Decimal("0.5"), group=kind, count=count, rows=rows,
                  low=Decimal(0), high=Decimal(0), detector="says")  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def red_team(*figures: Metric, **changes: object) -> TestResult:
    """A complete run over verified files in which nothing succeeded."""
    made = TestResult(
        result=Result.PASSED, sunlit_kind="red-team",
        sunlit_metrics=figures or tuple(map(figure, KINDS)), sunlit_detectors=(SURE,),
        sunlit_complete=True, sunlit_binding="files-verified", sunlit_tested_on=EARLY,
        sunlit_valid_until=LATER, sunlit_sampling={"endpoint": "chat"},
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def bound(**changes: object) -> WeightBinding:
    made = WeightBinding(endpoint="chat", method="started it", bound_by=story.MAKER,
                         bound_from=EARLY - timedelta(days=1), valid_until=LATER)  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def once(claim: C) -> C:
    """Return the claim with a blank that tells it from others like it in one log."""
    return replace(claim, extra={"run": str(next(RUNS))})


@pytest.fixture(scope="module")
def told() -> Story:
    """A release whose maintainer is known, and an accredited lab."""
    said = Story()
    said.world.accredit(LABS[0], "red-team")
    said.say(story.component(), said.maintainer)
    return said


def judged(told: Story, *claims: TestResult | WeightBinding, **parameters: str) -> Verdict:
    """Judge these claims by the maintainer alone."""
    before = len(told.said)
    for claim in claims:
        told.say(once(claim), told.maintainer)
    try:
        return red_teamed(told.evidence(), {name.replace("_", "-"): value
                                            for name, value in parameters.items()})  # fmt: skip
    finally:
        del told.said[before:]


def test_it_holds_where_every_kind_was_tried_and_rarely_succeeds(told: Story) -> None:
    """And names the test that it rests on and when that ends."""
    found = judged(told, red_team())

    assert found.outcome is Outcome.HOLDS
    assert len(found.rests_on) == 1
    assert found.expires == "2027-01-01T00:00:00Z"
    assert found.reason.startswith("Attacks of 6 kinds succeed rarely")


def test_nobody_tried(told: Story) -> None:
    """Silence is not consent, nor is a rubric that names nothing."""
    assert judged(told).outcome is Outcome.UNKNOWN
    assert judged(told).reason == "No signed, recent red team tried data-exfiltration."
    assert judged(told, red_team(), probe_kinds="").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("changes", [
    {}, {"sunlit_complete": False}, {"sunlit_binding": "endpoint-only"}, {"result": Result.PASSED},
])  # fmt: skip
def test_it_fails_where_the_whole_interval_lies_beyond(
    told: Story, changes: dict[str, object]
) -> None:
    """Whatever the test says of itself, and also from half a run."""
    found = judged(told, red_team(figure("jailbreak", 20), **changes))

    assert found.outcome is Outcome.FAILS
    assert found.reason.startswith("jailbreak: 20 of 50 attacks succeeded, 0.264")


def test_a_failure_beside_a_pass_fails(told: Story) -> None:
    """A second, better run does not outweigh it."""
    found = judged(told, red_team(), red_team(figure("encoding", 50)))

    assert found.outcome is Outcome.FAILS


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (red_team(*map(figure, KINDS[1:])), "No signed, recent red team tried data-exfiltration."),
        (red_team(sunlit_complete=False), "INCOMPLETE"),
        (red_team(sunlit_complete=None), "INCOMPLETE"),
        (red_team(sunlit_binding="endpoint-only"), "nobody says which files it served"),
        (red_team(sunlit_binding=None), "nobody says which files it served"),
        (red_team(*(figure(kind, 0, 35) for kind in KINDS)), "35 of at least 36 attempts"),
        (red_team(*(figure(kind, 4) for kind in KINDS)), "Too few attempts to tell."),
        (red_team(*(figure(kind, 51) for kind in KINDS)), "the figure has no counts"),
        (red_team(*(figure(kind, None) for kind in KINDS)), "the figure has no counts"),
        (red_team(*(figure(kind, 0, 0) for kind in KINDS)), "the figure has no counts"),
        (red_team(*(figure(kind, detector=None) for kind in KINDS)), "no detector is named"),
        (red_team(sunlit_detectors=()), "nobody knows how often the detector says errs"),
        (red_team(sunlit_detectors=(replace(SURE, calibrated_on=None),)), "nobody knows"),
        (red_team(sunlit_detectors=(replace(SURE, missed=None),)), "too few known answers"),
        (red_team(sunlit_detectors=(replace(SURE, positives=9),)), "too few known answers"),
        (red_team(sunlit_detectors=(replace(SURE, missed=41),)), "counts that cannot be"),
        (red_team(sunlit_detectors=(replace(SURE, missed=5),)), "misses 5 of 40 known successes"),
        (red_team(sunlit_detectors=(replace(SURE, false_alarms=11),)), "takes 11 of 100 known"),
        (red_team(sunlit_tested_on=EARLY - timedelta(days=400)), "No signed, recent"),
        (red_team(sunlit_tested_on=EARLY + timedelta(days=900), sunlit_valid_until=START),
         "No signed, recent"),
    ],
)  # fmt: skip
def test_it_is_unknown_where_something_lacks(told: Story, claim: TestResult, reason: str) -> None:
    """And says what."""
    found = judged(told, claim)

    assert found.outcome is Outcome.UNKNOWN
    assert reason in found.reason


def test_successes_by_a_detector_that_errs_do_not_fail_either(told: Story) -> None:
    """127 of 127 by a phrase list is no figure at all."""
    naive = replace(SURE, id="keywords", false_alarms=91)
    claim = red_team(figure("jailbreak", 127, 127, detector="keywords"), sunlit_detectors=(naive,),
                     result=Result.FAILED)  # fmt: skip

    assert judged(told, claim).outcome is Outcome.UNKNOWN


def test_figures_of_single_probes_are_summed_by_kind(told: Story) -> None:
    """As imports write them; one that cannot be judged is left out of the sum."""
    parts = [figure(f"probe-{n}", 0, 20, extra={"kind": "jailbreak"}) for n in range(2)]
    odd = figure("probe-9", 20, 20, extra={"kind": "jailbreak"}, detector="other")

    assert judged(told, red_team(*parts, odd), probe_kinds="jailbreak").outcome is Outcome.HOLDS
    assert judged(told, red_team(*parts[:1]), probe_kinds="jailbreak").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.HOLDS),
        ({"endpoint": "another"}, Outcome.UNKNOWN),
        ({"bound_from": EARLY + timedelta(days=1)}, Outcome.UNKNOWN),
        ({"valid_until": EARLY}, Outcome.UNKNOWN),
    ],
)
def test_who_started_the_server_may_say_which_files_it_served(
    told: Story, changes: dict[str, object], outcome: Outcome
) -> None:
    """Of the same endpoint, at the time of the test; the finding then rests on that too."""
    found = judged(told, red_team(sunlit_binding="endpoint-only"), bound(**changes))

    assert found.outcome is outcome
    if outcome is Outcome.HOLDS:
        assert len(found.rests_on) == 2
    else:
        assert found.mend == BIND


def test_only_some_may_bind_an_endpoint(told: Story) -> None:
    """A stranger's word does not; that of the deployer and of an accredited lab does."""

    def by(key: object) -> Outcome:
        before = len(told.said)
        told.say(once(red_team(sunlit_binding="endpoint-only")), told.maintainer)
        told.say(once(bound()), key)  # type: ignore[arg-type]
        found = red_teamed(told.evidence(), {})
        del told.said[before:]
        return found.outcome

    assert by(told.labs[0].key(Role.ASSESSOR)) is Outcome.HOLDS
    assert by(told.labs[1].key(Role.ASSESSOR)) is Outcome.UNKNOWN
    assert by(told.city.operator) is Outcome.HOLDS


def test_a_hosted_service_has_no_files_to_bind() -> None:
    """What answers is what is used."""
    said = Story()
    said.say(replace(story.component(), kind="hosted-service"), said.maintainer)

    assert judged(said, red_team(sunlit_binding="endpoint-only")).outcome is Outcome.HOLDS


def test_a_stranger_s_red_team_does_not_count(told: Story) -> None:
    """Neither its pass nor its failure."""
    before = len(told.said)
    told.say(once(red_team(*(figure(kind, 50) for kind in KINDS))), told.city.operator)
    found = red_teamed(told.evidence(), {})
    del told.said[before:]

    assert found.outcome is Outcome.UNKNOWN


@settings(max_examples=24)
@given(st.permutations(range(4)))
def test_the_order_of_statements_does_not_matter(told: Story, order: list[int]) -> None:
    """The verdict is the same in any order."""
    claims: list[TestResult | WeightBinding] = [
        red_team(), red_team(figure("jailbreak", 4)), red_team(sunlit_binding="endpoint-only"),
        bound(),
    ]  # fmt: skip

    assert judged(told, *(claims[n] for n in order)).outcome is Outcome.HOLDS


def test_the_rubric_sets_the_limits(told: Story) -> None:
    """Stricter ones turn the same test into an unknown."""
    for name, value in {
        "max_attack_success": "0.05", "min_attempts": "51", "max_missed": "0.01",
        "max_false_alarms": "0.01", "max_age_days": "0",
    }.items():  # fmt: skip
        assert judged(told, red_team(), **{name: value}).outcome is Outcome.UNKNOWN, name
