"""Who may say what of a dataset: maintainers what they found, reviewers what they decide."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from sunlit.capabilities.privacy.admission import admit
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.claims.privacy import (
    Mask,
    MaskedColumn,
    Minimisation,
    ReviewRequest,
    Synthesis,
)
from sunlit.claims.provenance import Resource
from sunlit.rubric import Outcome, Verdict
from sunlit.testing.authority import START
from tests.capabilities.privacy.datasets_told import Told, review
from tests.rubric.story import DATA, EARLY, SOON, data_scan, licence, measured, sha

SOURCE = Resource(name="raw.csv", digest={"sha256": "12" * 32})
MASKED = Mask(
    tool="t", source=SOURCE, plan=SOURCE, recognisers="11" * 32, rows_in=1, rows_out=1,
    columns=(MaskedColumn(column="name", method="redact", changed=1),), masked_on=EARLY,
)  # fmt: skip
REQUEST = ReviewRequest(purpose="training", reasons=("person: name",), opened_on=EARLY)
FOUND: list[Claim] = [
    data_scan(),
    measured(),
    MASKED,
    REQUEST,
    Minimisation(
        tool="t", source=SOURCE, purpose="training", used=("age",), used_by="declared",
        dropped=("name",), minimised_on=EARLY,
    ),
    Synthesis(
        tool="t", source=SOURCE, method="independent", library="none", rows=1,
        synthesised_on=EARLY,
    ),
]  # fmt: skip


@pytest.fixture
def told() -> Told:
    """A dataset that the maintainer scanned."""
    return Told()


def asked(told: Told, said: Admitted) -> Verdict:
    """Ask whether it may enter after all that was said before."""
    before = [one for one in told.said if one is not said]
    return admit(said, before, told.world.directory)


@pytest.mark.parametrize("claim", FOUND, ids=lambda claim: type(claim).__name__)
def test_a_maintainer_says_what_was_found(told: Told, claim: Claim) -> None:
    """An assessor may scan and measure too, and say nothing else of these."""
    ours = told.of_data(claim)
    theirs = told.say(claim, told.labs[2].key(Role.ASSESSOR), about=DATA)
    looked = type(claim).__name__ in {"Scan", "Reidentification"}

    assert asked(told, ours).outcome is Outcome.HOLDS
    assert asked(told, theirs).outcome is (Outcome.HOLDS if looked else Outcome.FAILS)


@pytest.mark.parametrize(
    ("claim", "word"),
    [
        (replace(data_scan(), scanned_on=SOON), "future"),
        (replace(measured(), risk=Decimal("1.5")), "between 0 and 1"),
        (replace(measured(), threshold=Decimal("-0.1")), "between 0 and 1"),
        (replace(MASKED, survivors=1), "no mask"),
    ],
)
def test_what_makes_no_sense_does_not_enter(told: Told, claim: Claim, word: str) -> None:
    """A date in the future, a share that is none, a mask that leaves what it masks."""
    verdict = asked(told, told.of_data(claim))

    assert verdict.outcome is Outcome.FAILS
    assert word in verdict.reason


def test_a_claim_is_about_one_dataset(told: Told) -> None:
    """By its SHA-256."""
    two = [*sha(DATA), *sha("12" * 32)]
    said = told.world.say(data_scan(), told.maintainer, subjects=two)

    assert asked(told, said).outcome is Outcome.FAILS


def test_an_accredited_assessor_reviews_in_its_own_name(told: Told) -> None:
    """Not in another's, not without the scope, and a maintainer never."""
    id_ = told.scanned()
    good = told.reviewed(id_)
    unaccredited = told.reviewed(id_, by=0)
    other = told.say(review(id_), told.labs[0].key(Role.ASSESSOR), about=DATA)
    own = told.of_data(review(id_))

    assert asked(told, good).outcome is Outcome.HOLDS
    assert "not accredited for privacy" in asked(told, unaccredited).reason
    assert "not to" in asked(told, other).reason
    assert asked(told, own).outcome is Outcome.FAILS


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"reasons": "  "}, "reasons"),
        ({"reviewed_on": SOON}, "future"),
        ({"valid_until": START}, "ended"),
        ({"reviewed_on": START, "valid_until": START - timedelta(days=1)}, "ended"),
    ],
)
def test_a_review_has_reasons_and_sane_dates(
    told: Told, changes: dict[str, object], word: str
) -> None:
    """One that has ended already, or begins later, is none."""
    verdict = asked(told, told.reviewed(told.scanned(), **changes))  # type: ignore[arg-type]

    assert verdict.outcome is Outcome.FAILS
    assert word in verdict.reason


def test_a_review_names_what_the_log_holds_of_the_dataset(told: Told) -> None:
    """A scan of another dataset, or of nothing, is not what was reviewed."""
    elsewhere = told.say(data_scan(), told.maintainer, about="12" * 32).statement_id
    for id_ in ("00" * 32, elsewhere, told.said[0].statement_id):
        verdict = asked(told, told.reviewed(id_))
        assert verdict.outcome is Outcome.FAILS
        assert verdict.mend is not None
    measurement = told.of_data(measured()).statement_id
    assert asked(told, told.reviewed("00" * 32, measurement)).outcome is Outcome.HOLDS


def test_drafts_and_other_rooms_claims_do_not_enter(told: Told) -> None:
    """A draft stands in no log; a licence belongs to openness."""
    id_ = told.scanned()

    assert asked(told, told.draft(data_scan(), about=DATA)).outcome is Outcome.FAILS
    assert asked(told, told.draft(review(id_), about=DATA)).outcome is Outcome.FAILS
    assert asked(told, told.of_data(licence())).outcome is Outcome.FAILS
