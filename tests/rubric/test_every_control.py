"""Every control of every shipped rubric: a story for it, one against it, and one of silence.

A new control without its stories fails here.

Rules are asked directly, whatever excuses the control: when it applies is `test_applies`.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Final

import pytest

from sunlit.claims.assurance import Detector, Metric, Result, TestResult
from sunlit.claims.base import Claim
from sunlit.claims.bias import Cell
from sunlit.claims.names import named_digest
from sunlit.claims.provenance import Resource
from sunlit.registry.rubrics import load_rubric
from sunlit.registry.wiring import RULES
from sunlit.rubric import Control, Evidence, Outcome, Verdict
from sunlit.rubric.core import SHIPPED
from sunlit.rubric.evaluate import answer, evaluate
from sunlit.testing.authority import START
from tests.rubric import story
from tests.rubric.risks import measure
from tests.rubric.story import DATA, DEPLOYER, EARLY, LATER, MODEL, USE, Story

USE_DIGEST: Final = named_digest("use", f"{DEPLOYER}#{USE}")
CONTROLS: Final[Mapping[str, Control]] = {
    control.id: control for name in SHIPPED for control in load_rubric([name]).controls
}
MEASURES: Final = tuple(id_ for id_, it in CONTROLS.items() if it.rule == "measure-in-place")
ATTACKS: Final = CONTROLS["assu-6"].values()["probe-kinds"].split("\n")


def red_team(successes: int = 0) -> TestResult:
    """100 attempts of each kind, judged by a detector that was tried on known answers."""
    detector = Detector(
        id="says", calibrated_on=Resource(name="known", digest={"sha256": "ab" * 32}),
        positives=100, missed=1, negatives=100, false_alarms=1,
    )  # fmt: skip
    figures = tuple(
        Metric(name="attack-success", value=Decimal(0), group=kind, count=successes, rows=100,
               detector="says")
        for kind in ATTACKS
    )  # fmt: skip
    return TestResult(
        result=Result.PASSED, sunlit_kind="red-team", sunlit_metrics=figures,
        sunlit_detectors=(detector,), sunlit_complete=True, sunlit_binding="files-verified",
        sunlit_tested_on=EARLY, sunlit_valid_until=LATER,
    )  # fmt: skip


def scanned(count: int = 0) -> TestResult:
    """A scanner's word, with this many errors."""
    found = Metric(name="open-findings", value=Decimal(count), count=count,
                   extra={"level": "error", "rules": {"R1": count} if count else {}})  # fmt: skip
    return TestResult(result=Result.PASSED, sunlit_kind="security", sunlit_metrics=(found,),
                      sunlit_complete=True)  # fmt: skip


def drifted(value: str = "0.05") -> TestResult:
    """A stability index of one column."""
    found = Metric(name="psi", value=Decimal(value), rows=500, extra={"column": "age"})
    return replace(story.tested(found), sunlit_kind="drift")


def measured_by(control: str) -> Claim:
    """Return the measure that a control asks for."""
    return measure(CONTROLS[control].values()["topic"])


@cache
def full() -> Evidence:
    """Return a story in which everything was said that any control asks for."""
    said = Story().complete()
    for claim in (red_team(), scanned(), drifted()):
        said.say(claim, said.maintainer)
    for control in MEASURES:
        said.say(measured_by(control), said.city.operator, about=USE_DIGEST)
    return said.evidence()


@cache
def empty() -> Evidence:
    """Return a story in which nobody said anything."""
    return Story().evidence()


def ask(control: str, evidence: Evidence) -> Verdict:
    """Ask one control; one that comes last gets the findings of the others."""
    one = CONTROLS[control]
    if one.last:
        found = evaluate(load_rubric(), evidence, RULES, engine="sunlit test").findings
        others = tuple(finding for finding in found if finding.control != control)
        evidence = replace(evidence, findings=others)
    return answer(one, evidence, RULES[one.rule])


