"""Training data: scanned, reviewed by somebody else, and hard to find a person in."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

import pytest

from sunlit.claims.assurance import Withdrawal
from sunlit.claims.authority import Role
from sunlit.claims.privacy import Decision, Found
from sunlit.claims.provenance import Resource
from sunlit.registry.wiring import RULES
from sunlit.rubric import Outcome
from sunlit.testing.authority import EXPIRES
from tests.capabilities.privacy.datasets_told import (
    MEASURED,
    NAMES,
    REVIEWED,
    RISKY,
    SCANNED,
    SENSITIVE,
    Told,
    met,
    review,
)
from tests.rubric.story import DATA, EARLY, LABS, MAKER, MODEL, SOON, data_scan, measured, run

HOLDS, FAILS, UNKNOWN = Outcome.HOLDS, Outcome.FAILS, Outcome.UNKNOWN
CONTROLS = (SCANNED, REVIEWED, MEASURED)
TEXT: Final = replace(data_scan(), columns=())


@pytest.fixture
def told() -> Told:
    """A model whose one dataset nobody has looked at yet."""
    return Told()


def outcomes(told: Told, **changes: object) -> list[Outcome]:
    """Return what the three controls answer."""
    return [told.finding(control, **changes).outcome for control in CONTROLS]


# --- scanned --------------------------------------------------------------------------------


def test_data_that_nobody_scanned_is_unknown(told: Told) -> None:
    """And does not pass: neither does a release without any run."""
    assert outcomes(told) == [UNKNOWN] * 3
    assert "never scanned" in told.finding(SCANNED).reason
    assert outcomes(told, files={}) == [UNKNOWN] * 3


def test_plain_data_that_was_scanned_and_measured_holds(told: Told) -> None:
    """Nothing sensitive asks for no review, and shows no practice."""
    id_ = told.scanned(data_scan())
    told.of_data(measured())

    assert outcomes(told) == [HOLDS] * 3
    assert id_ in told.finding(SCANNED).rests_on
    assert told.finding(SCANNED).expires == "2027-01-01T00:00:00Z"


def test_a_scan_grows_old(told: Told) -> None:
    """A rubric says when; the kinds that are known grow with time."""
    told.scanned(data_scan())
    later = told.world.now + timedelta(days=366)

    found = told.finding(SCANNED, at=later)

    assert found.outcome is UNKNOWN
    assert "too old" in found.reason


def test_what_was_not_read_is_not_scanned(told: Told) -> None:
    """Nor is it known not to be sensitive; a whole scan mends it."""
    told.scanned(replace(data_scan(), unread=("photo.png",)))

    assert outcomes(told)[:2] == [UNKNOWN, UNKNOWN]
    assert "photo.png" in told.finding(SCANNED).reason

    told.scanned(data_scan())
    assert outcomes(told)[:2] == [HOLDS, HOLDS]


def test_what_no_tool_reads_holds_by_an_independent_review(told: Told) -> None:
    """Images can never be scanned, so somebody who saw the list of them must accept it."""
    id_ = told.scanned(replace(data_scan(), unread=("photo.png",)))
    found = told.finding(SCANNED)
    assert found.outcome is UNKNOWN
    assert "sunlit review" in (found.mend or "")

    told.reviewed(id_)
    found = told.finding(SCANNED)
    assert outcomes(told)[:2] == [HOLDS, HOLDS]
    assert LABS[2] in found.reason
    assert "photo.png" in found.reason
    assert found.expires == "2026-06-01T00:00:00Z"

    told.scanned(replace(data_scan(), unread=("photo.png", "second.png")))
    assert outcomes(told)[:2] == [UNKNOWN, UNKNOWN]


def test_text_which_cannot_be_measured_holds_by_an_independent_review(told: Told) -> None:
    """The reason says that there is no figure, and by whose word it holds all the same."""
    id_ = told.scanned(TEXT)
    found = told.finding(MEASURED)
    assert found.outcome is UNKNOWN
    assert "can be measured for text" in found.reason
    assert "sunlit review" in (found.mend or "")

    review_id = told.reviewed(id_).statement_id
    found = told.finding(MEASURED)
    assert found.outcome is HOLDS
    assert "No re-identification figure can be measured for text" in found.reason
    assert LABS[2] in found.reason
    assert {id_, review_id} <= set(found.rests_on)
    assert found.expires == "2026-06-01T00:00:00Z"


@pytest.mark.parametrize(
    ("changes", "by"),
    [
        ({"decision": Decision.REFUSE}, 2),
        ({"no_conflict_declared": False}, 2),
        ({"purpose": "testing"}, 2),
        ({"valid_until": EARLY}, 2),
        ({}, 0),
    ],
)
def test_no_other_word_lets_text_or_unread_files_hold(
    told: Told, changes: dict[str, object], by: int
) -> None:
    """A refusal, a conflict, another purpose, an end, or somebody without accreditation."""
    id_ = told.scanned(replace(TEXT, unread=("photo.png",)))
    told.reviewed(id_, by=by, **changes)

    assert told.finding(SCANNED).outcome is UNKNOWN
    assert told.finding(MEASURED).outcome is UNKNOWN


def test_a_refusal_outweighs_the_acceptance_of_text(told: Told) -> None:
    """As it does of everything else."""
    id_ = told.scanned(TEXT)
    told.reviewed(id_)
    told.world.accredit(LABS[1], "privacy", until=EXPIRES)
    told.reviewed(id_, by=1, decision=Decision.REFUSE)

    assert told.finding(MEASURED).outcome is UNKNOWN


def test_a_table_is_no_text_because_one_scan_says_so(told: Told) -> None:
    """Any scan with columns, and any measurement, shows that there is something to measure."""
    text, table = told.scanned(TEXT), told.scanned(replace(data_scan(), columns=("age",)))
    told.reviewed(text, table)
    assert told.finding(MEASURED).outcome is UNKNOWN
    assert "is not measured" in told.finding(MEASURED).reason

    other = Told()
    other.reviewed(other.scanned(TEXT))
    other.of_data(replace(measured(), profile="easy"))
    assert other.finding(MEASURED).outcome is UNKNOWN


def test_a_review_of_another_scan_of_the_text_covers_no_more_than_it_saw(told: Told) -> None:
    """What a later scan finds besides, the reviewer did not accept."""
    told.reviewed(told.scanned(TEXT))
    told.scanned(replace(TEXT, unread=("new.bin",)))

    assert told.finding(MEASURED).outcome is UNKNOWN


def test_a_run_that_names_no_data_is_unknown(told: Told) -> None:
    """A program among the inputs is no data."""
    told.scanned(data_scan())
    bare = run()
    program = Resource(
        name="train.py", digest={"sha256": "99" * 32}, annotations={"role": "program"}
    )
    build = replace(bare.build_definition, resolved_dependencies=(program,))
    told.say(replace(bare, build_definition=build), told.maintainer, about=MODEL)

    assert outcomes(told) == [UNKNOWN] * 3
    assert "names none of its data" in told.finding(SCANNED).reason


def test_only_what_a_run_calls_data_is_asked_about(told: Told) -> None:
    """Where it says so; else every input is."""
    told.said = [said for said in told.said if type(said.claim).__name__ != "Provenance"]
    inputs = (
        Resource(name="census", digest={"sha256": DATA}, annotations={"role": "data"}),
        Resource(name="train.py", digest={"sha256": "99" * 32}, annotations={"role": "program"}),
    )
    build = replace(run().build_definition, resolved_dependencies=inputs)
    told.say(replace(run(), build_definition=build), told.maintainer, about=MODEL)
    told.scanned(data_scan())

    assert told.finding(SCANNED).outcome is HOLDS
    assert "census" in told.finding(SCANNED).reason


def test_every_dataset_is_asked_about(told: Told) -> None:
    """One that lacks a scan is enough to know too little."""
    told.scanned(data_scan())
    more = (*run().build_definition.resolved_dependencies, Resource(digest={"sha256": "99" * 32}))
    build = replace(run().build_definition, resolved_dependencies=more)
    told.say(replace(run(), build_definition=build), told.maintainer, about=MODEL)

    assert told.finding(SCANNED).outcome is UNKNOWN
    assert "dataset 999999999999" in told.finding(SCANNED).reason


def test_a_strangers_scan_does_not_count(told: Told) -> None:
    """An accredited assessor's does."""
    stranger = told.world.organisation("stranger.example", Role.MAINTAINER)
    told.say(data_scan(), stranger.key(Role.MAINTAINER), about=DATA)
    assert told.finding(SCANNED).outcome is UNKNOWN

    told.say(data_scan(), told.labs[2].key(Role.ASSESSOR), about=DATA)
    assert told.finding(SCANNED).outcome is HOLDS


