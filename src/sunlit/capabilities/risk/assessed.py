"""Was the impact of the use assessed, and does the board's code follow it? A pure rule."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from math import floor
from typing import Final

from sunlit.base.wording import text
from sunlit.claims.risk import RiskAssessment, Vote
from sunlit.rubric.aia_assessed import assessment, assessments, problem
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.standing import declared_use, is_current, when

ASSESS: Final = "sunlit risk assess {path} --use {use} --template answers.toml"
DAYS: Final = "365"


def impact_assessed(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when the deployer's current assessment is complete and the votes go no lower.

    The score is computed again from the answers. A published code whose votes use a lower
    impact score or autonomy level than was assessed, or another area, fails.
    """
    found = assessment(evidence)
    if found is None:
        return _none(evidence)
    claim, id_ = found.claim, found.said.statement_id
    ends = found.made + timedelta(days=floor(Decimal(parameters.get("max-age-days") or DAYS)))
    if not is_current(evidence, ends):
        return Verdict.unknown("The assessment is too old.", [id_], mend=ASSESS)
    if (wrong := problem(claim) or _other_area(evidence, claim)) is not None:
        return Verdict.fails(wrong, [id_], mend=ASSESS)
    code = published_code(evidence)
    rests_on: list[str] = [id_]
    if isinstance(code, Published):
        rests_on += code.rests_on
        if (lower := _lower(evidence, claim, code)) is not None:
            return Verdict.fails(lower, dict.fromkeys(rests_on))
    return Verdict.holds(
        text(
            "The deployer assessed it: %(score)s of %(most)s, autonomy level %(level)s.",
            score=str(claim.impact_raw),
            most=str(claim.impact_max),
            level=str(claim.autonomy_level),
        ),
        rests_on[:1] if isinstance(code, str) else dict.fromkeys(rests_on),
        expires=when(claim.valid_until, ends, found.answer.expires),
    )


def _none(evidence: Evidence) -> Verdict:
    ended = assessments(evidence)
    if ended:
        reason = "The assessment has ended."
        return Verdict.unknown(reason, [ended[0].said.statement_id], mend=ASSESS)
    return Verdict.unknown("The deployer has signed no assessment of this use.", mend=ASSESS)


def _other_area(evidence: Evidence, claim: RiskAssessment) -> str | None:
    use = declared_use(evidence)
    if use is not None and use[1].area != claim.area:
        return text("It is about area %(area)s, and the use declares area %(other)s.",
                    area=str(claim.area), other=str(use[1].area))  # fmt: skip
    return None


def _lower(evidence: Evidence, claim: RiskAssessment, code: Published) -> str | None:
    carried = set(code.code.votes)
    votes = [vote for said, vote in evidence.current(Vote) if said.statement_id in carried]
    return next(_compared(claim, votes), None)


def _compared(claim: RiskAssessment, votes: Iterable[Vote]) -> Iterator[str]:
    for vote in votes:
        if vote.impact_raw < claim.impact_raw:
            yield text("A vote uses the impact score %(voted)s, and %(assessed)s was assessed.",
                       voted=str(vote.impact_raw), assessed=str(claim.impact_raw))  # fmt: skip
        if vote.autonomy_level < claim.autonomy_level:
            yield text("A vote uses the autonomy level %(voted)s, and %(assessed)s was assessed.",
                       voted=str(vote.autonomy_level),
                       assessed=str(claim.autonomy_level))  # fmt: skip
        if vote.area != claim.area:
            yield text("A vote is about area %(voted)s, and area %(assessed)s was assessed.",
                       voted=str(vote.area), assessed=str(claim.area))  # fmt: skip
