"""What maintainers, deployers, assessors and boards say, and what is not taken from them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError
from sunlit.claims.assurance import Attestation, ChangePlan
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Release
from sunlit.claims.names import named_digest
from sunlit.registry.attest import plan_change, withdraw
from sunlit.registry.blobs import read_blob
from sunlit.registry.board import find_board, standing
from sunlit.registry.release import declare_release
from sunlit.registry.saying import find_use
from sunlit.registry.use import declare_use
from sunlit.statement.intoto import Subject
from sunlit.testing.authority import BOARD, named_key
from tests.registry.telling import CITY, Telling, telling
from tests.rubric.story import DEPLOYER, LABS, LATER, USE, use

COUNTY = named_key("county.example/operator")


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Telling]:
    """A ledger that knows the organisations."""
    with telling(tmp_path) as found:
        yield found.registered()


def release(told: Telling, changelog: str = "First.", rollback: str = "none: the first") -> Release:
    """Declare a release and return what was said."""
    said = declare_release(
        told.ledger, told.component, told.story.maintainer, changelog=changelog,
        rollback=rollback, at=told.clock.at,
    )  # fmt: skip
    assert isinstance(said.claim, Release)
    return said.claim


def test_a_release_says_what_changed_and_where_to_go_back_to(told: Telling) -> None:
    """The version comes from sunlit.toml, the digest may be written with its prefix."""
    found = release(told, rollback="sha256:" + "ee" * 32)

    assert found.release_id == "1.0"
    assert found.sunlit_rollback == "ee" * 32


@pytest.mark.parametrize("rollback", ["", "none:", "none", "abc", "sha256:xyz"])
def test_a_release_without_a_way_back_is_refused(told: Telling, rollback: str) -> None:
    """A digest, or none with a reason."""
    with pytest.raises(SunlitError) as caught:
        release(told, rollback=rollback)

    assert caught.value.code == "release.rollback"


def test_a_release_does_not_go_back_to_itself(told: Telling) -> None:
    """That would be no way back."""
    with pytest.raises(SunlitError) as caught:
        release(told, rollback=told.component.release)

    assert caught.value.code == "release.rollback"


def test_a_release_without_a_changelog_is_refused(told: Telling) -> None:
    """Blank is not said."""
    with pytest.raises(SunlitError) as caught:
        release(told, changelog=" \n")

    assert caught.value.code == "release.changelog"


def test_a_use_is_found_by_its_id(told: Telling) -> None:
    """The deployer may be left out while it is plain whose it is."""
    told.declared()

    assert find_use(told.ledger.history, USE, None).deployer == DEPLOYER
    assert find_use(told.ledger.history, USE, DEPLOYER).id == USE


@pytest.mark.parametrize(("name", "deployer"), [("other", None), (USE, "other.example")])
def test_an_unknown_use_is_said_to_be_unknown(
    told: Telling, name: str, deployer: str | None
) -> None:
    """With the command that declares one."""
    told.declared()

    with pytest.raises(SunlitError) as caught:
        find_use(told.ledger.history, name, deployer)

    assert caught.value.code == "use.unknown"


def test_a_use_id_of_two_deployers_has_to_be_told_apart(told: Telling) -> None:
    """Guessing would put one deployer's words in another's token."""
    world = told.story.world
    world.organisation("county.example")
    for deployer, key in ((DEPLOYER, CITY), ("county.example", COUNTY)):
        name = named_digest("use", f"{deployer}#{USE}")
        world.say(
            replace(use(), deployer=deployer), key, subjects=[Subject(None, {"sha256": name})]
        )
    history = world.history

    with pytest.raises(SunlitError) as caught:
        find_use(history, USE, None)

    assert caught.value.code == "use.ambiguous"


def test_a_report_is_kept_and_named_by_its_digest(told: Telling) -> None:
    """The statement stays small; the bytes lie among the blobs."""
    said = told.attested(0)

    claim = said.claim
    assert isinstance(claim, Attestation)
    assert claim.report is not None
    assert read_blob(told.ledger.home, str(claim.report.digest["sha256"])) == b"All well."
    assert claim.report.name == "report.txt"


def test_an_assessor_plans_changes_and_takes_its_word_back(told: Telling) -> None:
    """Both are statements of the same organisation about the same digests."""
    attested = told.attested(0)
    key = told.story.labs[0].key(Role.ASSESSOR)
    plan = ChangePlan(
        assessor=LABS[0], attestation=attested.statement_id, permitted=("retrain",),
        may_change=("model.txt",), retests=("performance",), valid_until=LATER,
    )  # fmt: skip

    planned = plan_change(told.ledger, told.component, plan, key)
    taken_back = withdraw(told.ledger, attested.statement_id, "the data was wrong", key)

    assert planned.index < taken_back.index
    assert told.ledger.history.statements[-1].is_about(told.component.release)


def test_only_its_own_organisation_takes_a_statement_back(told: Telling) -> None:
    """Somebody else's word stays."""
    attested = told.attested(0)

    with pytest.raises(SunlitError) as caught:
        withdraw(told.ledger, attested.statement_id, "no", told.story.labs[1].key(Role.ASSESSOR))

    assert caught.value.code == "admit.refused"


