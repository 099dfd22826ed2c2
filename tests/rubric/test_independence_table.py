"""Whose attestation counts: every case with its finding and its reason, readable as a table.

In each case the use is of tier high, which asks for two independent assessors. lab-b.example
attests as it should. The case is what happens with lab-a.example (or who stands in its place).
`docs/assurance/attest.md` shows the same table; a test compares them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from sunlit.capabilities.assurance.rules import independently_attested
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import ChangePlan, Metric, Result, Withdrawal
from sunlit.claims.authority import Accreditation, Role
from sunlit.claims.names import named_digest
from sunlit.rubric.attested import Discounted, attestations, weighed
from sunlit.rubric.finding import Verdict
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import Member, named_key
from tests.rubric import story
from tests.rubric.story import DEPLOYER, EARLIER, LABS, LATER, MAKER, MODEL, Story

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "assurance" / "attest.md"
MARKS: Final = ("<!-- independence-table: begin -->", "<!-- independence-table: end -->")
A: Final = LABS[0]
BEFORE: Final = {"model.txt": "01" * 32, "README.md": story.CARD}
SCOPES: Final = ("performance", "target-validity")


@dataclass(frozen=True)
class Case:
    """What happens, which finding follows, and the reason in words."""

    what: str
    done: Callable[[Story], object]
    finding: str
    reason: str


# --- what happens ------------------------------------------------------------------------------


def key(said: Story, number: int = 0) -> PrivateKey:
    """Return a laboratory's assessor key."""
    return said.labs[number].key(Role.ASSESSOR)


def lab(said: Story, name: str, *, parents: tuple[str, ...] = ()) -> Member:
    """Register one more accredited laboratory, and let it attest."""
    member = said.world.organisation(name, Role.ASSESSOR, parents=parents)
    said.world.accredit(name, *SCOPES)
    attests(said, member)
    return member


def attests(said: Story, member: Member, **changes: object) -> Admitted:
    """Let any organisation attest in its own name."""
    claim = replace(story.attestation(member.id), **changes)  # type: ignore[arg-type]
    return said.say(claim, member.key(Role.ASSESSOR))


def as_assessor(said: Story, member: Member) -> None:
    """Give an organisation an assessor key and an accreditation, and let it attest."""
    own = named_key(f"{member.id}/as assessor")
    said.world.register_key(member.id, own, Role.ASSESSOR, by=member.operator)
    said.world.accredit(member.id, *SCOPES)
    said.say(story.attestation(member.id), own)


def of_a_group(said: Story, group: str, member: str) -> None:
    """Let the root say that an organisation belongs to a group."""
    known = said.world.directory.organisation(member)
    assert known is not None
    if not said.world.directory.knows(group):
        said.world.organisation(group)
    claim = replace(known, parents=(*known.parents, group))
    said.world.say(claim, said.world.root.operator)


def common_parent(said: Story) -> None:
    """Let one group own both the maker and a laboratory."""
    of_a_group(said, "group.example", MAKER)
    lab(said, "group-lab.example", parents=("group.example",))


def above_the_maker(said: Story) -> None:
    """Let the organisation above the maker attest."""
    of_a_group(said, "holding.example", MAKER)
    as_assessor(said, said.world.member("holding.example"))


def trained(said: Story) -> None:
    """Let the laboratory's key stand under the record of the training run."""
    said.say(story.run(), said.maintainer, key(said), about=MODEL)
    said.attested(0)


def co_signed(said: Story) -> None:
    """Let the laboratory sign, with the maker, what the release is."""
    said.say(story.component(), said.maintainer, key(said))
    said.attested(0)


def took_over(said: Story) -> None:
    """Let the maker hand the component over to the laboratory."""
    claim = replace(story.component(), maintainer=A)
    own = named_key("lab as maintainer")
    said.world.register_key(A, own, Role.MAINTAINER, by=said.labs[0].operator)
    said.say(claim, said.maintainer, own)
    said.attested(0)


def new_lab(said: Story, *scopes: str, **accredited: datetime) -> None:
    """Let a laboratory attest that is accredited in one way or another."""
    member = said.world.organisation("new-lab.example", Role.ASSESSOR)
    if scopes:
        said.world.accredit(member.id, *scopes, **accredited)
    attests(said, member)


