"""Counter-evidence: who may open a finding, what is shown only, and what closes it again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from sunlit.capabilities.assurance.rules import independently_attested, performance_tested
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import CounterEvidence, Reply, Result, Withdrawal
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.claims.bias import Attribute, BiasAudit, Cell
from sunlit.claims.provenance import Resource
from sunlit.claims.risk import Vote
from sunlit.rubric.contested import Contest, by_statement, contests, turned
from sunlit.rubric.finding import Verdict
from tests.rubric import story
from tests.rubric.story import LABS, LATER, MAKER, Story


def counter(against: str, **changes: object) -> CounterEvidence:
    """Return what lab-c finds against a statement."""
    base = CounterEvidence(
        statement=against, assessor=LABS[2], scope="performance",
        finding="Recomputed: accuracy is 0.61.", found_on=story.EARLY,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


class Told:
    """A release whose maker says that it performs, and lab-c who found otherwise."""

    def __init__(self) -> None:
        self.story = Story().made()
        self.story.declared()
        self.test = next(it for it in self.story.said if it.claim == story.tested())
        self.lab = self.story.labs[2].key(Role.ASSESSOR)

    def contested(self, target: Admitted | None = None, **changes: object) -> Admitted:
        """Let lab-c bring counter-evidence, against the maker's test unless told otherwise."""
        against = (target or self.test).statement_id
        return self.story.say(counter(against, **changes), self.lab)

    def verdict(self) -> Verdict:
        """Return the finding on performance."""
        evidence = self.story.evidence()
        return turned(performance_tested(evidence, {}), contests(evidence))

    def only(self) -> Contest:
        """Return the one piece of counter-evidence."""
        (found,) = contests(self.story.evidence())
        return found


def test_counter_evidence_of_an_accredited_independent_assessor_opens_a_finding() -> None:
    """Without it the finding holds; with it nobody knows, and the reason says who found what."""
    told = Told()
    assert told.verdict().outcome == "HOLDS"
    entry = told.contested()
    verdict = told.verdict()
    assert verdict.outcome == "UNKNOWN"
    assert "lab-c.example found against" in verdict.reason
    assert verdict.reason.endswith("Recomputed: accuracy is 0.61.")
    assert entry.statement_id in verdict.rests_on
    assert verdict.expires is None
    assert "attest anew" in (verdict.mend or "")
    # and so it does where all controls are asked
    touched = [it for it in told.story.conformity().findings if entry.statement_id in it.rests_on]
    assert touched
    assert {it.outcome for it in touched} == {"UNKNOWN"}


def test_a_finding_that_rests_on_something_else_is_left_alone() -> None:
    """One that fails or is unknown stays what it is, too."""
    told = Told()
    told.contested()
    found = contests(told.story.evidence())
    for verdict in (Verdict.holds("x", ["00" * 32]), Verdict.fails("x", [told.test.statement_id])):
        assert turned(verdict, found) is verdict


def nobody(told: Told) -> Admitted:
    """Let somebody without accreditation bring it."""
    other = told.story.world.organisation("someone.example", Role.ASSESSOR)
    claim = counter(told.test.statement_id, assessor=other.id)
    return told.story.say(claim, other.key(Role.ASSESSOR))


def of_the_deployer(told: Told) -> Admitted:
    """Let a laboratory of the deployer bring it."""
    other = told.story.world.organisation(
        "lab.city.example", Role.ASSESSOR, parents=(story.DEPLOYER,)
    )
    told.story.world.accredit(other.id, "performance")
    claim = counter(told.test.statement_id, assessor=other.id)
    return told.story.say(claim, other.key(Role.ASSESSOR))


def in_conflict(told: Told) -> Admitted:
    """Let the maker have declared a conflict with the laboratory before."""
    told.story.world.conflict(told.story.maker, LABS[2])
    return told.contested()


def own_conflict(told: Told) -> Admitted:
    """Let the laboratory declare a conflict of its own afterwards."""
    entry = told.contested()
    told.story.world.conflict(told.story.labs[2], MAKER)
    return entry


def ahead(told: Told) -> Admitted:
    """Let it be dated in the future."""
    return told.contested(found_on=LATER)


def of_another_scope(told: Told) -> Admitted:
    """Let it be about something else than the statement."""
    return told.contested(scope="target-validity")


