from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.capabilities.assurance.bias import bias_audited, judged_of
from sunlit.capabilities.assurance.bias_gaps import MEASURES, Counts, measured
from sunlit.claims.assurance import Metric, NotTested
from sunlit.claims.authority import Role
from sunlit.claims.bias import Attribute, BiasAudit, Cell
from sunlit.claims.provenance import Resource
from sunlit.rubric import Outcome, Verdict
from sunlit.testing.authority import START
from tests.rubric import story
from tests.rubric.story import LABS, LATER, SOON, Story

SEX = {"characteristics": "sex"}
NO_TPR = {"max-tpr-gap": "1"}  # a limit that nothing can miss
Groups = Mapping[str, tuple[int, int, int, int]]  # tp, fp, fn, tn


def audit(groups: Groups, **changes: object) -> BiasAudit:
    """Return an audit by sex with these groups."""
    cells = tuple(
        Cell(
            group={"SEX": name}, rows=tp + fp + fn + tn, selected=tp + fp, tp=tp, fp=fp, fn=fn,
            tn=tn,
        )
        for name, (tp, fp, fn, tn) in groups.items()
    )  # fmt: skip
    claim = replace(
        story.audited(), attributes=(Attribute(name="SEX", characteristic="sex"),), cube=cells,
        rows=sum(cell.rows or 0 for cell in cells), audited_on=START,
    )  # fmt: skip
    return replace(claim, **changes)  # type: ignore[arg-type]


def verdict(*claims: BiasAudit, **parameters: str) -> Verdict:
    """Return what the rule says where the maintainer signed these audits."""
    said = Story()
    said.say(story.component(), said.maintainer)
    for number, claim in enumerate(claims):
        said.say(replace(claim, extra={"run": str(number)}), said.maintainer)
    return bias_audited(said.evidence(), {**SEX, **parameters})


ALIKE: Groups = {"a": (160, 40, 40, 260), "b": (158, 42, 42, 258)}
APART: Groups = {"a": (160, 40, 40, 260), "b": (100, 42, 100, 258)}
NEARLY: Groups = {"a": (40, 10, 10, 40), "b": (36, 10, 14, 40)}


def test_groups_that_are_treated_alike_hold() -> None:
    """It rests on the audit, and ends with its age."""
    found = verdict(audit(ALIKE))

    assert found.outcome is Outcome.HOLDS
    assert len(found.rests_on) == 1
    assert found.expires == "2027-01-01T00:00:00Z"


def test_a_gap_beyond_doubt_fails() -> None:
    """The sentence names the counts and the limit; the way to mend it is said."""
    found = verdict(audit(APART))

    assert found.outcome is Outcome.FAILS
    assert found.reason == (
        "The gap in equal opportunity by sex is 0.300, between 100 of 200 (b) and 160 of 200 (a); "
        "the limit is at most 0.05."
    )
    assert found.mend is not None


def test_a_gap_that_may_be_chance_is_unknown() -> None:
    """Too few people to tell is neither a pass nor a failure."""
    found = verdict(audit(NEARLY))

    assert found.outcome is Outcome.UNKNOWN
    assert "may be chance" in found.reason


def test_nothing_said_is_unknown() -> None:
    """No audit, no cell, no attribute: nothing holds on nothing."""
    for claims in ((), (audit({}),), (audit(ALIKE, attributes=()),)):
        assert verdict(*claims).outcome is Outcome.UNKNOWN
        assert verdict(*claims, characteristics="").outcome is Outcome.UNKNOWN


def test_what_the_auditor_concludes_changes_nothing() -> None:
    """Neither figures that flatter nor figures that accuse."""
    kind = Metric(name="gap in tpr", value=Decimal(0), low=Decimal(0), high=Decimal(0))
    unkind = replace(kind, value=Decimal(1))

    assert verdict(audit(APART, figures=(kind,))).outcome is Outcome.FAILS
    assert verdict(audit(ALIKE, figures=(unkind,))).outcome is Outcome.HOLDS


