"""Was the impact of the use assessed, and does the board's code follow it? A pure rule."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from math import floor
from typing import Final

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
        f"The deployer assessed it: {claim.impact_raw} of {claim.impact_max}, autonomy level "
        f"{claim.autonomy_level}.",
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
        return f"It is about area {claim.area}, and the use declares area {use[1].area}."
    return None


def _lower(evidence: Evidence, claim: RiskAssessment, code: Published) -> str | None:
    carried = set(code.code.votes)
    votes = [vote for said, vote in evidence.current(Vote) if said.statement_id in carried]
    return next(_compared(claim, votes), None)


def _compared(claim: RiskAssessment, votes: Iterable[Vote]) -> Iterator[str]:
    for vote in votes:
        if vote.impact_raw < claim.impact_raw:
            yield (
                f"A vote uses the impact score {vote.impact_raw}, and {claim.impact_raw} was "
                "assessed."
            )
        if vote.autonomy_level < claim.autonomy_level:
            yield (
                f"A vote uses the autonomy level {vote.autonomy_level}, and "
                f"{claim.autonomy_level} was assessed."
            )
        if vote.area != claim.area:
            yield f"A vote is about area {vote.area}, and area {claim.area} was assessed."
