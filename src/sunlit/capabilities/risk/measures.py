"""Is a measure in place that no tool can look at? A pure rule over signed measures."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sunlit.authority.answer import Answer
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import Measure
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict
from sunlit.rubric.standing import by_deployer, is_current, when

MEASURE: Final = (
    "sunlit use measure {path} --use {use} --topic TOPIC --text TEXT --document FILE --home HOME"
)
Signed = tuple[Admitted, Measure, Answer]


def measure_in_place(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when the deployer signed a measure on each topic, with its document, and it lasts.

    `topic` holds one word a line, `max-age-days` how old the decision may be.
    """
    topics = (parameters.get("topic") or "").split()
    if not topics:
        return Verdict.unknown("The control names no topic.")
    days = int(parameters.get("max-age-days") or "0")
    rests_on: list[str] = []
    ends: list[datetime | None] = []
    for topic in topics:
        found = _best(evidence, topic, days)
        if isinstance(found, Verdict):
            return found
        said, claim, answer = found
        rests_on.append(said.statement_id)
        ends += [claim.valid_until, answer.expires, _too_old(claim, days)]
    return Verdict.holds(
        f"In place, with its document: {', '.join(topics)}.", rests_on, expires=when(*ends)
    )


def _best(evidence: Evidence, topic: str, days: int) -> Signed | Verdict:
    """Return the measure on a topic that lasts longest, or why none counts."""
    mend = MEASURE.replace("TOPIC", topic)
    said = [
        (one, claim, answer)
        for one, claim in evidence.current(Measure)
        if claim.topic == topic
        and (claim.use, claim.deployer) == (evidence.use, evidence.deployer)
        and claim.decided_on <= evidence.at
        and (answer := by_deployer(evidence, one)).allowed
    ]
    if not said:
        return Verdict.unknown(f"The deployer has signed no measure on {topic}.", mend=mend)
    current = [one for one in said if _counts(evidence, one[1], days)]
    if not current:
        ids = [one.statement_id for one, _, _ in said]
        return Verdict.unknown(f"The measure on {topic} has ended.", ids, mend=mend)
    named = [one for one in current if one[1].text.strip() and _has_document(one[1])]
    if not named:
        ids = [one.statement_id for one, _, _ in current]
        reason = f"The measure on {topic} names no document by digest."
        return Verdict.unknown(reason, ids, mend=mend)
    return max(named, key=lambda one: (one[1].valid_until, one[0].statement_id))


def _counts(evidence: Evidence, claim: Measure, days: int) -> bool:
    return is_current(evidence, claim.valid_until) and is_current(evidence, _too_old(claim, days))


def _too_old(claim: Measure, days: int) -> datetime | None:
    return claim.decided_on + timedelta(days=days) if days else None


def _has_document(claim: Measure) -> bool:
    return claim.evidence is not None and "sha256" in claim.evidence.digest