def test_the_reference_that_the_auditor_chose_changes_nothing() -> None:
    """Gaps are between the groups that lie farthest apart."""
    chosen = Attribute(
        name="SEX", characteristic="sex", reference="b", reference_rule="named",
        excluded=(NotTested(what="a", reason="not wanted"),),
    )  # fmt: skip

    assert verdict(audit(APART, attributes=(chosen,))).outcome is Outcome.FAILS


def test_each_characteristic_has_to_be_audited() -> None:
    """One that is not is named, with the reason where one was given."""
    silent = verdict(audit(ALIKE), characteristics="age\nsex")
    spoken = verdict(
        audit(ALIKE, not_analysed=(NotTested(what="age", reason="not collected"),)),
        characteristics="age\nsex",
    )

    assert silent.outcome is spoken.outcome is Outcome.UNKNOWN
    assert silent.reason == "Nobody audited it by age."
    assert spoken.reason == "Nobody audited it by age (age: not collected)."


def test_audits_add_up_over_characteristics() -> None:
    """One by sex and one by age hold together; a failing one fails whatever others say."""
    age = replace(
        audit(ALIKE, attributes=(Attribute(name="SEX", characteristic="age"),)), tool="another"
    )

    assert verdict(audit(ALIKE), age, characteristics="age\nsex").outcome is Outcome.HOLDS
    assert verdict(audit(APART), age, characteristics="age\nsex").outcome is Outcome.FAILS


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_until": START},
        {"audited_on": START - timedelta(days=366)},
        {"data": Resource(name="test")},
    ],
)
def test_an_audit_that_does_not_count_is_unknown(changes: dict[str, object]) -> None:
    """Over, too old, or of data that nobody can name."""
    assert verdict(audit(APART, **changes)).outcome is Outcome.UNKNOWN


def test_a_date_ahead_of_the_entry_makes_it_no_younger() -> None:
    """What the auditor says may be earlier than the entry, never later."""
    found = verdict(audit(ALIKE, audited_on=LATER), **{"max-age-days": "10"})

    assert found.outcome is Outcome.HOLDS
    assert found.expires is not None
    assert found.expires < "2026-02-01"


def test_it_decays() -> None:
    """The same statements hold now and are unknown a year later."""
    said = Story()
    said.say(story.component(), said.maintainer)
    said.say(audit(ALIKE), said.maintainer)

    assert bias_audited(said.evidence(), SEX).outcome is Outcome.HOLDS
    later = said.evidence(at=START + timedelta(days=366))
    assert bias_audited(later, SEX).outcome is Outcome.UNKNOWN


def test_whose_word_counts() -> None:
    """An assessor who is accredited for fairness, and no stranger; a draft only as if signed."""
    said = Story()
    said.say(story.component(), said.maintainer)
    said.say(audit(ALIKE), said.city.operator)
    assert bias_audited(said.evidence(), SEX).outcome is Outcome.UNKNOWN

    said.world.accredit(LABS[0], "fairness", until=SOON)
    said.say(audit(ALIKE, tool="another"), said.labs[0].key(Role.ASSESSOR))
    found = bias_audited(said.evidence(), SEX)
    assert found.outcome is Outcome.HOLDS
    assert found.expires == "2026-06-01T00:00:00Z"


def test_a_draft_may_warn_and_never_vouch() -> None:
    """A failing draft fails the core's control; one that is fine leaves it unknown."""
    said = Story()
    said.say(story.component(), said.maintainer)
    said.draft(audit(ALIKE))

    assert bias_audited(said.evidence(), SEX).outcome is Outcome.UNKNOWN
    undated = bias_audited(said.evidence(as_if_signed=True), SEX)
    assert undated.outcome is Outcome.HOLDS


