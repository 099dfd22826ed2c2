"""Is what was decided anchored, so that it cannot be changed unseen any more? Pure rules."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sunlit.base.times import format_time
from sunlit.base.wording import text
from sunlit.capabilities.decision.standing import anchors_of, registrations
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict

ANCHOR: Final = "sunlit guard anchor DIR --home HOME --idle-too"


def decision_logs_anchored(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when each decision log of this use was anchored within `max-days` days."""
    days = int(parameters.get("max-days", "7"))
    logs = [
        log
        for log in registrations(evidence.statements, evidence.directory)
        if log.claim.deployer == evidence.deployer and log.claim.use in (None, evidence.use)
    ]
    if not logs or evidence.deployer is None:
        return Verdict.unknown(
            "The deployer has registered no decision log for this use.",
            mend="sunlit guard init DIR --token FOLDER --use USE --home HOME",
        )
    rests_on: list[str] = []
    expires = None
    for log in logs:
        found = anchors_of(evidence.statements, evidence.directory, log)
        latest = max((said.admitted_at for said, _ in found if said.admitted_at), default=None)
        if latest is None or latest + timedelta(days=days) <= evidence.at:
            return Verdict.unknown(
                text("The decision log %(log)s was not anchored within %(days)s days.",
                     log=log.claim.origin, days=str(days)),
                [log.said.statement_id], mend=ANCHOR,
            )  # fmt: skip
        rests_on += [log.said.statement_id, found[-1][0].statement_id]
        expires = min(latest, expires or latest)
    assert expires is not None  # noqa: S101 - there is a log, and each has an anchor
    return Verdict.holds(
        text("Each of %(count)s decision logs was anchored within %(days)s days.",
             count=str(len(logs)), days=str(days)), rests_on,
        expires=format_time(expires + timedelta(days=days)),
    )  # fmt: skip
