"""Training data after the story: a review that is taken back, refused or over carries nothing."""

from hashlib import sha256

import pytest

from tests.e2e.played import COUNCIL, USE, Town

pytestmark = pytest.mark.timeout(1800)  # the first test of a run plays the demo

TRAINING = "data/acs-public-coverage-2018-train.parquet"
REVIEWED = "priv-2"


def digest(town: Town) -> str:
    """Return the SHA-256 of what the model was trained on."""
    return sha256((town.model / TRAINING).read_bytes()).hexdigest()


def test_the_story_ends_with_data_that_somebody_else_accepted(town: Town) -> None:
    """Until a day, on a condition; then the control drops by itself."""
    found = town.finding(REVIEWED)

    assert found["outcome"] == "HOLDS"
    assert "north-lab.example accepts" in found["reason"]
    assert "does not leave the maker's training machines" in found["reason"]
    assert town.finding(REVIEWED, "--at", found["expires"])["outcome"] == "FAILS"
    assert town.finding("priv-3")["outcome"] == "HOLDS"


def test_a_refusal_keeps_the_next_token_from_being_issued(town: Town) -> None:
    """The reviewer thought again: its later word replaces the first."""
    town(
        "review", "refuse", digest(town), "--reasons", "Disability by decade of age", at="north-lab"
    )
    town.brought("north-lab")

    ended = town("token", "issue", town.model, *USE, "--deployer", COUNCIL, at="council", expect=1)

    assert "issue.not-conform" in ended.err
    assert "north-lab.example refuses" in town.finding(REVIEWED)["reason"]


def test_who_makes_the_model_cannot_accept_its_data(town: Town) -> None:
    """South Lab is not accredited for privacy either."""
    for home, key in (("maker", "maintainer"), ("south-lab", "assessor")):
        town.brought("maker", to="south-lab")
        ended = town("review", "accept", digest(town), "--reasons", "Fine", "--no-conflict",
                     "--key", key, at=home, expect=1)  # fmt: skip
        assert "admit.refused" in ended.err
