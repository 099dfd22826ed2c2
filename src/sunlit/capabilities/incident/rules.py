"""Were the problems that people reported answered in time? A pure rule."""

from collections.abc import Mapping

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
            f"{len(late)} reported problems were not answered by the day promised: {numbers}.",
            [one.said.statement_id for one in late],
            mend="answer each on its page, in the workbench",
        )
    return Verdict.holds(
        f"{len(found)} problems were reported, and none waits longer than was promised.",
        [one.said.statement_id for one in found],
    )
