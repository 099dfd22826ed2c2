"""Is a measure in place that no tool can look at? A pure rule over signed measures."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from math import floor
from typing import Final

from sunlit.authority.answer import Answer
from sunlit.base.wording import text
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import Measure
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict
from sunlit.rubric.standing import by_deployer, is_current, when

MEASURE: Final = (
    "sunlit use measure {path} --use {use} --topic TOPIC --text TEXT --document FILE --home HOME"
)
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
EMPTY: Final = sha256(b"").hexdigest()  # a file of nothing is no document
Signed = tuple[Admitted, Measure, Answer]


def measure_in_place(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when the deployer signed a measure on each topic, with its document, and it lasts.

    `topic` holds one word a line, `max-age-days` how old the decision may be.
    """
    topics = (parameters.get("topic") or "").split()
    if not topics:
        return Verdict.unknown("The control names no topic.")
    # Absent is no limit; 0 is the strictest of all, since a lower one is stricter.
    asked = parameters.get("max-age-days")
    days = floor(Decimal(asked)) if asked else None
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
        text("In place, with its document: %(topics)s.", topics=", ".join(topics)),
        rests_on,
        expires=when(*ends),
    )


def _best(evidence: Evidence, topic: str, days: int | None) -> Signed | Verdict:
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
        why = text("The deployer has signed no measure on %(topic)s.", topic=topic)
        return Verdict.unknown(why, mend=mend)
    current = [one for one in said if _counts(evidence, one[1], days)]
    if not current:
        ids = [one.statement_id for one, _, _ in said]
        why = text("The measure on %(topic)s has ended.", topic=topic)
        return Verdict.unknown(why, ids, mend=mend)
    named = [one for one in current if one[1].text.strip() and _has_document(one[1])]
    if not named:
        ids = [one.statement_id for one, _, _ in current]
        reason = text("The measure on %(topic)s names no document by digest.", topic=topic)
        return Verdict.unknown(reason, ids, mend=mend)
    return max(named, key=lambda one: (one[1].valid_until, one[0].statement_id))


def _counts(evidence: Evidence, claim: Measure, days: int | None) -> bool:
    return is_current(evidence, claim.valid_until) and is_current(evidence, _too_old(claim, days))


def _too_old(claim: Measure, days: int | None) -> datetime | None:
    return claim.decided_on + timedelta(days=days) if days is not None else None


def _has_document(claim: Measure) -> bool:
    digest = claim.evidence.digest.get("sha256", "") if claim.evidence is not None else ""
    return isinstance(digest, str) and bool(DIGEST.fullmatch(digest)) and digest != EMPTY