@pytest.mark.parametrize(
    ("brought", "why"),
    [
        (nobody, "It is shown only: someone.example is not accredited"),
        (of_the_deployer, "It is shown only: city.example stands above lab.city.example."),
        (in_conflict, "It is shown only: maker.example declared a conflict of interest."),
        (own_conflict, "It is shown only: lab-c.example declared a conflict of interest."),
        (ahead, "It is dated in the future: 2027-01-01."),
        (of_another_scope,
         "What it is against is not about target-validity, or is a decision."),
    ],
)  # fmt: skip
def test_what_is_shown_only(brought: Callable[[Told], Admitted], why: str) -> None:
    """The finding stays as it is, and the reason is there to be shown."""
    told = Told()
    entry = brought(told)
    found = told.only()
    assert found.said.statement_id == entry.statement_id
    assert not found.stands
    assert (found.reason or "").startswith(why)
    assert told.verdict().outcome == "HOLDS"


def test_nobody_silences_it_afterwards() -> None:
    """A conflict that the maker declares later, and an accreditation that ends, change nothing."""
    told = Told()
    told.contested()
    told.story.world.conflict(told.story.maker, LABS[2])
    told.story.world.conflict(told.story.city, LABS[2])
    assert told.only().stands
    evidence = told.story.evidence(at=story.EARLY + timedelta(days=5000))
    assert contests(evidence)[0].stands


def test_a_revoked_key_that_was_in_wrong_hands_brings_nothing() -> None:
    """Its word is taken from it, from the time on that is said."""
    told = Told()
    entry = told.contested()
    told.story.world.revoke(told.lab, by=told.story.labs[2].operator, since=entry.admitted_at)
    assert told.verdict().outcome == "HOLDS"


def test_the_assessor_ends_it() -> None:
    """By withdrawing it, and by nobody else's withdrawal."""
    told = Told()
    entry = told.contested()
    back = Withdrawal(statement=entry.statement_id, reason="The data was wrong.")
    told.story.say(back, told.story.maintainer)
    assert told.verdict().outcome == "UNKNOWN"
    told.story.say(replace(back, reason="Our data was wrong."), told.lab)
    assert contests(told.story.evidence()) == ()
    assert told.verdict().outcome == "HOLDS"


def test_a_reply_is_shown_and_ends_nothing() -> None:
    """The right of reply is a right to be read."""
    told = Told()
    told.contested()
    reply = Reply(organisation=MAKER, text="They used other data.", replied_on=story.EARLY)
    told.story.say(reply, told.story.maintainer)
    assert told.verdict().outcome == "UNKNOWN"


def test_saying_it_again_ends_nothing() -> None:
    """Withdrawn and repeated, corrected, or in a draft: the same organisation on the same thing."""
    told = Told()
    told.contested()
    back = Withdrawal(statement=told.test.statement_id, reason="to be said again")
    told.story.say(back, told.story.maintainer)
    again = told.story.say(replace(story.tested(), sunlit_tool="other"), told.story.maintainer)
    verdict = told.verdict()
    assert verdict.outcome == "UNKNOWN"
    assert again.statement_id in told.only().against
    draft = told.story.draft(replace(story.tested(), sunlit_tool="third"))
    assert draft.statement_id in told.only().against
    other = told.story.say(story.scan(), told.story.maintainer)
    assert other.statement_id not in told.only().against


