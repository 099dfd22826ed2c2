"""Only the deployer speaks about its decision logs, and only as they grow."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sunlit.capabilities.decision.admission import admit
from sunlit.capabilities.decision.standing import holds_in_force, log_subject, registrations
from sunlit.claims.admitted import Admitted
from sunlit.claims.decision import Counts, Hold
from sunlit.rubric import Outcome
from sunlit.statement.intoto import Subject
from sunlit.testing.authority import named_key
from tests.capabilities.decision.told import DEPLOYER, ORIGIN, OTHER, Told, log_signer
from tests.rubric import story

HOLDS, FAILS = Outcome.HOLDS, Outcome.FAILS


@pytest.fixture
def told() -> Told:
    """The log is registered."""
    said = Told()
    assert said.register().outcome is HOLDS
    return said


def test_a_deployer_registers_its_log() -> None:
    """Another organisation, an unknown key and a draft do not; a claim of another room neither."""
    assert Told().register().outcome is HOLDS
    for name in ("town", "nobody"):
        said = Told()
        by = said.town if name == "town" else named_key("nobody")
        assert said.register(by).outcome is FAILS
    said = Told()
    draft = Admitted(
        claim=said.registration(), statement_id="00" * 32, subjects=(log_subject(ORIGIN),)
    )
    assert admit(draft, [], said.world.directory).outcome is FAILS
    other = said.enter(story.use(), Subject(None, {"sha256": "aa" * 32}))
    assert said.asked(other).outcome is FAILS


@pytest.mark.parametrize(
    "changes",
    [
        {"vkey": "no key"},
        {"vkey": log_signer("another/log").verifier.vkey},
        {"registered_on": Told().world.now + timedelta(days=1)},
    ],
)
def test_a_registration_names_a_key_of_that_log_and_no_later_time(
    changes: dict[str, Any],
) -> None:
    """A key with another name signs for another log; a date ahead is no date."""
    assert Told().register(**changes).outcome is FAILS


def test_a_registration_is_about_its_log() -> None:
    """Else it would not be found where somebody looks for it."""
    said = Told()
    one = said.enter(said.registration(), log_subject("another/log"))

    assert said.asked(one).outcome is FAILS


def test_a_log_is_registered_once(told: Told) -> None:
    """Not for another key, not for another deployer, and not twice for the same."""
    other_key = log_signer(seed="second").verifier.vkey

    assert told.register(use="another").outcome is FAILS
    assert told.register(vkey=other_key).outcome is FAILS
    assert told.register(told.town, deployer=OTHER).outcome is FAILS
    assert [one.claim.use for one in registrations(told.said, told.world.directory)] == ["outreach"]


def test_each_log_has_a_key_of_its_own(told: Told) -> None:
    """Or a stolen key would open two logs."""
    origin = f"{DEPLOYER}/decisions/ffffffff"
    same = log_signer(origin, seed=ORIGIN).verifier.vkey

    assert told.register(origin=origin, vkey=same).outcome is FAILS
    assert told.register(origin=origin, vkey=log_signer(origin).verifier.vkey).outcome is HOLDS


def test_a_mirror_may_repeat_what_it_holds(told: Told) -> None:
    """The same statement is judged as of its first place, though the log has grown since."""
    assert told.anchor(1).outcome is HOLDS
    first = told.said[-1]
    assert told.anchor(9).outcome is HOLDS

    again = replace(first, index=99, admitted_at=told.world.now)

    assert admit(again, told.said, told.world.directory).outcome is HOLDS


def test_anchors_follow_the_growing_log(told: Told) -> None:
    """The same size again may be said; less may not, nor another tree of the same size."""
    assert [told.anchor(size).outcome for size in (0, 3, 3, 5)] == [HOLDS] * 4
    assert told.anchor(4).outcome is FAILS
    told.said.pop()
    assert told.anchor(5, root="another tree").outcome is FAILS
    told.said.pop()
    assert told.anchor(6, counts=Counts(decisions=2, refusals=4)).outcome is FAILS


def test_an_anchor_is_signed_by_the_registered_key(told: Told) -> None:
    """Whoever controls the deployer's key alone cannot make up a log."""
    forged = replace(told.anchored(1), checkpoint=told.anchored(1).checkpoint + "x")  # type: ignore[operator]
    assert told.asked(told.enter(forged, log_subject(ORIGIN))).outcome is FAILS

    other = Told()
    other.register(vkey=log_signer(seed="second").verifier.vkey)
    assert other.anchor(1).outcome is FAILS


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 2},
        {"counts": None},
        {"counts": Counts(decisions=4, refusals=-1)},
        {"commitment": "ab" * 32},
        {"anchored_on": Told().world.now + timedelta(days=1)},
        {"origin": f"{DEPLOYER}/decisions/ffffffff"},
        {"deployer": OTHER},
    ],
)
def test_an_anchor_that_nobody_can_check_does_not_enter(
    told: Told, changes: dict[str, Any]
) -> None:
    """Counts sum to the size, open or closed but not both, of a registered log of its own."""
    assert told.anchor(3, **changes).outcome is FAILS