def accredited_by_a_stranger(said: Story) -> None:
    """Let somebody accredit whom the trust file does not name as an accreditor."""
    stranger = said.world.organisation("stranger.example", Role.ACCREDITOR)
    member = said.world.organisation("new-lab.example", Role.ASSESSOR)
    claim = Accreditation(
        accreditor=stranger.id, assessor=member.id, scopes=SCOPES,
        valid_from=said.world.now, valid_until=LATER,
    )  # fmt: skip
    said.world.say(
        claim, stranger.key(Role.ACCREDITOR),
        subjects=[Subject(None, {"sha256": named_digest("organisation", member.id)})],
    )  # fmt: skip
    attests(said, member)


def accredited_too_late(said: Story) -> None:
    """Let the accreditation come after the attestation."""
    member = said.world.organisation("new-lab.example", Role.ASSESSOR)
    attests(said, member)
    said.world.accredit(member.id, *SCOPES)


def accreditation_withdrawn(said: Story) -> None:
    """Let the accreditor take its accreditation back."""
    member = said.world.organisation("new-lab.example", Role.ASSESSOR)
    given = said.world.accredit(member.id, *SCOPES)
    attests(said, member)
    said.world.say(
        Withdrawal(statement=given.statement_id, reason="complaints"),
        named_key(f"accreditor.example/{Role.ACCREDITOR}"),
        subjects=given.subjects,
    )


def again_with_the_same_key(said: Story) -> None:
    """Let lab-b attest twice with one key."""
    said.attested(1, method="re-run again")


def with_a_second_key(said: Story) -> None:
    """Let lab-b attest a second time, with another key of its own."""
    second = named_key("lab-b second")
    said.world.register_key(LABS[1], second, Role.ASSESSOR, by=said.labs[1].operator)
    said.say(replace(story.attestation(LABS[1]), method="re-run again"), second)


def key_of_another(said: Story) -> None:
    """Let lab-a attest in its name with a key that belongs to lab-b."""
    said.world.register_key(A, key(said, 1), Role.ASSESSOR, by=said.labs[0].operator)
    said.say(story.attestation(A), key(said, 1))


def sister_of_lab_b(said: Story) -> None:
    """Let another laboratory of lab-b's group attest."""
    of_a_group(said, "labs.example", LABS[1])
    lab(said, "sister-lab.example", parents=("labs.example",))


def revoked(said: Story, *, when: str) -> None:
    """Revoke the laboratory's key before or after it signs, or from a time before it signed."""
    if when == "before":
        said.world.revoke(key(said), by=said.labs[0].operator)
    entry = said.attested(0)
    if when == "after":
        said.world.revoke(key(said), by=said.labs[0].operator)
    if when == "compromised":
        said.world.revoke(key(said), by=said.labs[0].operator, since=entry.admitted_at)


def withdrawn(said: Story) -> None:
    """Let the laboratory take its attestation back."""
    entry = said.attested(0)
    said.say(Withdrawal(statement=entry.statement_id, reason="wrong data"), key(said))


def withdrawn_by_the_maker(said: Story) -> None:
    """Let the maker try to withdraw what the laboratory said."""
    entry = said.attested(0)
    said.say(Withdrawal(statement=entry.statement_id, reason="no"), said.maintainer)


def superseded(said: Story) -> None:
    """Let the laboratory say something else instead."""
    entry = said.attested(0)
    said.attested(0, result=Result.WARNED, supersedes=entry.statement_id)


def about_another_release(said: Story) -> None:
    """Let the laboratory attest to another release."""
    said.say(story.attestation(A), key(said), about="12" * 32)


def fails(said: Story, member: Member | None = None) -> None:
    """Let a laboratory attest a failure."""
    attests(said, member or said.labs[0], result=Result.FAILED)


def fails_and_is_silenced(said: Story) -> None:
    """Let the maker declare a conflict with who attested a failure."""
    fails(said)
    said.world.conflict(said.maker, A)


def failure_in_its_name(said: Story) -> None:
    """Let lab-c say, in lab-a's name, that it failed."""
    failed = replace(story.attestation(A), result=Result.FAILED)
    said.say(failed, key(said, 2))


def fails_without_accreditation(said: Story) -> None:
    """Let somebody attest a failure who is not accredited."""
    fails(said, said.world.organisation("new-lab.example", Role.ASSESSOR))