def test_a_draft_warns_and_does_not_vouch(told: Told) -> None:
    """A draft that finds something sensitive fails; one that finds nothing is not enough."""
    told.draft(data_scan(), about=DATA)
    assert told.finding(SCANNED).outcome is UNKNOWN
    assert "Nobody signed it yet" in told.finding(SCANNED).reason

    told.draft(SENSITIVE, about=DATA)
    assert told.finding(REVIEWED).outcome is FAILS


# --- reviewed -------------------------------------------------------------------------------


def test_sensitive_data_needs_a_review(told: Told) -> None:
    """It fails, names the ground, and says which command mends it."""
    told.scanned()
    found = told.finding(REVIEWED)

    assert found.outcome is FAILS
    assert "person: name" in found.reason
    assert found.mend is not None
    assert found.mend.startswith(f"sunlit review accept {DATA} ")


def test_an_independent_review_lets_it_hold_until_it_ends(told: Told) -> None:
    """Its conditions and its end are part of the answer; then it drops by itself."""
    told.reviewed(told.scanned())
    found = told.finding(REVIEWED)

    assert found.outcome is HOLDS
    assert "only inside the agency" in found.reason
    assert LABS[2] in found.reason
    assert found.expires == "2026-06-01T00:00:00Z"
    assert told.finding(REVIEWED, at=SOON).outcome is FAILS