def by_maker(claim: Callable[[], Claim], about: str | None = None) -> Callable[[], Evidence]:
    """Let the maintainer add what speaks against."""

    def told() -> Evidence:
        said = Story().complete()
        said.say(claim(), said.maintainer, about=about)
        return said.evidence()

    return told


def by_city(claim: Callable[[], Claim]) -> Callable[[], Evidence]:
    """Let the deployer add what speaks against."""

    def told() -> Evidence:
        said = Story().complete()
        said.say(claim(), said.city.operator, about=USE_DIGEST)
        return said.evidence()

    return told


def other(**changes: object) -> Callable[[], Evidence]:
    """Let the deployer declare the use otherwise."""
    return by_city(lambda: replace(story.use(), **changes))  # type: ignore[arg-type]


def failed_attestation() -> Evidence:
    said = Story().complete()
    said.attested(2, result=Result.FAILED)
    return said.evidence()


def over_the_ceiling() -> Evidence:
    said = Story().complete()
    said.said = [it for it in said.said if type(it.claim).__name__ != "Mitigation"]
    return said.evidence()


def voted_lower() -> Evidence:
    said = Story().made()
    said.declared()
    said.assessed()
    said.voted(1, 2, impact_raw=1)
    said.published()
    return said.evidence()


def unsigned_draft() -> Evidence:
    said = Story().complete()
    said.draft(story.licence())
    return said.evidence()


BAD_CELL: Final = Cell(rows=500, selected=100, tp=20, fp=80, fn=180, tn=220,
                       group={"sex": "b"})  # fmt: skip


def nameless() -> Claim:
    """A training run that names its data by no digest."""
    made = story.run()
    return replace(made, build_definition=replace(made.build_definition, resolved_dependencies=()))


def unlike() -> Claim:
    """One group gets a tenth of what it should."""
    made = story.audited()
    cells = tuple(BAD_CELL if cell.group == BAD_CELL.group else cell for cell in made.cube)
    return replace(made, cube=cells)


# Control -> what speaks against it. These FAIL; of what stays UNKNOWN see `NOT_ENOUGH`.
AGAINST: Final[Mapping[str, Callable[[], Evidence]]] = {
    "prov-1": by_maker(lambda: replace(story.component(), files=0)),
    "prov-2": by_maker(lambda: replace(story.component(), contact=None)),
    "prov-3": lambda: replace(full(), files={**full().files, "other.onnx": "12" * 32}),
    "prov-4": by_maker(nameless, about=MODEL),
    "prov-5": by_maker(lambda: replace(story.model_card(), empty=("Limits",))),
    "prov-6": by_maker(lambda: replace(story.dataset_card(), empty=("Source",))),
    "priv-2": by_maker(lambda: replace(story.data_scan(), sensitive=True), about=DATA),
    "priv-3": by_maker(lambda: replace(story.measured(), risk=Decimal("0.5")), about=DATA),
    "assu-1": by_maker(lambda: replace(story.scan(), result=Result.FAILED)),
    "assu-2": by_maker(lambda: story.tested(story.metric("0.5"))),
    "assu-3": by_maker(lambda: story.tested(story.metric("0.8"), story.metric("0.5", "men", 100),
                                            story.metric("0.8", "women", 100))),
    "assu-4": failed_attestation,
    "assu-5": by_maker(unlike),
    "assu-6": by_maker(lambda: red_team(90)),
    "assu-7": by_maker(lambda: replace(story.steady(), result=Result.FAILED, sunlit_metrics=())),
    "assu-9": by_maker(lambda: scanned(3)),
    "open-1": by_maker(lambda: replace(story.licence(), osi_approved=False)),
    "open-2": by_maker(lambda: replace(story.dataset(), licence=None), about=DATA),
    "risk-1": other(affected=None),
    "risk-2": other(prohibited_practice="c"),
    "risk-3": other(target_fits=None),
    "risk-5": over_the_ceiling,
    "risk-6": other(fallback=None),
    "risk-7": voted_lower,
    "life-1": by_maker(lambda: replace(story.released(), sunlit_changelog=None)),
    "highrisk-3": by_maker(lambda: drifted("0.9")),
}  # fmt: skip


