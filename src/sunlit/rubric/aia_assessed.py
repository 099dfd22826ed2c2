"""The deployer's assessment of a use: which one counts, and whether its score follows."""

from dataclasses import dataclass
from datetime import datetime

from sunlit.authority.answer import Answer
from sunlit.base.errors import MalformedError
from sunlit.base.purl import bare
from sunlit.base.wording import text, whole
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import RiskAssessment
from sunlit.rubric.aia import fact_questions, question_set, score
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.matrix import matrix
from sunlit.rubric.risk_code import scheme
from sunlit.rubric.standing import by_deployer, is_current


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """The assessment that counts, with the statement that says it."""

    said: Admitted
    claim: RiskAssessment
    answer: Answer

    @property
    def made(self) -> datetime:
        """Return when it was made: as it says, and never later than its entry."""
        entered, made = self.said.admitted_at, self.claim.assessed_on
        return made if entered is None else min(made, entered)


def assessments(evidence: Evidence) -> tuple[Assessed, ...]:
    """Return the deployer's assessments of this use, the one that was made last first.

    The latest date counts, in whatever order logs are read; none is later than its entry.
    """
    found = [
        Assessed(said=said, claim=claim, answer=answer)
        for said, claim in evidence.current(RiskAssessment)
        if (claim.use, claim.deployer) == (evidence.use, evidence.deployer)
        and _is_of_component(evidence, claim)
        and (answer := by_deployer(evidence, said)).allowed
    ]
    # Two of one second: by id, so that every reader takes the same one.
    return tuple(sorted(found, key=lambda one: (one.made, one.said.statement_id), reverse=True))


def assessment(evidence: Evidence) -> Assessed | None:
    """Return the assessment that counts now: the latest, if it has not ended.

    One that has ended does not bring back the one before it.
    """
    latest = next(iter(assessments(evidence)), None)
    ended = latest is None or not is_current(evidence, latest.claim.valid_until)
    return None if ended else latest


def _is_of_component(evidence: Evidence, claim: RiskAssessment) -> bool:
    both = evidence.component is not None and claim.component is not None
    return not both or bare(str(claim.component)) == bare(str(evidence.component))


def problem(claim: RiskAssessment) -> str | None:
    """Say what is wrong with an assessment by itself: recomputed from its answers."""
    known = question_set()
    if claim.questions != known.digest:
        return "It answers another set of questions than the one shipped here."
    try:
        found = score(claim.answers, known)
        scheme().digits(
            area=claim.area, impact_raw=claim.impact_raw, autonomy_level=claim.autonomy_level
        )
    except MalformedError as error:
        return whole(str(error))
    if not found.is_complete:
        return text("It leaves %(count)s of %(all)s questions unanswered.",
                    count=str(len(found.blank)), all=str(found.asked))  # fmt: skip
    if (claim.impact_raw, claim.impact_max) != (found.raw, known.maximum):
        return text("Its answers score %(score)s of %(most)s, and it says %(said)s of "
                    "%(said_most)s.",
                    score=str(found.raw), most=str(known.maximum), said=str(claim.impact_raw),
                    said_most=str(claim.impact_max))  # fmt: skip
    return _row_or_fact(claim)


def _row_or_fact(claim: RiskAssessment) -> str | None:
    if claim.row is not None and claim.row not in matrix().rows:
        return "It names a row that the register does not have."
    known = fact_questions()
    if any(name in known and value not in ("yes", "no") for name, value in claim.facts.items()):
        return "A fact is answered with something else than yes or no."
    return None
