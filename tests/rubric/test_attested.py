from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, ChangePlan, Metric, Result, Withdrawal
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.rubric.attested import Attested, attestations, changed, meets
from sunlit.testing.authority import START, named_key
from tests.rubric import story
from tests.rubric.story import EARLIER, LABS, LATER, RELEASE, SOON, Story


def made() -> Story:
    """Return a story with a maintainer, a use and a release."""
    said = Story().made()
    said.declared()
    return said


def found(said: Story) -> tuple[Attested, ...]:
    """Return the attestations that count now."""
    return attestations(said.evidence())


def test_an_accredited_independent_assessor_counts() -> None:
    """With the scopes that it is accredited for, until the earliest end."""
    said = made()
    said.attested(0, scope=("performance", "fairness"))

    (attested,) = found(said)

    assert attested.assessor == LABS[0]
    assert attested.scopes == {"performance"}
    assert attested.expires == LATER


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "other"},
        {"no_conflict_declared": False},
        {"assessed_on": LATER},
        {"valid_until": START},
        {"scope": ("fairness",)},
        {"scope": ()},
        {"assessor": LABS[1]},
    ],
)
def test_what_does_not_count(changes: dict[str, object]) -> None:
    """Another use, an undeclared conflict, dates, scopes and other people's names."""
    said = made()
    said.attested(0, **changes)

    assert found(said) == ()


def test_an_attestation_for_any_use_counts() -> None:
    """`use` is None where the assessor looked at the release as such."""
    said = made()
    said.attested(0, use=None)

    assert len(found(said)) == 1


def test_a_draft_attests_nothing() -> None:
    """Nor does an attestation of another release."""
    said = made()
    said.draft(story.attestation(LABS[0]))
    said.say(story.attestation(LABS[0]), said.labs[0].key(Role.ASSESSOR), about="12" * 32)

    assert found(said) == ()


def test_a_maintainer_is_no_independent_assessor() -> None:
    """Nobody marks their own work, whatever roles they have."""
    said = made()
    key = named_key("maker as assessor")
    said.world.register_key(story.MAKER, key, Role.ASSESSOR, by=said.maker.operator)
    said.world.accredit(story.MAKER, "performance")
    said.say(story.attestation(story.MAKER), key)

    assert found(said) == ()


def test_nor_is_a_daughter_of_the_deployer() -> None:
    """Parents count."""
    said = made()
    lab = said.world.organisation("lab.city.example", Role.ASSESSOR, parents=(story.DEPLOYER,))
    said.world.accredit(lab.id, "performance")
    said.say(story.attestation(lab.id), lab.key(Role.ASSESSOR))

    assert found(said) == ()


def test_a_declared_conflict_ends_independence() -> None:
    """Also one that is declared after the attestation."""
    said = made()
    said.attested(0)
    said.world.conflict(said.labs[0], story.MAKER)

    assert found(said) == ()


def test_without_a_known_maintainer_nobody_is_independent_of_them() -> None:
    """Independence of an unknown is no independence."""
    said = Story()
    said.attested(0)

    assert found(said) == ()


# --- change plans ----------------------------------------------------------------------------

BEFORE = {"model.txt": "01" * 32, "README.md": story.CARD}


def plan(named: str, **changes: object) -> ChangePlan:
    """Return a plan that lets the weights change."""
    limit = Metric(name="accuracy", value=Decimal("0.75"), better="higher")
    base = ChangePlan(
        assessor=LABS[0], attestation=named, permitted=("retrain on newer data",),
        may_change=("*.txt",), retests=("performance",), limits=(limit,), valid_until=LATER,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def planned(**changes: object) -> Story:
    """Return a release retrained under a change plan; its forerunner was attested."""
    said = Story()
    agreed(said, **changes)
    said.made().declared()
    return said


def agreed(said: Story, **changes: object) -> Admitted:
    """Let an assessor attest to the forerunner and agree to a change plan."""
    said.manifests = {EARLIER: BEFORE}
    key = said.labs[0].key(Role.ASSESSOR)
    attested = said.say(story.attestation(LABS[0]), key, about=EARLIER)
    return said.say(plan(attested.statement_id, **changes), key, about=EARLIER)


def test_a_release_within_the_plan_inherits_the_attestation() -> None:
    """Only the weights changed, and the retest keeps the limits."""
    (attested,) = found(planned(valid_until=SOON))

    assert attested.assessor == LABS[0]
    assert attested.expires == SOON
    assert len(attested.rests_on) >= 4


@pytest.mark.parametrize("first", [story.component(), story.released(), story.tested()])
def test_a_plan_is_agreed_before_the_release_and_its_retests(first: Claim) -> None:
    """Whoever saw what came out agrees to nothing in advance."""
    said = Story()
    said.say(first, said.maintainer)
    agreed(said)
    said.made().declared()

    assert found(said) == ()


def test_what_was_said_of_the_release_and_taken_back_was_said_before_the_plan() -> None:
    """A retest cannot be withdrawn, agreed to and said again."""
    said = Story()
    early = replace(story.tested(), extra={"run": "1"})
    retest = said.say(early, said.maintainer)
    said.say(Withdrawal(statement=retest.statement_id, reason="x"), said.maintainer)
    agreed(said)
    said.made().declared()

    assert found(said) == ()


@pytest.mark.parametrize(("minutes", "count"), [(-1, 1), (0, 1), (1, 0)])
def test_across_logs_a_plan_is_no_later_than_the_release(minutes: int, count: int) -> None:
    """Of two logs only the times of entry can be compared."""
    said = planned()
    first = min(it.admitted_at for it in said.said if it.is_about(RELEASE) and it.admitted_at)
    at = first + timedelta(minutes=minutes)
    said.said = [
        replace(it, origin="lab.example/log", index=99, admitted_at=at)
        if isinstance(it.claim, ChangePlan)
        else it
        for it in said.said
    ]

    assert len(found(said)) == count


def test_a_draft_plan_is_agreed_by_nobody() -> None:
    """It stands in no log, before nothing."""
    said = planned()
    said.said = [it for it in said.said if not isinstance(it.claim, ChangePlan)]
    attested = next(it for it in said.said if isinstance(it.claim, Attestation))
    said.draft(plan(attested.statement_id), about=EARLIER)

    assert found(said) == ()


def test_an_inherited_attestation_counts_for_the_tier() -> None:
    """One inherited and one direct make the two that tier high asks for."""
    said = planned()
    said.attested(1)
    said.voted(1, 2)
    said.published()

    assert said.finding("assu-4").outcome == "HOLDS"


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_until": START},
        {"assessor": LABS[1]},
        {"attestation": "00" * 32},
        {"may_change": ("*.md",)},
        {"retests": ()},
        {"retests": ("performance", "fairness")},
        {"limits": (Metric(name="accuracy", value=Decimal("0.85"), better="higher"),)},
        {"limits": (Metric(name="recall", value=Decimal("0.5"), better="higher"),)},
        {"limits": (Metric(name="accuracy", value=Decimal(0), threshold=Decimal("0.9"),
                           better="higher"),)},
    ],
)  # fmt: skip
def test_a_release_outside_the_plan_inherits_nothing(changes: dict[str, object]) -> None:
    """Each part of the plan is asked for."""
    assert found(planned(**changes)) == ()


