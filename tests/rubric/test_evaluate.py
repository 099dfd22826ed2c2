import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.authority.directory import Directory
from sunlit.base import canonical
from sunlit.base.errors import MalformedError
from sunlit.claims.assurance import Result, Withdrawal
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.rubric import Evidence, Finding, Outcome, Position, Rubric, Verdict, evaluate
from sunlit.rubric.core import core_rubric
from sunlit.rubric.evaluate import earliest
from sunlit.rubric.finding import exit_code
from sunlit.testing.authority import LOG, START
from tests.rubric import story
from tests.rubric.story import DEPLOYER, LABS, RULES, SOON, USE, Story

NOTHING = Evidence(
    release=story.RELEASE,
    component=None,
    use=None,
    deployer=None,
    at=START,
    directory=Directory.empty(),
)


@pytest.mark.parametrize("name", sorted(RULES))
@pytest.mark.parametrize("use", [None, USE])
def test_no_rule_holds_on_no_evidence(name: str, use: str | None) -> None:
    """Silence is not consent, whoever asks."""
    rule = RULES[name]

    verdict = rule(replace(NOTHING, use=use, deployer=use and DEPLOYER), {})

    assert verdict.outcome is Outcome.UNKNOWN


def test_no_control_holds_on_nobodys_word() -> None:
    """All that a good release needs, said by keys that nobody registered, says nothing."""
    said = Story().complete()

    found = said.conformity(directory=Directory.empty())

    assert {finding.outcome for finding in found.findings} == {Outcome.UNKNOWN}
    assert found.exit_code == 3


def test_everything_holds_when_everything_is_said() -> None:
    """The whole story of a good release, and how long it stays good."""
    found = Story().complete().conformity()

    assert found.outcome is Outcome.HOLDS
    assert found.exit_code == 0
    assert found.expires == "2027-01-01T00:00:00Z"
    assert all(finding.rests_on and finding.mend is None for finding in found.findings)
    assert set(found.rests_on) >= {id_ for item in found.findings for id_ in item.rests_on}


def test_the_answer_names_what_it_was_computed_from() -> None:
    """Log position, rubric, engine and time: with these anyone can compute it again."""
    said = Story().complete()
    found = said.conformity()
    written = found.to_json()

    assert written["rubric"] == core_rubric().digest
    assert written["engine"] == "sunlit test"
    assert written["logs"] == [{"origin": LOG, "size": len(said.world.entries[LOG])}]
    assert found.digest == said.conformity().digest
    assert canonical.decode(canonical.encode(written)) == json.loads(json.dumps(written))


def test_when_evidence_expires_it_stops_holding_by_itself() -> None:
    """Nobody types anything, and HOLDS becomes UNKNOWN."""
    said = Story().complete()

    found = said.conformity(at=story.LATER)

    outcomes = {item.control: item.outcome for item in found.findings}
    assert outcomes["assu-4"] is Outcome.UNKNOWN
    assert outcomes["risk-4"] is Outcome.UNKNOWN
    assert outcomes["prov-1"] is Outcome.HOLDS


def test_without_a_use_what_hangs_on_it_is_unknown() -> None:
    """The mending command says how to name one."""
    found = Story().complete().finding("risk-4", use=None)

    assert found.outcome is Outcome.UNKNOWN
    assert found.mend == "sunlit use declare . --id USE --from FILE --home HOME"


def test_a_hosted_service_shows_no_files() -> None:
    """Weights and provenance of a service are UNKNOWN and shown so."""
    said = Story()
    claim = replace(story.component(), kind="hosted-service", files=0)
    said.say(claim, said.maintainer)

    found = said.conformity()

    by_control = {item.control: item for item in found.findings}
    assert by_control["prov-1"].outcome is Outcome.HOLDS
    assert "hosted service" in by_control["prov-3"].reason
    assert by_control["assu-1"].outcome is Outcome.UNKNOWN


def test_drafts_vouch_for_what_the_files_show_only() -> None:
    """Without any key the folder's facts can hold; what takes a signer is UNKNOWN."""
    said = Story()
    for claim in (story.component(), story.model_card(), story.licence(), story.scan()):
        said.draft(claim)
    said.draft(story.run(), about=story.MODEL)
    said.draft(story.dataset(), about=story.DATA)
    said.draft(story.tested())
    said.draft(story.use())

    found = {item.control: item for item in said.conformity(directory=Directory.empty()).findings}

    assert {name for name, item in found.items() if item.outcome is Outcome.HOLDS} == {
        "prov-1", "prov-2", "prov-5", "assu-1", "open-1", "open-2",
    }  # fmt: skip
    assert not [name for name, item in found.items() if item.outcome is Outcome.FAILS]
    assert found["prov-3"].reason.startswith("Nobody signed it yet. The drafts say: ")
    assert found["prov-3"].mend == "sunlit assure . --home HOME --key maintainer"
    assert "drafts that nobody signed" in found["life-2"].reason