def test_a_closed_anchor_says_no_volumes(told: Told) -> None:
    """Only a commitment, in its form, by the deployer; open ones before and after still count."""
    closed: dict[str, Any] = {"checkpoint": None, "size": None, "counts": None}

    assert told.anchor(3).outcome is HOLDS
    assert told.anchor(4, **closed, commitment="ab" * 32).outcome is HOLDS
    assert told.anchor(5).outcome is HOLDS
    assert told.anchor(6, **closed, commitment="AB" * 32).outcome is FAILS
    assert told.anchor(6, **closed).outcome is FAILS
    assert told.anchor(6, told.town, **closed, commitment="ab" * 32).outcome is FAILS


def test_an_erasure_is_said_by_the_deployer_of_a_registered_log(told: Told) -> None:
    """With a basis in law, of one record, not dated ahead."""
    ahead = told.world.now + timedelta(days=1)

    assert told.erase(0).outcome is HOLDS
    assert told.erase(0, told.town).outcome is FAILS
    assert told.erase(-1).outcome is FAILS
    assert told.erase(0, stores=0).outcome is FAILS
    assert told.erase(0, legal_basis=" ").outcome is FAILS
    assert told.erase(0, erased_on=ahead).outcome is FAILS
    assert Told().erase(0).outcome is FAILS


def test_a_hold_stops_erasures_until_it_is_lifted(told: Told) -> None:
    """Of the records that it covers; holding the rest goes on."""
    held, verdict = told.hold(indices=(3, 4))
    assert verdict.outcome is HOLDS
    assert told.erase(2).outcome is HOLDS
    refusal = told.erase(4)
    assert (refusal.outcome, held.statement_id[:16] in refusal.reason) == (FAILS, True)
    told.said.pop()
    _, everything = told.hold()
    assert everything.outcome is HOLDS
    assert told.erase(2).outcome is FAILS
    told.said.pop()

    _, lifted = told.hold(indices=(3, 4), lifted=True, supersedes=held.statement_id)

    assert lifted.outcome is HOLDS
    in_force = holds_in_force(told.said, told.world.directory, ORIGIN, DEPLOYER)
    assert [hold.indices for _, hold in in_force] == [()]
    assert told.erase(3).outcome is FAILS


def test_only_a_hold_in_force_is_lifted_and_as_a_whole(told: Told) -> None:
    """By the deployer; once; not another's; not a part of it."""
    held, _ = told.hold(indices=(3, 4))
    lift: dict[str, Any] = {"lifted": True, "supersedes": held.statement_id}

    assert told.hold(**lift)[1].outcome is FAILS
    told.said.pop()
    assert told.hold(lifted=True, indices=(3, 4))[1].outcome is FAILS
    told.said.pop()
    assert told.hold(told.town, indices=(3, 4), **lift)[1].outcome is FAILS
    told.said.pop()
    assert told.hold(indices=(3, 4), **lift)[1].outcome is HOLDS
    assert told.hold(indices=(3, 4), ground="lifted twice", **lift)[1].outcome is FAILS


def test_a_later_word_that_is_no_lift_ends_no_hold(told: Told) -> None:
    """A narrower hold that names the wide one does not set the rest free."""
    held, _ = told.hold()
    told.hold(indices=(1,), supersedes=held.statement_id)

    assert told.erase(7).outcome is FAILS


def test_a_hold_has_a_ground_and_a_log(told: Told) -> None:
    """Indices from 0 on; a log that the deployer registered."""
    assert told.hold(ground="")[1].outcome is FAILS
    assert told.hold(indices=(-1,))[1].outcome is FAILS
    assert told.hold(origin="city.example/decisions/ffffffff")[1].outcome is FAILS
    assert Hold(origin=ORIGIN, deployer=DEPLOYER, ground="x", indices=(1,)).covers(1)


def test_a_deployer_says_how_long_it_keeps_contents(told: Told) -> None:
    """Days, and a basis; about that very use."""
    assert told.retain().outcome is HOLDS
    assert told.retain(told.town).outcome is FAILS
    assert told.retain(days=-1).outcome is FAILS
    assert told.retain(legal_basis="x\x1b[2J").outcome is FAILS
    assert told.retain(use="another").outcome is FAILS


def test_a_registration_that_counts_for_nothing_hides_no_other(told: Told) -> None:
    """A stranger's, one about something else, and a draft are passed over."""
    origin = f"{DEPLOYER}/decisions/ffffffff"
    good = replace(told.registration(), origin=origin, vkey=log_signer(origin).verifier.vkey)
    told.enter(good, log_subject(origin), named_key("nobody"))
    told.enter(good, log_subject("another/log"))
    told.said.append(replace(told.said[-1], index=None, admitted_at=None))

    assert told.asked(told.enter(replace(good, use=None), log_subject(origin))).outcome is HOLDS
    assert len(registrations(told.said, told.world.directory)) == 2


def test_an_anchor_that_nobody_admitted_is_passed_over(told: Told) -> None:
    """A log that took it over unasked does not keep the deployer from anchoring."""
    assert told.anchor(3).outcome is HOLDS
    forged = replace(told.anchored(9), checkpoint="no checkpoint")
    told.enter(forged, log_subject(ORIGIN))
    told.enter(replace(told.anchored(9), size=8, counts=Counts(decisions=8)), log_subject(ORIGIN))

    assert told.anchor(4).outcome is HOLDS
    assert told.anchor(2).outcome is FAILS