def test_a_plan_without_a_retest_carries_nothing_over() -> None:
    """No log holds one; a rule that is handed one all the same says no."""
    said = planned()
    said.said = [
        replace(it, claim=replace(it.claim, retests=())) if isinstance(it.claim, ChangePlan) else it
        for it in said.said
    ]

    assert found(said) == ()


def other_files(said: Story) -> None:
    """Let a file differ that may not."""
    said.manifests = {EARLIER: {**BEFORE, "run.py": "02" * 32}}


def no_manifest(said: Story) -> None:
    """Let the forerunner's files be unknown."""
    said.manifests = {}


def no_files(said: Story) -> None:
    """Let the release's own files be unknown."""
    said.files = {}


def failed_retest(said: Story) -> None:
    """Let a retest fail."""
    said.say(replace(story.tested(), result=Result.FAILED), said.maintainer)


def withdrawn_accreditation(said: Story) -> None:
    """Let the assessor's key lose its authority after the attestation."""
    key = said.labs[0].key(Role.ASSESSOR)
    said.world.revoke(key, by=said.labs[0].operator, since=START)


@pytest.mark.parametrize(
    "spoil", [other_files, no_manifest, no_files, failed_retest, withdrawn_accreditation]
)
def test_what_cannot_be_compared_or_failed_inherits_nothing(
    spoil: Callable[[Story], None],
) -> None:
    """What is not known to be the same may have changed."""
    said = planned()
    spoil(said)

    assert found(said) == ()


def test_a_failed_attestation_is_not_inherited() -> None:
    """A plan carries a pass over, nothing else."""
    said = Story()
    said.manifests = {EARLIER: BEFORE}
    key = said.labs[0].key(Role.ASSESSOR)
    failed = replace(story.attestation(LABS[0]), result=Result.FAILED)
    attested = said.say(failed, key, about=EARLIER)
    said.say(plan(attested.statement_id), key, about=EARLIER)
    said.made().declared()

    assert found(said) == ()


def test_a_plan_needs_the_assessors_own_signature() -> None:
    """Somebody else's plan over a real attestation carries nothing over."""
    said = Story()
    said.manifests = {EARLIER: BEFORE}
    attested = said.say(story.attestation(LABS[0]), said.labs[0].key(Role.ASSESSOR), about=EARLIER)
    said.say(plan(attested.statement_id), said.maintainer, about=EARLIER)
    said.made().declared()

    assert found(said) == ()


def test_a_plan_about_this_release_carries_nothing_to_it() -> None:
    """A release does not inherit from itself."""
    said = made()
    key = said.labs[0].key(Role.ASSESSOR)
    attested = said.attested(0, use="other")
    said.say(plan(attested.statement_id), key, about=RELEASE)

    assert found(said) == ()


def test_the_retests_end_the_inheritance() -> None:
    """An expired retest is no retest."""
    said = planned()
    said.said = [it for it in said.said if it.claim != story.tested()]
    until = said.world.now + timedelta(days=1)
    said.say(replace(story.tested(), sunlit_valid_until=until), said.maintainer)

    assert found(said)[0].expires == until


def test_changed_names_what_was_added_removed_and_changed() -> None:
    """In order of names."""
    assert changed({"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1"}) == (
        "a", "b", "d",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "better", "holds"),
    [("2", "higher", True), ("0", "higher", False), ("0", "lower", True), ("2", "lower", False),
     ("1", "higher", True), ("1", "lower", True), ("1", None, False), ("1", "bigger", False)],
)  # fmt: skip
def test_a_figure_meets_its_threshold_in_the_stated_direction(
    value: str,
    better: str | None,
    holds: bool,  # noqa: FBT001 - a table's column
) -> None:
    """An unknown direction meets nothing."""
    assert meets(Decimal(value), Decimal(1), better) is holds