def planned(said: Story, start: Admitted | None = None, **changes: object) -> None:
    """Let lab-a attest to the release before, and agree to a change plan."""
    said.manifests = {EARLIER: BEFORE}
    own = said.labs[0].key(Role.ASSESSOR)
    attested = start or said.say(story.attestation(A), own, about=EARLIER)
    limit = Metric(name="accuracy", value=Decimal("0.75"), better="higher")
    plan = ChangePlan(
        assessor=A, attestation=attested.statement_id, permitted=("retrain",),
        may_change=("*.txt",), retests=("performance",), limits=(limit,), valid_until=LATER,
    )  # fmt: skip
    said.say(replace(plan, **changes), own, about=EARLIER)  # type: ignore[arg-type]


def plan_for_a_failure(said: Story) -> None:
    """Let the attestation before be a failure."""
    own = said.labs[0].key(Role.ASSESSOR)
    failed = replace(story.attestation(A), result=Result.FAILED)
    planned(said, said.say(failed, own, about=EARLIER))


def files_not_kept(said: Story) -> None:
    """Agree to a plan, and let nobody know what was in the release before."""
    planned(said)
    said.manifests = {}


def retest_failed(said: Story) -> None:
    """Agree to a plan, and let the retest fail."""
    planned(said)
    said.say(replace(story.tested(), result=Result.FAILED), said.maintainer)


SOON: Final = datetime.fromisoformat("2026-01-01T01:00:00+00:00")
TO_COME: Final = datetime.fromisoformat("2026-06-01T00:00:00+00:00")

# --- the table ---------------------------------------------------------------------------------
# fmt: off

PLANS: Final = (
    Case("a change plan of lab-a covers the release", planned, "HOLDS", ""),
    Case("the same, and a file outside the plan changed",
         lambda s: planned(s, may_change=("*.md",)), "UNKNOWN",
         "model.txt changed, and the change plan does not let it."),
    Case("the same, and the retest fails",
         retest_failed, "UNKNOWN",
         "The retest performance did not pass."),
    Case("the same, and a retest lacks",
         lambda s: planned(s, retests=("performance", "security")), "UNKNOWN",
         "The retest security lacks."),
    Case("the same, and a limit is missed",
         lambda s: planned(s, limits=(Metric(name="accuracy", value=Decimal("0.9"),
                                             better="higher"),)),
         "UNKNOWN", "The limit on accuracy is not shown to be kept."),
    Case("the same, and the files of the release before are not kept",
         files_not_kept, "UNKNOWN",
         "The files of the release that the change plan starts from are not known."),
    Case("the same, and the plan ended", lambda s: planned(s, valid_until=SOON), "UNKNOWN",
         "The change plan ended on 2026-01-01."),
    Case("the same, and what was attested before was a failure", plan_for_a_failure, "UNKNOWN",
         "The attestation that the change plan names did not pass."),
    Case("the same, of an attestation that was never given",
         lambda s: planned(s, attestation="00" * 32), "UNKNOWN",
         "The attestation that the change plan names is gone, or is none of its assessor."),
)