def test_what_nobody_said_cannot_be_taken_back(told: Telling) -> None:
    """The log holds no such statement."""
    with pytest.raises(SunlitError) as caught:
        withdraw(told.ledger, "00" * 32, "no", told.story.labs[1].key(Role.ASSESSOR))

    assert caught.value.code == "attest.no-such-statement"


def test_one_vote_of_two_publishes_nothing(told: Telling) -> None:
    """The refusal says how many agree, and the standing lists the vote."""
    told.made().declared()
    told.voted(1)

    with pytest.raises(SunlitError) as caught:
        told.published()

    found = standing(told.ledger.history, told.component, told.question, BOARD)
    assert caught.value.code == "board.not-yet"
    assert found.code == "0007"
    assert len(found.ballots) == 1
    assert found.to_json()["why"]


def test_two_votes_publish_and_a_dissent_is_named(told: Telling) -> None:
    """Three members, two agree; the third's dissent is published with the code."""
    told.made().declared()
    told.voted(1)
    told.voted(2)
    dissent = told.voted(3, dissent="The impact is higher.")

    said = told.published()

    found = standing(told.ledger.history, told.component, told.question, BOARD)
    assert said.to_json()["predicate"]
    assert found.code == "5446"
    assert dissent.statement_id in str(said.claim.to_predicate()["dissents"])
    assert found.to_json()["published"]


def test_an_unknown_board_is_refused(told: Telling) -> None:
    """Only the trust file makes a board."""
    with pytest.raises(SunlitError) as caught:
        find_board(told.ledger.history, "nobody.example")

    assert caught.value.code == "board.unknown"


def test_a_use_signed_by_somebody_else_does_not_enter(told: Telling) -> None:
    """A maintainer cannot declare the deployer's use."""
    with pytest.raises(SunlitError) as caught:
        declare_use(told.ledger, use(), told.story.maintainer)

    assert caught.value.code == "admit.refused"
    assert declare_use(told.ledger, use(), CITY).index >= 0


@pytest.mark.parametrize("minutes", [0, 1])
def test_a_member_may_go_back_to_an_earlier_vote(told: Telling, minutes: int) -> None:
    """Each vote carries its time; said again in one second, it names what it replaces."""
    told.declared()
    for ceiling in (3, 2, 3):
        told.clock.at += timedelta(minutes=minutes)
        last = told.voted(1, ceiling=ceiling)

    (ballot,) = standing(told.ledger.history, told.component, told.question, BOARD).ballots

    assert (ballot.statement, ballot.vote.ceiling) == (last.statement_id, 3)
    assert ballot.vote.voted_on == told.clock.at
    assert (ballot.vote.supersedes is None) is bool(minutes)
