"""A deployer's answers: a form to fill in, blanks that are said, a whole one signed."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.claims.risk import RiskAssessment
from sunlit.registry.assessment import (
    assess,
    draft_path,
    keep_draft,
    known_form,
    latest,
    read_answers,
    summed,
)
from sunlit.registry.assessment_form import NONE, Form, form_of, read_form, write_form
from sunlit.registry.use import declare_use
from sunlit.rubric.aia import fact_questions, question_set
from tests.registry.telling import CITY, Telling, telling
from tests.rubric.risks import answers, assessment
from tests.rubric.story import LATER, USE, use

WHOLE = Form(area=5, autonomy_level=4, row="UC05", facts={"personal-data": "yes"},
             answers=answers())  # fmt: skip


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Telling]:
    """A ledger in which the use is declared."""
    with telling(tmp_path) as found:
        found.registered().made()
        declare_use(found.ledger, use(), CITY)
        yield found


@pytest.mark.parametrize("toml", [True, False])
def test_a_form_says_again_what_was_answered(toml: bool) -> None:  # noqa: FBT001 - a column
    """In both kinds; empty ones and whole ones."""
    for form in (Form(area=5), WHOLE, replace(WHOLE, row=NONE, facts={})):
        assert read_form(write_form(use(), form, toml=toml), toml=toml) == form


FREE = sorted(
    one.name for one in question_set().questions
    if one.name in answers() and not one.shown_when
)  # fmt: skip


@settings(max_examples=25)
@given(st.sets(st.sampled_from(FREE)), st.booleans())
def test_any_part_of_the_answers_comes_back(
    kept: set[str],
    toml: bool,  # noqa: FBT001 - drawn
) -> None:
    """What is left out is blank, and told so."""
    form = Form(area=5, answers={name: answers()[name] for name in kept})

    found = read_form(write_form(use(), form, toml=toml), toml=toml)

    assert found == form
    assert set(FREE) - kept <= set(summed(found).blank)
    assert not kept & set(summed(found).blank)


def test_a_form_tells_every_question_and_choice() -> None:
    """In words, with the blanks to fill in."""
    text = write_form(use(), Form(), toml=True).decode()
    about = json.loads(write_form(use(), Form(), toml=False))["about"]

    assert all(one.title in text and one.title in str(about) for one in question_set().questions)
    assert all(question in text for question in fact_questions().values())
    assert "Only where aboutDataSource1 is one of item1-2" in text
    assert tomllib.loads(text)["autonomyLevel"] == ""


def test_a_part_comes_to_zeros_where_it_is_blank() -> None:
    """0 is not assessed; no tier without all three."""
    part = summed(Form(area=5, answers={"businessDrivers5": "item1-2"}))

    assert (part.digits, part.raw, part.tier) == ("500", 2, None)
    assert part.blank[0] == "autonomyLevel"
    assert len(part.unknown_facts) == len(fact_questions())
    whole = summed(WHOLE)
    assert (whole.digits, whole.tier, whole.blank) == ("514", "high", ())
    assert whole.to_json()["complete"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "sunlit-assessment/2"},
        {"questions": "00"},
        {"area": 10},
        {"area": True},
        {"autonomyLevel": "4"},
        {"row": "UC13"},
        {"row": 5},
        {"facts": {"personal-data": "perhaps"}},
        {"facts": {"nobody": "yes"}},
        {"facts": []},
        {"answers": {"nobody": "item1-0"}},
        {"somethingElse": 1},
    ],
)
def test_what_is_no_form_is_refused(changes: dict[str, object]) -> None:
    """By name of the field; no value is repeated."""
    document = json.loads(write_form(use(), WHOLE, toml=False)) | changes

    with pytest.raises(MalformedError) as caught:
        read_form(json.dumps(document).encode(), toml=False)

    assert caught.value.code in ("assessment.malformed", "risk.answer")
    assert caught.value.mend


@pytest.mark.parametrize("data", [b"= no toml", b"\xff"])
def test_what_is_no_toml_is_refused(data: bytes) -> None:
    """Nor what is no text."""
    with pytest.raises(MalformedError, match="no TOML"):
        read_form(data, toml=True)


def test_a_whole_assessment_is_signed_and_found_again(told: Telling, tmp_path: Path) -> None:
    """Its subject is the use; the next form begins with its answers."""
    declared = use()
    said = assess(told.ledger, declared, WHOLE, valid_until=LATER, signer=CITY)

    found = latest(told.ledger.history, declared)
    assert isinstance(said.claim, RiskAssessment)
    assert found == said.claim
    assert form_of(said.claim) == WHOLE
    assert known_form(told.component, declared, told.ledger.history) == WHOLE
    path = tmp_path / "answers.toml"
    path.write_bytes(write_form(declared, WHOLE, toml=True))
    assert read_answers(path) == WHOLE


def test_a_blank_is_kept_as_a_draft_and_never_signed(told: Telling) -> None:
    """Beside the component, outside the release; it comes back in the next form."""
    part = Form(area=5, answers={"businessDrivers5": "item1-2"})

    with pytest.raises(MalformedError) as caught:
        assess(told.ledger, use(), part, valid_until=LATER, signer=CITY)
    kept = keep_draft(told.component, use(), part)

    assert caught.value.code == "assessment.incomplete"
    assert kept == draft_path(told.component, use())
    assert ".sunlit" in kept.parts
    assert known_form(told.component, use(), None) == part
    assert latest(told.ledger.history, use()) is None


def test_only_the_deployer_assesses(told: Telling) -> None:
    """Whoever else signs is refused; without a word there is an empty form."""
    with pytest.raises(VerificationError) as caught:
        assess(told.ledger, use(), WHOLE, valid_until=LATER, signer=told.story.maintainer)

    assert caught.value.code == "admit.refused"
    assert known_form(told.component, use(), told.ledger.history) == Form()
    assert assessment().use == USE
