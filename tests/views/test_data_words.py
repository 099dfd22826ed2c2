"""What is said of training data, in words that a court reads: and who said so."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.capabilities.privacy import CAPABILITY
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.claims.privacy import (
    Decision,
    Mask,
    Reidentification,
    Review,
    ReviewRequest,
    Scan,
    Synthesis,
)
from sunlit.claims.provenance import Dataset, Resource
from sunlit.decision.record import Kind, Record
from sunlit.recognise.plan_methods import METHODS as ALL_METHODS
from sunlit.statement.intoto import Subject
from sunlit.views.data_words import METHODS, TITLES, clauses, share
from sunlit.views.dossier import Dossier, Line, dossier
from tests.bundle.said_of_data import CLAIMS
from tests.rubric.story import DATA, component, run

AT: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDS: Final = {
    "scan": (
        "100 rows in 2 files",
        "found: email in contact (97 of 100), person in texts (1 of 10)",
        "and 3 finds more, in its report", "prose, which may hold anything: notes",
        "not looked at: scan.pdf", "missed, as estimated: 1 % (up to 3 %)",
        "sensitive, so an independent review is needed: direct identifiers: column 'contact'",
        "with sunlit 1",
    ),
    "measurement": (
        "risk up to 12 %, within the 20 % of the profile controlled-training",
        "people told apart by age, place, as declared",
        "left out, though the search found them: job",
        "100 rows, out of a population of 1,000",
    ),
    "mask": (
        "made from people.parquet (sha256 010101010101…) after plan.toml (sha256 020202020202…)",
        "98 of 100 rows", "contact dropped (100), texts tag (4)",
        "searched again: nothing left of what the plan masks",
    ),
    "minimisation": (
        "made from people.parquet (sha256 010101010101…), for: letters",
        "used, as the model shows: age", "dropped: name",
        "kept though unused: place: to test fairness",
    ),
    "request": (
        "for training of pkg:generic/maker.example/outreach", "because of direct identifiers",
        "training went on before there was an answer",
    ),
    "review": (
        (
            "lab-a.example accepts it for training of pkg:generic/maker.example/outreach until "
            "2027-01-02T00:00:00Z"
        ),
        "on condition: stays in-house", "reasons: Coarse enough",
        "declares no conflict of interest",
    ),
    "synthesis": (
        "100 made-up rows after people.parquet (sha256 010101010101…)", "by aim (dpmm 0.1.9)",
        "differentially private: epsilon 1, delta 1E-9",
    ),
}  # fmt: skip


def said(claim: Claim, number: int = 1, **changes: Any) -> Admitted:  # noqa: ANN401
    """Return a claim about the training data in a log."""
    given_: dict[str, Any] = {
        "claim": claim, "statement_id": f"{number:064x}", "origin": "log", "index": number,
        "subjects": (Subject(None, {"sha256": DATA}),), "signers": ("ee" * 32,),
        "admitted_at": AT,
    }  # fmt: skip
    return Admitted(**given_ | changes)


def lines(*statements: Admitted) -> dict[str, Line]:
    """Return the lines about training data of a dossier."""
    record = Record(kind=Kind.DECISION, id="ab" * 16, time=AT)
    found: Dossier = dossier(
        record, None, None, statements, organisations={"ee" * 32: "maker.example"}
    )
    titles = tuple(TITLES.values())
    return {
        one.label: one
        for section in found.sections if section.title == "Data"
        for one in section.lines if one.label.startswith(titles)
    }  # fmt: skip


@pytest.mark.parametrize("name", CLAIMS)
def test_each_claim_says_itself_in_plain_words(name: str) -> None:
    """Without the names of its fields."""
    assert clauses(CLAIMS[name]) == WORDS[name]


def test_every_claim_about_data_has_words_and_no_other_has() -> None:
    """A claim that is new gets its words here, or this fails."""
    assert set(TITLES) == CAPABILITY.claims
    assert clauses(component()) == ()


def test_every_method_of_a_mask_plan_has_words() -> None:
    """A reader of the bundle has not read the specification of plans."""
    assert set(METHODS) == set(ALL_METHODS)


def changed(name: str, **changes: object) -> str:
    """Return what a claim says with some fields replaced."""
    return "; ".join(clauses(replace(CLAIMS[name], **changes)))  # type: ignore[arg-type]


def test_what_is_bad_is_said_as_plainly() -> None:
    """Over the limit, refused, still found, no guarantee, nobody looked."""
    (risk, not_had) = CLAIMS["measurement"].figures  # type: ignore[attr-defined]
    missed = (replace(risk, met=False), replace(not_had, met=False))

    over = changed("measurement", risk=Decimal("0.2001"), figures=missed, chosen="searched")
    refused = changed("review", decision=Decision.REFUSE, no_conflict_declared=False,
                      component=None, conditions=())  # fmt: skip
    synthesis = changed("synthesis", epsilon=None, privacy=missed)

    assert over.startswith("risk up to 20 %, over the 20 % of the profile controlled-training; ")
    assert "over its own limit: prosecutor maximum, l diversity of DIS" in over
    assert "as a search found" in over
    assert refused.startswith("lab-a.example refuses it for training of any component until ")
    assert "does not declare that there is no conflict" in refused
    assert "on condition" not in refused
    assert changed("mask", survivors=2).endswith("2 still found of what the plan masks")
    assert "without a differential-privacy guarantee; over its own limit: " in synthesis
    assert "names of people in texts were not looked for" in changed("scan", names_model=None)


def test_what_is_not_there_is_not_made_up() -> None:
    """The fewest fields that a claim may have."""
    least = Scan(tool="t", recognisers="", files=1, rows=0, columns=("a",), sensitive=False,
                 scanned_on=AT)  # fmt: skip

    assert clauses(least) == (
        "0 rows in 1 file", "nothing personal was found", "not sensitive by this search", "with t",
    )  # fmt: skip
    assert changed("scan", grounds=()).endswith("an independent review is needed; with sunlit 1")
    assert "(up to 1 %)" in changed("scan", residual_high=None)
    assert "epsilon 1;" in changed("synthesis", delta=None) + ";"
    assert changed("minimisation", dropped=(), kept=()).endswith("dropped: nothing")
    assert changed("mask", columns=(), source=Resource()).startswith("made from unnamed after ")
    assert clauses(ReviewRequest(purpose="letters", reasons=(), opened_on=AT)) == (
        "for letters of any component",
    )
    assert "population" not in changed("measurement", population=None, left_out=())
    assert "apart by nothing" in changed("measurement", quasi_identifiers=())


def test_columns_by_their_names_alone_stand_apart_from_what_was_seen() -> None:
    """That a column is called so is weaker than what stands in it."""
    (emails, _) = CLAIMS["scan"].found  # type: ignore[attr-defined]
    found = changed("scan", found=(emails, replace(emails, column="DIS", kind="health", by="name")))

    assert "found: email in contact (97 of 100); by what columns are called: health in DIS" in found


@pytest.mark.parametrize(
    ("value", "words"),
    [("0", "0 %"), ("0.0004", "under 0.1 %"), ("0.138533333333", "13.9 %"), ("0.2", "20 %"),
     ("0.9996", "over 99.9 %"), ("1", "100 %"), ("1.5", "1.5 (no share)"), ("-1", "-1 (no share)")],
)  # fmt: skip
def test_a_share_is_never_rounded_to_nothing_or_all(value: str, words: str) -> None:
    """One person in ten thousand is somebody."""
    assert share(Decimal(value)) == words


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_no_number_that_a_claim_may_hold_keeps_a_page_from_being_made(value: Decimal) -> None:
    """Whoever signs a claim writes what they like in it."""
    assert clauses(replace(CLAIMS["scan"], residual=value, residual_high=value))  # type: ignore[call-arg]
    assert clauses(replace(CLAIMS["synthesis"], epsilon=value, delta=value))  # type: ignore[call-arg]
    assert clauses(replace(CLAIMS["measurement"], risk=value, threshold=value))  # type: ignore[call-arg]


def test_long_lists_and_long_texts_are_cut_and_counted() -> None:
    """A table of a thousand columns still fits on a page."""
    found = changed("measurement", quasi_identifiers=tuple(f"c{at}" for at in range(1000)))

    assert "c7, 992 more, as declared" in found
    assert len(changed("review", reasons="x " * 5000)) < 700
    assert len(changed("scan", tool="x" * 5000)) < 700


def test_the_dossier_says_of_each_dataset_what_was_done_and_who_says_so() -> None:
    """By its name, where somebody described it."""
    statements = [
        said(one, at) for at, one in enumerate((Dataset(name="census"), *CLAIMS.values()))
    ]

    found = lines(*statements)

    assert list(found) == [f"{title}: census" for title in TITLES.values()]
    review = found["Review of the data: census"]
    assert review.value == "; ".join(WORDS["review"])
    assert review.source == f"maker.example, statement {f'{6:064x}'[:16]}"
    assert review.when == AT


def test_that_nobody_searched_measured_or_reviewed_is_a_blank() -> None:
    """It is shown, never left out; nobody has to mask."""
    assert lines() == {
        TITLES[kind]: Line(TITLES[kind], None) for kind in (Scan, Reidentification, Review)
    }
    assert TITLES[Mask] not in lines()
    assert TITLES[Synthesis] not in lines()


def test_a_review_that_its_reviewer_replaced_is_called_so() -> None:
    """An acceptance that was taken back must not be read as one; others cannot take it back."""
    accepted = said(CLAIMS["review"], 1)
    later = replace(CLAIMS["review"], decision=Decision.REFUSE, supersedes=f"{1:064x}")  # type: ignore[call-arg]
    name = f"Review of the data: dataset {DATA[:12]}"

    both = [one for one in _all(accepted, said(later, 2)) if one.label == name]
    others = _all(accepted, said(later, 2, signers=("dd" * 32,)))

    assert [str(one.value).startswith("replaced since; ") for one in both] == [True, False]
    assert not any(str(one.value).startswith("replaced since; ") for one in others)


def _all(*statements: Admitted) -> list[Line]:
    record = Record(kind=Kind.DECISION, id="ab" * 16, time=AT)
    found = dossier(record, None, None, statements)
    return [one for section in found.sections for one in section.lines]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ([said(run(), 8)], "census"),
        ([said(run(), 8), said(Dataset(name="described"), 9)], "described"),
        ([], f"dataset {DATA[:12]}"),
    ],
)
def test_a_dataset_is_called_as_those_call_it_who_know_it(more: list[Admitted], name: str) -> None:
    """A description before a training run's word for it, and that before its digest."""
    assert f"Searched for personal data: {name}" in lines(said(CLAIMS["scan"]), *more)


def test_a_dataset_that_names_itself_is_called_so() -> None:
    """The name in the statement's own subject."""
    subject = (Subject("train.csv", {"sha256": DATA}),)

    assert "Masked: train.csv" in lines(said(CLAIMS["mask"], subjects=subject))