def test_a_review_without_conditions_says_so(told: Told) -> None:
    """Nothing is made up."""
    told.reviewed(told.scanned(), conditions=())

    assert "condition" not in told.finding(REVIEWED).reason


@pytest.mark.parametrize(
    "changes",
    [
        {"no_conflict_declared": False},
        {"purpose": "statistics"},
        {"component": "pkg:generic/other"},
        {"valid_until": SOON - timedelta(days=200)},
        {"reviewed_on": SOON},
        {"statements": ("00" * 32,)},
        {"by": 0},
    ],
)
def test_a_review_that_is_not_for_this_does_not_count(
    told: Told, changes: dict[str, object]
) -> None:
    """Undeclared conflict, other purpose or component, not in force, about nothing, no scope."""
    id_ = told.scanned()
    wanted = changes.pop("statements", (id_,))
    assert isinstance(wanted, tuple)
    told.reviewed(*wanted, **changes)  # type: ignore[arg-type]

    assert told.finding(REVIEWED).outcome is FAILS


def test_a_review_for_this_component_counts(told: Told) -> None:
    """A version in the name changes nothing."""
    told.reviewed(told.scanned(), component="pkg:generic/maker.example/outreach@7")

    assert told.finding(REVIEWED).outcome is HOLDS


def test_the_maker_does_not_review_its_own_data(told: Told) -> None:
    """Not with an accredited assessor's key either."""
    own = told.world.organisation(MAKER, Role.ASSESSOR)
    told.world.accredit(MAKER, "privacy")
    told.say(review(told.scanned(), reviewer=MAKER), own.key(Role.ASSESSOR), about=DATA)

    assert told.finding(REVIEWED).outcome is FAILS


def test_a_refusal_counts_whatever_others_say(told: Told) -> None:
    """A declared conflict silences nobody."""
    told.world.accredit(LABS[1], "privacy")
    id_ = told.scanned()
    told.reviewed(id_)
    told.reviewed(id_, by=1, decision=Decision.REFUSE, no_conflict_declared=False)
    found = told.finding(REVIEWED)

    assert found.outcome is FAILS
    assert f"{LABS[1]} refuses" in found.reason


def test_a_review_that_is_taken_back_no_longer_counts(told: Told) -> None:
    """A later word of the same reviewer replaces the first, or withdraws it."""
    told.reviewed(id_ := told.scanned(), decision=Decision.REFUSE)
    refused = told.said[-1].statement_id
    told.reviewed(id_, supersedes=refused)
    assert told.finding(REVIEWED).outcome is HOLDS

    taken = Withdrawal(statement=told.said[-1].statement_id, reason="mistaken")
    told.say(taken, told.labs[2].key(Role.ASSESSOR), about=DATA)
    assert told.finding(REVIEWED).outcome is FAILS