def test_the_core_asks_for_it() -> None:
    """Its control holds with an audit by all characteristics, and fails where one gap is wide."""
    said = Story().made()
    assert said.finding("assu-5").outcome is Outcome.HOLDS

    said.say(audit(APART), said.maintainer)
    assert said.finding("assu-5").outcome is Outcome.FAILS


@pytest.mark.parametrize(
    "cells",
    [
        [Cell(group={"SEX": "a"}, rows=10, selected=11)],
        [Cell(group={"SEX": "a"})],
        [Cell(group={"SEX": "a"}, rows=10, selected=5, tp=5)],
        [Cell(group={"SEX": "a"}, rows=10, selected=5, tp=6, fp=-1, fn=0, tn=5)],
        [Cell(group={"SEX": "a"}, rows=10, selected=5, tp=5, fp=1, fn=0, tn=4)],
        [Cell(group={"SEX": "a"}, rows=10, selected=5)] * 2,
        [Cell(group={"SEX": "a"}, rows=9999, selected=5)],
        [
            Cell(group={"SEX": "a"}, rows=400, selected=50),
            Cell(group={"SEX": "b"}, rows=400, selected=50, tp=20, fp=30, fn=20, tn=330),
        ],
    ],
)
def test_counts_that_contradict_each_other_show_nothing(cells: Sequence[Cell]) -> None:
    """Whoever signed them."""
    found = verdict(audit(ALIKE, cube=tuple(cells)))

    assert found.outcome is Outcome.UNKNOWN
    assert found.reason == "The counts by sex contradict each other."


def test_groups_that_are_not_shown_or_known_show_nothing() -> None:
    """At least four in five people have to be in a group that is known and shown."""
    half = audit(ALIKE, rows=2000)
    unknown = audit({**ALIKE, "(unknown)": (100, 100, 50, 50)})
    hidden = (Cell(group={"SEX": "c"}, suppressed=True),)

    assert verdict(half).outcome is Outcome.UNKNOWN
    assert verdict(unknown).outcome is Outcome.UNKNOWN
    assert verdict(audit(ALIKE, cube=(*audit(ALIKE).cube, *hidden))).outcome is Outcome.HOLDS


def test_small_groups_decide_nothing() -> None:
    """With fewer than two groups of enough people there is nothing to compare."""
    small: Groups = {**ALIKE, "c": (1, 5, 20, 20)}
    alone: Groups = {"a": ALIKE["a"], "c": (1, 5, 20, 20)}

    held = verdict(audit(small))
    assert held.outcome is Outcome.HOLDS
    assert held.reason.endswith("Groups of too few people to judge: 1.")
    assert verdict(audit(small), **{"min-rows": "20"}).outcome is Outcome.FAILS
    assert verdict(audit(alone)).reason == (
        "No two groups by sex have 30 people each for what there is a limit on."
    )


@pytest.mark.parametrize(
    ("limit", "value", "outcome"),
    [
        ("max-fpr-gap", "0.05", Outcome.FAILS),
        ("max-precision-gap", "0.05", Outcome.FAILS),
        ("max-accuracy-gap", "0.05", Outcome.FAILS),
        ("max-selection-gap", "0.10", Outcome.FAILS),
        ("min-impact-ratio", "0.8", Outcome.FAILS),
        ("max-fpr-gap", "1", Outcome.HOLDS),
        ("min-impact-ratio", "0", Outcome.HOLDS),
        ("min-impact-ratio", "0.3", Outcome.HOLDS),
    ],
)
def test_a_rubric_may_set_other_limits(limit: str, value: str, outcome: Outcome) -> None:
    """A limit that nothing can miss asks nothing."""
    groups: Groups = {"a": (160, 40, 40, 260), "b": (160, 160, 40, 140)}

    assert verdict(audit(groups), **{limit: value}).outcome is outcome