CASES: Final = (
    Case("lab-a attests: another organisation, accredited, without conflict",
         lambda s: s.attested(0), "HOLDS", ""),
    Case("nobody else attests", lambda _: None, "UNKNOWN", ""),
    # who it is
    Case("the maintainer attests to its own component",
         lambda s: as_assessor(s, s.maker), "UNKNOWN",
         f"{MAKER} would assess itself."),
    Case("the organisation above the maintainer attests", above_the_maker, "UNKNOWN",
         f"holding.example stands above {MAKER}."),
    Case("a laboratory that belongs to the maintainer attests",
         lambda s: lab(s, "lab.maker.example", parents=(MAKER,)), "UNKNOWN",
         f"{MAKER} stands above lab.maker.example."),
    Case("a laboratory that shares a parent with the maintainer attests", common_parent,
         "UNKNOWN", f"group.example stands above both group-lab.example and {MAKER}."),
    Case("the deployer attests", lambda s: as_assessor(s, s.city), "UNKNOWN",
         f"{DEPLOYER} would assess itself."),
    Case("a laboratory that belongs to the deployer attests",
         lambda s: lab(s, "lab.city.example", parents=(DEPLOYER,)), "UNKNOWN",
         f"{DEPLOYER} stands above lab.city.example."),
    Case("lab-a declared a conflict with the maintainer",
         lambda s: (s.attested(0), s.world.conflict(s.labs[0], MAKER)), "UNKNOWN",
         f"{A} declared a conflict of interest."),
    Case("lab-a declared an interest in the component",
         lambda s: (s.attested(0), s.world.conflict(s.labs[0], component=story.PURL)), "UNKNOWN",
         f"{A} declared a conflict of interest."),
    Case("the deployer declared a conflict with lab-a",
         lambda s: (s.attested(0), s.world.conflict(s.city, A)), "UNKNOWN",
         f"{DEPLOYER} declared a conflict of interest."),
    Case("lab-a does not declare that it has no conflict",
         lambda s: s.attested(0, no_conflict_declared=False), "UNKNOWN",
         "It does not declare that there is no conflict of interest."),
    Case("lab-a signed the component together with its maintainer", co_signed, "UNKNOWN",
         f"{A} signed what the release is, and nobody assesses their own work."),
    Case("lab-a signed the record of the training run", trained, "UNKNOWN",
         f"{A} trained it, and nobody assesses their own work."),
    Case("the maintainer handed the component over to lab-a", took_over, "UNKNOWN",
         f"{A} would assess itself."),
    # what it is accredited for
    Case("a laboratory without accreditation attests", new_lab, "UNKNOWN",
         "new-lab.example is not accredited for performance by anybody whom the trust file names."),
    Case("accredited by somebody whom the trust file does not name", accredited_by_a_stranger,
         "UNKNOWN",
         "new-lab.example is not accredited for performance by anybody whom the trust file names."),
    Case("accredited for another scope", lambda s: new_lab(s, "privacy"), "UNKNOWN",
         "new-lab.example is not accredited for performance, only for privacy."),
    Case("the accreditation ended", lambda s: new_lab(s, *SCOPES, until=SOON), "UNKNOWN",
         "The accreditation of new-lab.example for performance ended on 2026-01-01."),
    Case("the accreditation is not yet in force", lambda s: new_lab(s, *SCOPES, start=TO_COME),
         "UNKNOWN", "The accreditation of new-lab.example for performance began on 2026-06-01, "
         "after it was said."),
    Case("accredited after it attested", accredited_too_late, "UNKNOWN",
         "The accreditation of new-lab.example for performance was given "
         "after it was said."),
    Case("the accreditor took the accreditation back", accreditation_withdrawn, "UNKNOWN",
         "The accreditation of new-lab.example for performance was taken back."),
    # how often it counts
    Case("lab-b attests twice with one key", again_with_the_same_key, "UNKNOWN", ""),
    Case("lab-b attests again with a second key of its own", with_a_second_key, "UNKNOWN", ""),
    Case("a sister of lab-b attests: one group, one voice", sister_of_lab_b, "UNKNOWN", ""),
    Case("lab-a uses a key that belongs to lab-b", key_of_another, "UNKNOWN",
         f"No key of {A} signed it."),
    # keys and time
    Case("lab-a's key was revoked before it signed", lambda s: revoked(s, when="before"),
         "UNKNOWN", "The key is revoked for this entry."),
    Case("lab-a's key was revoked after it signed", lambda s: revoked(s, when="after"),
         "HOLDS", ""),
    Case("lab-a's key was in wrong hands when it signed, as is known later",
         lambda s: revoked(s, when="compromised"), "UNKNOWN",
         "The key is revoked for this entry."),
    Case("lab-a withdrew it", withdrawn, "UNKNOWN", "It was withdrawn: wrong data"),
    Case("the maker says that it is withdrawn", withdrawn_by_the_maker, "HOLDS", ""),
    Case("lab-a replaced it by a warning", superseded, "UNKNOWN", "Its assessor replaced it."),
    Case("it ended", lambda s: s.attested(0, valid_until=SOON), "UNKNOWN",
         "It ended on 2026-01-01."),
    Case("it is dated in the future", lambda s: s.attested(0, assessed_on=LATER), "UNKNOWN",
         "It is dated in the future: 2027-01-01."),
    Case("it is for another use", lambda s: s.attested(0, use="fraud"), "UNKNOWN",
         "It is for the use fraud, not for outreach."),
    Case("it is about another release", about_another_release, "UNKNOWN", ""),
    # failures
    Case("lab-a attests a failure", fails, "FAILS", ""),
    Case("lab-a attests a failure, and the maintainer declares a conflict with it",
         fails_and_is_silenced, "FAILS", ""),
    Case("somebody else attests a failure in lab-a's name", failure_in_its_name, "UNKNOWN",
         f"No key of {A} signed it."),
    Case("somebody without accreditation attests a failure", fails_without_accreditation,
         "UNKNOWN",
         "new-lab.example is not accredited for performance by anybody whom the trust file names."),
)
# fmt: on