def test_a_draft_may_warn() -> None:
    """A failing test is shown before anybody signs it, even over signed ones."""
    said = Story().complete()
    said.draft(story.tested(story.metric("0.5")))

    found = said.finding("assu-2")

    assert found.outcome is Outcome.FAILS
    assert "0.5" in found.reason


def test_a_draft_mends_nothing_that_was_signed() -> None:
    """What failed with a signature goes on failing until a signature mends it."""
    said = Story().made()
    said.say(story.tested(story.metric("0.5")), said.maintainer)
    said.draft(story.tested())

    assert said.finding("assu-2").outcome is Outcome.FAILS


def test_a_draft_that_settles_nothing_leaves_it_unknown() -> None:
    """A draft without thresholds is no better signed."""
    said = Story().made()
    said.said = [it for it in said.said if it.claim != story.tested()]
    said.draft(replace(story.tested(), sunlit_metrics=()))

    assert said.finding("assu-2").outcome is Outcome.UNKNOWN


def test_a_draft_of_what_is_signed_already_is_no_draft() -> None:
    """`assure` finds the same statement again: its id is the same."""
    said = Story().complete()
    said.draft(story.model_card(), id_=said.said[1].statement_id)

    assert said.finding("life-2").outcome is Outcome.HOLDS


def signed_by_somebody(said: Story) -> None:
    """Let somebody sign the draft whose word on it does not count."""
    said.say(CARD, said.city.operator)


def signed_and_withdrawn(said: Story) -> None:
    """Let the maintainer sign the draft and take it back."""
    entry = said.say(CARD, said.maintainer)
    said.say(Withdrawal(statement=entry.statement_id, reason="x"), said.maintainer)


@pytest.mark.parametrize("logged", [signed_by_somebody, signed_and_withdrawn])
def test_a_draft_that_nobody_stands_by_is_unsigned(logged: Callable[[Story], None]) -> None:
    """A place in the log is not enough: somebody whose word counts has to sign it."""
    said = Story().complete()
    logged(said)
    entry = next(it for it in said.said if it.claim == CARD)
    said.draft(CARD, id_=entry.statement_id)

    found = said.finding("life-2")

    assert found.outcome is Outcome.UNKNOWN
    assert "1 statements are drafts" in found.reason


def test_drafts_are_signed_by_whose_word_counts_on_them() -> None:
    """The deployer on its use and safeguards, a laboratory on its tests, a source on its data."""
    said = Story().complete()
    source = said.world.organisation("census.example", Role.MAINTAINER)
    data = replace(story.dataset(), name="another")
    said.say(data, source.key(Role.MAINTAINER), about=story.DATA)
    test = replace(story.tested(), extra={"run": "lab"})
    said.say(test, said.labs[0].key(Role.ASSESSOR))
    for claim in (story.use(), story.mitigation("M4"), data, test):
        entry = next(it for it in said.said if it.claim == claim)
        said.draft(claim, id_=entry.statement_id)

    assert said.finding("life-2").outcome is Outcome.HOLDS


def test_an_unknown_rule_is_refused_before_any_is_asked() -> None:
    """A rubric for a newer Sunlit must not be half answered."""
    with pytest.raises(MalformedError) as caught:
        evaluate(core_rubric(), NOTHING, {}, engine="x")

    assert caught.value.code == "rubric.unknown-rule"


def test_an_empty_rubric_finds_nothing_out() -> None:
    """No question, no answer: never HOLDS."""
    empty = Rubric(title="none", version="1", controls=(), document={})

    found = evaluate(empty, NOTHING, {}, engine="x", logs=[Position(origin="b", size=1)])

    assert found.exit_code == 3
    assert found.outcome is Outcome.UNKNOWN
    assert found.expires is None
    assert found.finding("prov-1") is None


def test_places_are_filled_in_even_where_nothing_is_known() -> None:
    """A command that can be read, if not yet run."""
    found = evaluate(core_rubric(), NOTHING, RULES, engine="x", path="model")

    mends = [item.mend or "" for item in found.findings]
    assert "sunlit init model" in mends
    assert not [mend for mend in mends if "{" in mend]


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [("", 3), ("H", 0), ("HU", 3), ("HUF", 1), ("F", 1)],
)
def test_one_failure_outweighs_what_is_unknown(outcomes: str, code: int) -> None:
    """1 if any FAILS, else 3 if any is UNKNOWN, else 0."""
    by_letter = {"H": Outcome.HOLDS, "U": Outcome.UNKNOWN, "F": Outcome.FAILS}
    findings = [
        Finding(control="x", title="x", outcome=by_letter[letter], reason="x")
        for letter in outcomes
    ]

    assert exit_code(findings) == code


