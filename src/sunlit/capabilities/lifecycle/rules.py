"""In what state is it? Pure rules."""

import re
from collections.abc import Mapping
from typing import Final

from sunlit.base.wording import text
from sunlit.claims.lifecycle import Release
from sunlit.claims.provenance import Component
from sunlit.rubric.evaluate import unsigned
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict
from sunlit.rubric.standing import about, by_maintainer, when

ROLLBACK: Final = re.compile(r"[0-9a-f]{64}|none: \S.*", re.DOTALL)


def release_declared(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when a maintainer signed the release, with a changelog and a way back."""
    del parameters
    signed = [
        (said, release, answer)
        for said, release in about(evidence, Release)
        if (answer := by_maintainer(evidence, said)).allowed
    ]
    if not signed:
        return Verdict.unknown("No maintainer has signed this release.")
    said, release, answer = signed[-1]
    if not (release.sunlit_changelog or "").strip():
        return Verdict.fails("The release has no changelog.", [said.statement_id])
    if not ROLLBACK.fullmatch(release.sunlit_rollback or ""):
        return Verdict.fails(
            "The release names no release to go back to, and no reason why there is none.",
            [said.statement_id],
        )
    if release.sunlit_rollback == evidence.release:
        return Verdict.fails("The release names itself to go back to.", [said.statement_id])
    return Verdict.holds(
        "The release says what changed and how to go back.",
        [said.statement_id],
        expires=when(answer.expires),
    )


def all_signed(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when a maintainer signed what the release is and nothing about it is only a draft."""
    del parameters
    if drafts := unsigned(evidence):
        return Verdict.unknown(
            text("%(count)s statements are drafts that nobody signed.", count=str(len(drafts))),
            [said.statement_id for said in drafts],
        )
    signed = [
        (said, answer)
        for said, _ in about(evidence, Component)
        if (answer := by_maintainer(evidence, said)).allowed
    ]
    if not signed:
        return Verdict.unknown("No maintainer has signed what this release is.")
    said, answer = signed[-1]
    return Verdict.holds(
        "Everything said about the release is signed.",
        [said.statement_id],
        expires=when(answer.expires),
    )
