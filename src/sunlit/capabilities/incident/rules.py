"""Were the problems that people reported answered in time? A pure rule."""

from collections.abc import Mapping

from sunlit.base.wording import text
from sunlit.capabilities.incident.standing import problems
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict


def problems_answered(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when each problem that was reported was answered by the day that was promised.

    No report at all is UNKNOWN: nobody can tell silence from a form that nobody found.
    """
    del parameters
    logged = [said for said in evidence.statements if not said.is_draft]
    found = problems(logged, evidence.directory)
    if not found:
        return Verdict.unknown("No problem with this component was reported here.")
    late = [one for one in found if one.is_overdue(evidence.at)]
    if late:
        numbers = ", ".join(one.claim.number for one in late[:3])
        return Verdict.fails(
            text(
                "%(count)s reported problems were not answered by the day promised: %(numbers)s.",
                count=str(len(late)),
                numbers=numbers,
            ),
            [one.said.statement_id for one in late],
            mend="answer each on its page, in the workbench",
        )
    return Verdict.holds(
        text(
            "%(count)s problems were reported, and none waits longer than was promised.",
            count=str(len(found)),
        ),
        [one.said.statement_id for one in found],
    )
