"""What is found out once about an evidence is never taken for an answer about another."""

from dataclasses import replace

import pytest

from sunlit.claims.authority import Organisation
from sunlit.claims.provenance import Component
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Finding, Outcome
from sunlit.rubric.standing import maintainers, stated
from tests.rubric.story import EARLY, MAKER, Story, licence

FOUND = Finding(control="x-1", title="X", outcome=Outcome.HOLDS, reason="So.", practices=("M1",))


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """Return a release with signed statements and one draft."""
    story = Story().made()
    story.draft(licence())
    return story.evidence()


def test_what_is_known_without_findings_is_known_beside_them(evidence: Evidence) -> None:
    """No question of `once` is about findings, and each evidence keeps its own."""
    keepers = maintainers(evidence)
    seen = evidence.beside([FOUND])
    assert seen.findings == (FOUND,)
    assert not evidence.findings
    assert maintainers(seen) is keepers


def test_who_looks_at_the_signed_statements_beside_findings_sees_both(evidence: Evidence) -> None:
    """The evidence without drafts was found before there were findings."""
    assert not evidence.signed().findings
    seen = evidence.beside([FOUND])
    assert seen.signed().findings == (FOUND,)
    assert not any(said.is_draft for said in seen.signed().statements)
    assert len(seen.statements) == len(evidence.statements)


def test_evidence_with_other_statements_answers_anew(evidence: Evidence) -> None:
    """`replace` makes another evidence, about which nothing is known yet."""
    assert stated(evidence, Component)
    assert not stated(replace(evidence, statements=()), Component)
    assert not maintainers(replace(evidence, statements=()))


def test_an_answer_of_none_is_an_answer(evidence: Evidence) -> None:
    """It is not looked for again."""
    asked: list[str] = []
    for _ in range(2):
        assert evidence.once("nothing", lambda: asked.append("once")) is None
    assert asked == ["once"]


def test_a_directory_that_heard_more_answers_anew() -> None:
    """What stood above an organisation before a statement is not what stands there after it."""
    story = Story()
    before = story.world.directory
    assert before.parents("new.example") == {"new.example"}
    story.world.organisation("new.example", parents=(MAKER,))
    assert MAKER in story.world.directory.parents("new.example")
    assert before.parents("new.example") == {"new.example"}


def test_an_organisation_whose_word_is_revoked_is_known_no_more() -> None:
    """That its record stood was found out of another directory."""
    story = Story()
    key = story.maker.operator
    said = Organisation(id="lab.example", name="Lab", parents=(MAKER,))
    story.world.say(said, key)
    before = story.world.directory
    assert before.knows("lab.example")
    story.world.revoke(key, by=story.world.root.operator, since=EARLY)
    assert not story.world.directory.knows("lab.example")
    assert before.knows("lab.example")
