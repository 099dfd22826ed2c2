"""What held stops holding: revoked, withdrawn, expired, conflicted; and what never counted."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sunlit.adapters.clock import SystemClock
from sunlit.base.times import format_time
from tests.e2e.played import ATTESTED, COUNCIL, MAKER, SCOPES, USE, Town

pytestmark = pytest.mark.timeout(1800)  # the first test of a run plays the demo

NEVER = "2029-01-01T00:00:00Z"


def attesters(finding: Mapping[str, Any]) -> str:
    """Return what a finding says of who attests."""
    return str(finding["reason"])


def scoped() -> list[str]:
    """Return the options that name all scopes."""
    return [word for scope in SCOPES for word in ("--scope", scope)]


def attest(town: Town, *more: object, at: str | None) -> None:
    """Attest to the model for the council's use."""
    town("attest", town.model, *USE, *scoped(), "--result", "PASSED", "--no-conflict", *more, at=at)


def test_everything_holds_at_the_end_of_the_story(town: Town) -> None:
    """Both laboratories attest; this is what the tests below take away from."""
    found = town.assured()

    assert found["outcome"] == "HOLDS"
    assert "north-lab.example, south-lab.example attest" in attesters(town.finding(ATTESTED))


def test_a_compromised_assessor_key_takes_its_attestation_with_it(town: Town) -> None:
    """From before it attested on: the entry stays, its authority does not."""
    key = town.key_of("north-lab", "assessor")
    since = ("--compromised-since", "2020-01-01T00:00:00Z")
    town("key", "revoke", key, "--reason", "stolen", *since, at="north-lab")
    town.brought("north-lab")

    found = town.finding(ATTESTED)

    assert found["outcome"] == "UNKNOWN"
    assert "2 independent assessors; 1 attest" in attesters(found)
    assert town.assured()["outcome"] == "FAILS"  # its review of the training data went with it


def test_a_key_that_was_only_retired_leaves_its_attestation_in_force(town: Town) -> None:
    """A person who leaves takes nothing back."""
    key = town.key_of("north-lab", "assessor")
    town("key", "revoke", key, "--reason", "left", at="north-lab")
    town.brought("north-lab")

    assert town.finding(ATTESTED)["outcome"] == "HOLDS"


def test_what_held_is_unknown_once_it_expires(town: Town) -> None:
    """Nobody types anything: a later time is enough. The trust file outlives the attestations."""
    now = town.finding(ATTESTED)

    then = town.finding(ATTESTED, "--at", now["expires"])

    assert now["outcome"] == "HOLDS"
    assert then["outcome"] == "UNKNOWN"


def test_a_withdrawn_attestation_counts_no_more(town: Town) -> None:
    """The laboratory takes its word back."""
    town("attest", "withdraw", town.said("attestation", by="south-lab"), "--reason",
         "The test data was wrong", at="south-lab")  # fmt: skip
    town.brought("south-lab")

    found = town.finding(ATTESTED)

    assert found["outcome"] == "UNKNOWN"
    assert "1 attest" in attesters(found)


@pytest.mark.parametrize(
    "interest",
    [
        ("--with", MAKER),
        ("--with", COUNCIL),
        ("--component", "pkg:generic/benefits.example/benefits-outreach"),
    ],
    ids=["maker", "deployer", "component"],
)
def test_a_declared_interest_ends_independence(town: Town, interest: tuple[str, str]) -> None:
    """In the maker, in the deployer, or in the component itself."""
    town("org", "conflict", *interest, "--ground", "shares an office", at="north-lab")
    town.brought("north-lab")

    found = town.finding(ATTESTED)

    assert found["outcome"] == "UNKNOWN"
    assert "1 attest" in attesters(found)


def without_south_lab(town: Town) -> None:
    """Leave one attestation, so that a second one would show."""
    town("attest", "withdraw", town.said("attestation", by="south-lab"), "--reason", "x",
         at="south-lab")  # fmt: skip
    town.brought("south-lab")


def accredit(town: Town, organisation: str) -> None:
    """Let the office accredit somebody for every scope."""
    town("org", "accredit", organisation, *scoped(), "--until", NEVER, at="office")


def test_the_maker_attesting_itself_never_counts(town: Town) -> None:
    """Even with an assessor's key and an accreditation for every scope."""
    without_south_lab(town)
    town("key", "new", "assessor", "--role", "assessor", at="maker")
    accredit(town, MAKER)
    town.brought("office", to="maker")
    attest(town, at="maker")
    town.brought("office", "maker")

    found = town.finding(ATTESTED)

    assert found["outcome"] == "UNKNOWN"
    assert "1 attest" in attesters(found)


def newcomer(town: Town, organisation: str) -> Path:
    """Make, register and accredit an assessor; return its key."""
    home = organisation.partition(".")[0]
    town("org", "new", organisation, "--role", "assessor", "--home", home)
    Path(f"{home}.json").write_text(town("org", "request", at=home).out, encoding="utf-8")
    town("org", "admit", f"{home}.json", at="office")
    accredit(town, organisation)
    return town.root / home / "private" / "keys" / "assessor.pem"


def test_a_stranger_who_is_accredited_does_count(town: Town) -> None:
    """So the next test shows something."""
    without_south_lab(town)
    key = newcomer(town, "west-lab.example")
    town.brought("office")
    attest(town, "--key", f"file:{key}", at="council")

    assert "west-lab.example" in attesters(town.finding(ATTESTED))


def test_a_parent_of_the_maker_never_counts(town: Town) -> None:
    """Whoever can instruct the maker is not independent of it."""
    without_south_lab(town)
    key = newcomer(town, "holding.example")
    asked = town("org", "request", "--parent", "holding.example", at="maker").out
    Path("maker-2.json").write_text(asked, encoding="utf-8")
    town("org", "admit", "maker-2.json", at="office")
    town.brought("office")
    attest(town, "--key", f"file:{key}", at="council")

    found = town.finding(ATTESTED)

    assert found["outcome"] == "UNKNOWN"
    assert "1 attest" in attesters(found)


def checked(town: Town, *more: object) -> tuple[int, list[str]]:
    """Verify the token as a stranger; return the exit code and the codes of what fails."""
    words = ("token", "verify", town.token, "--trust", town.trust, *more, "--json")
    ended = town(*words, expect=None)
    return ended.code, [step["code"] for step in json.loads(ended.out)["steps"] if step["code"]]


def test_a_suspended_token_is_refused_and_a_revoked_one_for_ever(town: Town) -> None:
    """By the status list that the issuer signs anew; lifting it helps only a suspended one."""
    good = checked(town)
    town("token", "suspend", town.token, "--reason", "An incident is open", at="council")
    suspended = checked(town)
    town("token", "reinstate", town.token, "--reason", "It is closed", at="council")
    lifted = checked(town)
    town("token", "revoke", town.token, "--reason", "The model is gone", at="council")
    revoked = checked(town)

    assert good == lifted == (0, [])
    assert suspended == (1, ["status.suspended"])
    assert revoked == (1, ["status.revoked"])


def test_an_expired_status_list_is_not_believed(town: Town) -> None:
    """Whether the token was revoked since could not be found out: that is no yes."""
    in_a_month = format_time(SystemClock().now() + timedelta(days=31))

    code, codes = checked(town, "--at", in_a_month)

    assert code == 1
    assert codes == ["status.expired"]


def test_a_token_for_another_release_is_refused(town: Town) -> None:
    """It is whole, and says nothing about these files."""
    (town.model / "notes.txt").write_text("new", encoding="utf-8")

    assert checked(town, "--component", town.model) == (1, ["token.other-files"])