def test_without_outcomes_only_selection_can_be_judged() -> None:
    """And where no limit is on it, nothing is: the audit holds nothing by being there."""
    cells = tuple(
        Cell(group={"SEX": name}, rows=1000, selected=selected)
        for name, selected in (("a", 500), ("b", 300))
    )
    claim = audit(ALIKE, cube=cells, outcome=None, rows=2000)

    assert verdict(claim).outcome is Outcome.UNKNOWN
    assert verdict(claim, **{"min-impact-ratio": "0.8"}).outcome is Outcome.FAILS
    assert verdict(claim, **{"min-impact-ratio": "0.5", **NO_TPR}).outcome is Outcome.HOLDS


def test_nobody_selected_is_no_gap() -> None:
    """A ratio of nothing to nothing is one."""
    cells = tuple(Cell(group={"SEX": name}, rows=1000, selected=0) for name in ("a", "b"))
    claim = audit(ALIKE, cube=cells, outcome=None, rows=2000)

    assert verdict(claim, **{"min-impact-ratio": "0.8", **NO_TPR}).outcome is Outcome.HOLDS


def test_being_selected_may_be_what_is_bad() -> None:
    """Then equal opportunity is of those who should have been left alone."""
    groups: Groups = {"a": (50, 10, 50, 390), "b": (10, 10, 90, 390)}
    cells = tuple(
        Cell(group={"SEX": name}, rows=1000, selected=selected)
        for name, selected in (("a", 100), ("b", 400))
    )
    unknown = audit(ALIKE, cube=cells, outcome=None, rows=2000, adverse=True)

    assert verdict(audit(groups)).outcome is Outcome.FAILS
    assert verdict(audit(groups, adverse=True)).outcome is Outcome.HOLDS
    assert verdict(unknown, **{"min-impact-ratio": "0.6", **NO_TPR}).outcome is Outcome.HOLDS
    assert verdict(unknown, **{"min-impact-ratio": "0.8"}).outcome is Outcome.FAILS


def test_chance_in_many_groups_is_no_failure() -> None:
    """The level is shared among all pairs, so that many groups do not fail by being many."""
    two: Groups = {"a": (95, 0, 5, 100), "b": (80, 0, 20, 100)}
    many = {**two, **{f"c{n}": (88, 0, 12, 100) for n in range(12)}}

    assert verdict(audit(two), **{"max-tpr-gap": "0.04"}).outcome is Outcome.FAILS
    assert verdict(audit(many), **{"max-tpr-gap": "0.04"}).outcome is Outcome.UNKNOWN


@settings(max_examples=20, deadline=None)
@given(st.permutations([audit(ALIKE), audit(NEARLY), audit(ALIKE, adverse=True)]))
def test_the_order_of_audits_does_not_matter(claims: list[BiasAudit]) -> None:
    """Nor does it change the reason."""
    said = Story()
    said.say(story.component(), said.maintainer)
    entries = [said.say(claim, said.maintainer) for claim in claims]
    del entries
    texts = set()
    for order in permutations(said.said[1:]):
        evidence = replace(said.evidence(), statements=(said.said[0], *order))
        found = bias_audited(evidence, SEX)
        texts.add((found.outcome, found.reason, found.rests_on))

    assert len(texts) == 1


def test_an_audit_is_judged_without_a_log_too() -> None:
    """As the command does it, by the rule's own limits."""
    (found,) = judged_of(audit(APART), {})

    assert (found.characteristic, found.outcome) == ("sex", Outcome.FAILS)


def test_newcombes_interval_is_the_published_one() -> None:
    """R. G. Newcombe, Stat Med 17:873 (1998), table II: 56/70 and 48/80, 0.0524 to 0.3339."""
    groups = {
        "a": Counts(rows=70, selected=56),
        "b": Counts(rows=80, selected=48),
    }
    selection = next(one for one in MEASURES if one.limit == "max-selection-gap")

    below = measured(selection, Decimal("0.0523"), groups, 1, "by sex")
    above = measured(selection, Decimal("0.0525"), groups, 1, "by sex")

    assert below is not None
    assert below[0] is Outcome.FAILS
    assert above is not None
    assert above[0] is Outcome.UNKNOWN