@pytest.mark.parametrize(
    ("lab", "changes", "holds"),
    [
        (0, {}, True),
        (2, {}, False),  # the one that brought it
        (0, {"scope": ("target-validity",)}, False),
        (0, {"result": Result.WARNED}, False),
        (0, {"no_conflict_declared": False}, False),
        (0, {"assessed_on": story.EARLY - timedelta(days=1)}, False),
    ],
)
def test_a_third_assessor_who_attests_anew_ends_it(
    lab: int,
    changes: dict[str, object],
    holds: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Accredited for the same scope, independent of both sides, and looking after it was found."""
    told = Told()
    told.contested()
    told.story.attested(lab, **changes)
    assert (told.verdict().outcome == "HOLDS") is holds
    assert (told.only().reason == "lab-a.example attested anew after it.") is holds


def test_an_attestation_from_before_does_not_end_it() -> None:
    """Nor one that the counter-evidence is against, nor one of the same group."""
    told = Told()
    attested = told.story.attested(0)
    told.contested()
    assert told.verdict().outcome == "UNKNOWN"
    told.contested(attested)
    evidence = told.story.evidence()
    assert [one.stands for one in contests(evidence)] == [True, True]
    assert set(by_statement(contests(evidence))) >= {
        attested.statement_id, told.test.statement_id,
    }  # fmt: skip
    verdict = turned(Verdict.holds("x", [attested.statement_id]), contests(evidence))
    assert verdict.outcome == "UNKNOWN"


def test_what_answers_counter_evidence_can_be_contested_itself() -> None:
    """Then the first stands again."""
    told = Told()
    told.contested()
    anew = told.story.attested(0)
    assert told.verdict().outcome == "HOLDS"
    told.contested(anew, finding="They looked at another model.")
    assert told.verdict().outcome == "UNKNOWN"


def test_a_decision_is_taken_back_by_who_made_it() -> None:
    """No assessor blocks a board, a deployer or a competitor's accreditation."""
    told = Told()
    told.story.voted(1)
    vote = next(it for it in told.story.said if isinstance(it.claim, Vote))
    told.contested(vote)
    assert not told.only().stands


AUDIT = BiasAudit(
    data=Resource(name="p", digest={"sha256": story.DATA}), rows=10, favourable="1",
    attributes=(Attribute(name="s", characteristic="sex"),), cube=(Cell(rows=10, selected=4),),
    commitment="cd" * 32, floor=10, tool="t", tool_version="1", audited_on=story.EARLY,
)  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "scope", "stands"),
    [
        (AUDIT, "fairness", True),
        (AUDIT, "performance", False),
        (story.component(), "performance", True),
        (story.data_scan(), "privacy", True),
        (story.data_scan(), "performance", False),
    ],
)
def test_facts_and_data_are_contested_in_their_scope(
    claim: Claim,
    scope: str,
    stands: bool,  # noqa: FBT001 - a table's column
) -> None:
    """What a release is, in any scope that one is accredited for; data in `privacy` only."""
    told = Told()
    told.story.world.accredit(LABS[2], "privacy", "fairness")
    told.story.say(AUDIT, told.story.maintainer)
    target = next(it for it in told.story.said if it.claim == claim)
    told.contested(target, scope=scope)
    assert told.only().stands is stands


def test_what_is_against_nothing_known_is_passed_over() -> None:
    """And a draft brings nothing."""
    told = Told()
    told.story.say(counter("00" * 32), told.lab)
    told.story.draft(counter(told.test.statement_id))
    assert contests(told.story.evidence()) == ()


def test_an_attestation_that_is_contested_leaves_the_tier_open() -> None:
    """The two that tier high asks for are there, and one of them is in doubt."""
    told = Told()
    told.story.attested(0)
    second = told.story.attested(1)
    told.story.voted(1, 2)
    told.story.published()
    evidence = told.story.evidence()
    assert turned(independently_attested(evidence, {}), contests(evidence)).outcome == "HOLDS"
    told.contested(second)
    evidence = told.story.evidence()
    verdict = turned(independently_attested(evidence, {}), contests(evidence))
    # lab-a is accredited for the scope, but it attested before; nobody did after
    assert verdict.outcome == "UNKNOWN"


def test_a_key_of_its_own_group_is_no_third_side() -> None:
    """A sister of the assessor that brings it does not end it, nor the author's own."""
    told = Told()
    told.contested()
    sister = told.story.world.organisation("sister.example", Role.ASSESSOR, parents=(LABS[2],))
    told.story.world.accredit(sister.id, "performance")
    claim = replace(story.attestation(sister.id), scope=("performance",))
    told.story.say(claim, sister.key(Role.ASSESSOR))
    assert told.verdict().outcome == "UNKNOWN"


def test_a_new_release_with_the_same_tested_files_leaves_nothing_behind() -> None:
    """A changed card makes another release; the test of the same model stays contested."""
    told = Told()
    old = replace(story.tested(), extra={"sunlit_tested": [story.MODEL, "x", 1]})
    entry = told.story.say(old, told.story.maintainer, about=story.EARLIER)
    told.story.say(counter(entry.statement_id), told.lab, about=story.MODEL)
    again = replace(old, sunlit_tool="another")
    said_again = told.story.say(again, told.story.maintainer)
    assert said_again.statement_id in told.only().against
    assert told.test.statement_id not in told.only().against  # it does not say what it tested