@cache
def _told(number: int) -> Story:
    case = (*CASES, *PLANS)[number]
    said = Story()
    if case in PLANS:
        case.done(said)  # a plan is agreed before the release
    said.made()
    said.declared()
    if case not in PLANS:
        case.done(said)
    said.attested(1)
    said.voted(1, 2)
    said.published()
    return said


def found(number: int) -> tuple[Verdict, str]:
    """Return the finding of a case, and why the one it is about does not count."""
    evidence = _told(number).evidence()
    reasons = [one.reason for one in weighed(evidence) if isinstance(one, Discounted)]
    return independently_attested(evidence, {}), next(iter(reasons), "")


@pytest.mark.parametrize("number", range(len(CASES) + len(PLANS)))
def test_every_case_has_its_finding_and_its_reason(number: int) -> None:
    """The table above is what the rule answers."""
    case = (*CASES, *PLANS)[number]
    verdict, reason = found(number)
    assert (str(verdict.outcome), reason) == (case.finding, case.reason), case.what
    if reason and verdict.outcome == "UNKNOWN":  # the finding itself says it too
        assert f"{reason[:1].lower()}{reason[1:]}" in verdict.reason


def test_of_many_that_do_not_count_the_first_are_named() -> None:
    """And it is said how many more there are, whether discounted, warnings or of one group."""
    said = Story().made()
    said.declared()
    said.attested(0, result=Result.WARNED)
    for number in range(4):
        said.attested(1, method=f"run {number}")
    said.voted(1, 2)
    said.published()
    reason = independently_attested(said.evidence(), {}).reason
    assert f"{A} does not count: it says WARNED, which is no pass." in reason
    assert "lab-b.example does not count: it, or its group, counts already." in reason
    assert reason.endswith("Nor do 1 more.")


# --- contracts and tiers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("area", "autonomy", "tier", "needed"),
    [(9, 2, "low", 0), (5, 3, "medium", 1), (5, 4, "high", 2), (5, 9, "critical", 3)],
)
def test_the_tier_says_how_many_a_contract_needs(
    area: int, autonomy: int, tier: str, needed: int
) -> None:
    """None, one, two, three; one fewer is UNKNOWN, whatever the contract is called."""
    for number in {needed, max(0, needed - 1)}:
        said = Story().made()
        said.declared(area=area)
        said.voted(1, 2, area=area, impact_raw=10, autonomy_level=autonomy)
        said.published()
        for one in range(number):
            said.attested(one, contract="C-7")
        evidence = said.evidence()
        verdict = independently_attested(evidence, {})
        assert (verdict.outcome == "HOLDS") is (number == needed), verdict
        assert tier in verdict.reason or number == needed
        assert {one.contract for one in attestations(evidence)} <= {"C-7"}


# --- the document ------------------------------------------------------------------------------


def rendered() -> str:
    """Return the table as the document shows it."""
    rows = [
        f"| {number} | {case.what} | {case.finding} | {case.reason} |"
        for number, case in enumerate((*CASES, *PLANS), start=1)
    ]
    return "\n".join(["| | What happens | Finding | Because |", "|---|---|---|---|", *rows])


def test_the_document_shows_this_table() -> None:
    """What is read is what is tested; run this module to print it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    shown = text.split(MARKS[0])[1].split(MARKS[1])[0]
    assert shown.strip() == rendered()


def test_there_are_enough_cases() -> None:
    """The issue asks for 25, each different from the others."""
    assert len({case.what for case in (*CASES, *PLANS)}) >= 25


if __name__ == "__main__":
    print(rendered())  # noqa: T201 - to be copied into the document