def test_the_earliest_time_counts() -> None:
    """Blanks are no times."""
    assert earliest([None, "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]) == (
        "2026-01-01T00:00:00Z"
    )
    assert earliest([None]) is None


def test_a_rule_that_holds_because_nothing_was_asked_evidences_nothing() -> None:
    """Tier low needs no assessor, and still nobody independent looked (M3)."""
    rubric = Rubric(
        title="", version="", document={},
        controls=tuple(it for it in core_rubric().controls if it.id == "assu-4"),
    )  # fmt: skip

    def rule(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
        return Verdict.holds("Nothing was asked.", ["x"], evidences=False)

    evidence = replace(NOTHING, use=USE, deployer=DEPLOYER)
    found = evaluate(rubric, evidence, {"independently-attested": rule}, engine="x")

    assert found.findings[0].practices == ()


# --- what stands, and what was taken back -----------------------------------------------------


def test_whoever_said_it_may_take_it_back() -> None:
    """A withdrawal by the same organisation removes an attestation."""
    said = Story().complete()
    attested = next(it for it in said.said if it.claim == story.attestation(LABS[0]))
    claim = Withdrawal(statement=attested.statement_id, reason="an error in the data")
    said.say(claim, said.labs[0].key(Role.ASSESSOR))

    assert said.finding("assu-4").outcome is Outcome.UNKNOWN


def test_nobody_takes_back_what_others_said() -> None:
    """Nor does a draft, nor a word about a statement that is not there."""
    said = Story().complete()
    attested = next(it for it in said.said if it.claim == story.attestation(LABS[0]))
    claim = Withdrawal(statement=attested.statement_id, reason="we do not like it")
    said.say(claim, said.maintainer)
    said.draft(claim)
    said.say(replace(claim, statement="00" * 32), said.maintainer)

    assert said.finding("assu-4").outcome is Outcome.HOLDS


def test_a_draft_replaces_a_draft() -> None:
    """A corrected draft stands in for the first."""
    said = Story()
    first = said.draft(replace(story.component(), contact=None), id_="11" * 32)
    said.draft(replace(story.component(), corrects=first.statement_id))

    assert said.finding("prov-2", directory=Directory.empty()).outcome is Outcome.HOLDS


def test_a_mended_test_replaces_the_failed_one() -> None:
    """`supersedes` by the same organisation is how a failure is mended."""
    said = Story().complete()
    failed = said.say(replace(story.tested(), result=Result.FAILED), said.maintainer)
    assert said.finding("assu-2").outcome is Outcome.FAILS

    extra = {"sunlit_supersedes": failed.statement_id}
    claim = replace(story.tested(), supersedes=failed.statement_id, extra=extra)
    said.say(claim, said.maintainer)

    assert said.finding("assu-2").outcome is Outcome.HOLDS


# --- properties ------------------------------------------------------------------------------


@given(seed=st.integers(0, 10_000))
def test_the_order_of_findings_hangs_on_no_order_of_votes_and_attestations(seed: int) -> None:
    """Who attested first does not matter; only what was said."""
    said = ORDERED.evidence()
    moved = [it for it in said.statements if it.claim.FAMILY in {"assurance", "openness"}]
    kept = [it for it in said.statements if it not in moved]
    random.Random(seed).shuffle(moved)  # noqa: S311 - an order, no secret

    found = evaluate(
        core_rubric(), replace(said, statements=(*kept, *moved)), RULES, engine="sunlit test"
    )

    assert [item.outcome for item in found.findings] == [Outcome.HOLDS] * len(found.findings)


CARD = replace(story.model_card(), present=("Other",))
BAD: dict[str, Callable[[], Claim]] = {
    "failing test": lambda: replace(story.tested(), result=Result.FAILED),
    "failing scan": lambda: replace(story.scan(), result=Result.FAILED),
    "closed licence": lambda: replace(story.licence(), osi_approved=False),
    "empty card": lambda: replace(story.model_card(), empty=("Limits",)),
    "prohibited": lambda: replace(story.use(), prohibited_practice="c", need=None),
    "no need": lambda: replace(story.use(), need=None),
}


@pytest.mark.parametrize("first", BAD)
@pytest.mark.parametrize("second", BAD)
def test_a_bad_statement_heals_nothing(first: str, second: str) -> None:
    """Whatever failed goes on failing when another bad thing is said."""
    said = Story().complete()
    said.say(BAD[first](), said.maintainer, said.city.operator)
    before = {it.control for it in said.conformity().findings if it.outcome is Outcome.FAILS}

    said.say(BAD[second](), said.maintainer, said.city.operator)
    after = {it.control for it in said.conformity().findings if it.outcome is Outcome.FAILS}

    assert before
    assert before <= after


ORDERED = Story().complete()
assert SOON > START
