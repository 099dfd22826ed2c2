"""Claims about risk for tests: a whole assessment, a measure, a promise, a session, a recusal."""

from dataclasses import replace

from sunlit.claims.names import named_digest
from sunlit.claims.provenance import Resource
from sunlit.claims.risk import (
    Acceptance,
    BoardSession,
    Measure,
    Mitigation,
    Recusal,
    RiskAssessment,
)
from sunlit.rubric.aia import AiaQuestion, question_set, score
from sunlit.testing.authority import BOARD
from tests.rubric.story import DEPLOYER, EARLY, LATER, RELEASE, USE, mitigation

USE_DIGEST = named_digest("use", f"{DEPLOYER}#{USE}")


def lowest(question: AiaQuestion) -> object:
    """Return the first choice that scores least, as the question wants its answer."""
    least = min(question.choices, key=lambda value: int(value.rpartition("-")[2]))
    return [least] if question.several else least


def answers(**changes: object) -> dict[str, object]:
    """Answer every question that is asked, low, but for the changes."""
    given: dict[str, object] = {}
    for question in question_set().questions:
        answer = changes.get(question.name, lowest(question))
        hidden = (
            question.shown_when
            and given.get(question.shown_when[0]) not in (question.shown_when[1])
        )
        if not hidden:
            given[question.name] = answer
    return given


def assessment(**changes: object) -> RiskAssessment:
    """Return a complete assessment of the story's use."""
    given = answers()
    claim = RiskAssessment(
        use=USE, deployer=DEPLOYER, questions=question_set().digest, answers=given,
        impact_raw=score(given).raw, impact_max=167, autonomy_level=4, area=5, row="UC05",
        facts={"personal-data": "yes"}, assessed_on=EARLY, valid_until=LATER,
    )  # fmt: skip
    return replace(claim, **changes)  # type: ignore[arg-type]


def measure(topic: str = "logging", **changes: object) -> Measure:
    """Return a measure with its document."""
    claim = Measure(
        use=USE, deployer=DEPLOYER, topic=topic, text="Logs are kept for six months.",
        evidence=Resource(name="order.pdf", digest={"sha256": "99" * 32}), owner="IT office",
        decided_on=EARLY, valid_until=LATER,
    )  # fmt: skip
    return replace(claim, **changes)  # type: ignore[arg-type]


def acceptance(**changes: object) -> Acceptance:
    """Return an accepted risk."""
    claim = Acceptance(
        use=USE, deployer=DEPLOYER, what="M5", reason="Training starts in May", owner="Director",
        accepted_on=EARLY, valid_until=LATER,
    )  # fmt: skip
    return replace(claim, **changes)  # type: ignore[arg-type]


def promise(practice: str, **changes: object) -> Mitigation:
    """Return a promise: an owner and a date, and no evidence."""
    claim = replace(mitigation(practice), evidence=None, owner="HR office", due=LATER)
    return replace(claim, **changes)  # type: ignore[arg-type]


def session(**changes: object) -> BoardSession:
    """Return a session that is opened at once and closes much later."""
    claim = BoardSession(
        board=BOARD, release=RELEASE, use=USE, deployer=DEPLOYER, scheme="sunlit-risk-4/1",
        opened_on=EARLY, closes_on=LATER,
    )  # fmt: skip
    return replace(claim, **changes)  # type: ignore[arg-type]


def recusal(**changes: object) -> Recusal:
    """Return a member's stepping aside."""
    claim = Recusal(
        board=BOARD, release=RELEASE, use=USE, deployer=DEPLOYER, reason="My brother made it",
        recused_on=EARLY,
    )  # fmt: skip
    return replace(claim, **changes)  # type: ignore[arg-type]
