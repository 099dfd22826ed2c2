"""Who may sign what? Pure rules."""

from collections.abc import Mapping

from sunlit.base.wording import text
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict


def signers_had_authority(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when every logged statement was signed by a key in force at its entry, and still is.

    A statement whose key was found compromised later stays in the log and stops counting; this
    control shows it, so that nobody relies on it without noticing.
    """
    del parameters
    logged = [said for said in evidence.statements if not said.is_draft]
    if not logged:
        return Verdict.unknown("Nothing about this release is signed and logged.")
    without = [said.statement_id for said in logged if not evidence.organisations(said)]
    if without:
        return Verdict.fails(
            text(
                "%(count)s of %(all)s statements are by keys without authority.",
                count=str(len(without)),
                all=str(len(logged)),
            ),
            without,
            mend="sunlit key list, then have the statements signed again by a key in force",
        )
    return Verdict.holds(
        "Every statement is by a key that had authority when it was logged.",
        [said.statement_id for said in logged],
    )