def test_the_same_scan_again_stays_reviewed_and_a_worse_one_does_not(told: Told) -> None:
    """A reviewer accepts what was told, no more."""
    told.reviewed(told.scanned())
    told.scanned(replace(SENSITIVE, rows=101))
    assert told.finding(REVIEWED).outcome is HOLDS

    for worse in (
        replace(SENSITIVE, found=(NAMES, replace(NAMES, column="mother"))),
        replace(SENSITIVE, free_text=("notes",)),
        replace(SENSITIVE, not_listed=3),
        replace(SENSITIVE, unread=("photo.png",)),
    ):
        said = told.of_data(worse)
        assert told.finding(REVIEWED).outcome is FAILS
        told.said.remove(said)


def test_a_second_scan_that_finds_less_hides_nothing(told: Told) -> None:
    """Who was wrong says so, and that stays visible."""
    first = told.scanned()
    told.scanned(data_scan())
    assert told.finding(REVIEWED).outcome is FAILS

    told.scanned(replace(data_scan(), rows=99, supersedes=first))
    assert told.finding(REVIEWED).outcome is HOLDS


# --- measured -------------------------------------------------------------------------------


def test_a_risk_over_the_threshold_fails(told: Told) -> None:
    """The lower of the profile's threshold and the rubric's decides."""
    told.of_data(RISKY)
    found = told.finding(MEASURED)

    assert found.outcome is FAILS
    assert "up to 0.5; the threshold is 0.2" in found.reason

    said = Told()
    said.of_data(replace(RISKY, threshold=Decimal("0.9")))
    assert said.finding(MEASURED).outcome is FAILS


def test_a_reviewer_who_saw_the_measurement_accepts_it(told: Told) -> None:
    """One who saw the scan alone does not; one who saw a worse one does."""
    scan = told.scanned()
    risky = told.of_data(RISKY).statement_id
    told.reviewed(scan)
    assert told.finding(MEASURED).outcome is FAILS

    told.reviewed(scan, risky)
    assert told.finding(MEASURED).outcome is HOLDS
    assert told.finding(MEASURED).expires == "2026-06-01T00:00:00Z"

    told.of_data(replace(RISKY, risk=Decimal("0.4")))
    assert told.finding(MEASURED).outcome is HOLDS
    told.of_data(replace(RISKY, risk=Decimal("0.6")))
    assert told.finding(MEASURED).outcome is FAILS


def test_columns_left_out_count_only_with_a_review(told: Told) -> None:
    """A declaration could leave out what tells people apart."""
    id_ = told.of_data(replace(measured(), left_out=("postcode",))).statement_id
    found = told.finding(MEASURED)

    assert found.outcome is FAILS
    assert "postcode" in found.reason

    told.reviewed(id_)
    assert told.finding(MEASURED).outcome is HOLDS


def test_another_threshold_of_the_profile_counts_too(told: Told) -> None:
    """A profile may bound more than one figure."""
    told.of_data(met())

    assert told.finding(MEASURED).outcome is FAILS
    assert "records at risk" in told.finding(MEASURED).reason


def test_one_profile_that_counts_is_enough_and_an_unknown_one_is_none(told: Told) -> None:
    """A stricter profile that is missed spoils nothing; a made-up one is not asked."""
    told.of_data(replace(measured(), profile="easy"))
    assert told.finding(MEASURED).outcome is UNKNOWN

    told.of_data(replace(RISKY, profile="public-release"))
    assert told.finding(MEASURED).outcome is FAILS
    told.of_data(measured())
    assert told.finding(MEASURED).outcome is HOLDS
    told.of_data(replace(RISKY, risk=Decimal("0.3")))
    assert told.finding(MEASURED).outcome is FAILS


def test_without_parameters_the_rules_have_defaults(told: Told) -> None:
    """A control of an agency may name the rules without any."""
    told.scanned(data_scan())
    told.of_data(measured())
    evidence = told.evidence()

    assert RULES["training-data-scanned"](evidence, {}).outcome is HOLDS
    assert RULES["reidentification-within-threshold"](evidence, {}).outcome is UNKNOWN


def test_text_is_told_by_its_kind_alone() -> None:
    """A find in text names no column."""
    in_text = Found(
        kind="email", category="contact", by="values", rows=1, hits=1, rate=Decimal(1),
        low=Decimal(0), high=Decimal(1), confidence=Decimal(1),
    )  # fmt: skip
    told = Told()
    told.reviewed(told.scanned(replace(SENSITIVE, columns=(), found=(in_text,))))

    assert told.finding(REVIEWED).outcome is HOLDS