def without(kind: str) -> Callable[[], Evidence]:
    """Leave out what was said of one kind."""

    def told() -> Evidence:
        evidence = full()
        kept = tuple(it for it in evidence.statements if type(it.claim).__name__ != kind)
        return replace(evidence, statements=kept)

    return told


# Controls whose rule has nothing that fails it: evidence that is not enough leaves it UNKNOWN.
NOT_ENOUGH: Final[Mapping[str, Callable[[], Evidence]]] = {
    "priv-1": without("Scan"),
    "risk-4": without("Vote"),
    "life-2": unsigned_draft,
}


@pytest.mark.parametrize("control", CONTROLS)
def test_every_control_can_hold(control: str) -> None:
    """And rests on a statement where it does."""
    found = ask(control, full())

    assert (found.outcome, bool(found.rests_on)) == (Outcome.HOLDS, True), found.reason


@pytest.mark.parametrize("control", CONTROLS)
def test_no_control_holds_where_nobody_said_anything(control: str) -> None:
    """UNKNOWN: neither good nor bad."""
    assert ask(control, empty()).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("control", [id_ for id_ in CONTROLS if id_ not in MEASURES])
def test_every_control_has_what_speaks_against_it(control: str) -> None:
    """A test that nothing can fail is none."""
    if control in AGAINST:
        assert ask(control, AGAINST[control]()).outcome is Outcome.FAILS
    else:
        found = ask(control, NOT_ENOUGH[control]())
        assert found.outcome is not Outcome.HOLDS


@pytest.mark.parametrize("control", MEASURES[:1])  # one rule answers them all
def test_a_measure_that_ended_or_names_no_document_does_not_hold(control: str) -> None:
    """What was decided once is not in place for ever; a text alone is no document."""
    topic = CONTROLS[control].values()["topic"]
    for changes in ({"valid_until": START}, {"evidence": None}, {"topic": "other"}):
        said = Story()
        said.declared()
        said.say(
            replace(measure(topic), **changes),
            said.city.operator, about=USE_DIGEST,
        )  # fmt: skip
        assert ask(control, said.evidence()).outcome is Outcome.UNKNOWN


# Rules that take the latest word of one party, so that order in its log decides: by design.
ORDERED: Final = frozenset(
    {"component-identified", "maintainer-named", "use-declared", "use-not-prohibited",
     "target-valid", "oversight-stated", "release-declared", "gap-within-ceiling",
     "independently-attested", "training-data-scanned", "provenance-covers-model",
     "all-signed"}
)  # fmt: skip
FREE: Final = sorted({it.rule: id_ for id_, it in CONTROLS.items()
                      if it.rule not in ORDERED}.values())  # fmt: skip


@pytest.mark.parametrize("control", FREE)
def test_the_order_of_statements_does_not_matter(control: str) -> None:
    """Every rule outside `ORDERED` claims so: shuffled, for and against, the answer is the same.

    Who keeps the component is whoever said so first: what names it keeps its place.
    """
    for evidence in (full(), {**AGAINST, **NOT_ENOUGH}.get(control, full)()):
        first = [it for it in evidence.statements if type(it.claim).__name__ == "Component"]
        rest = [it for it in evidence.statements if it not in first]
        wanted = ask(control, evidence)
        for seed in range(3):
            random.Random(seed).shuffle(rest)  # noqa: S311 - an order, no secret
            found = ask(control, replace(evidence, statements=(*first, *rest)))
            assert (found.outcome, found.expires) == (wanted.outcome, wanted.expires)
            if wanted.outcome is Outcome.HOLDS:  # of several that fail it, any may be named
                assert sorted(found.rests_on) == sorted(wanted.rests_on)


def test_the_tables_name_only_controls_and_rules_that_there_are() -> None:
    """A table that has gone stale guards nothing."""
    assert {*AGAINST, *NOT_ENOUGH, *MEASURES} == set(CONTROLS)
    assert not set(AGAINST) & set(NOT_ENOUGH)
    assert {it.rule for it in CONTROLS.values()} >= ORDERED
