"""What is withheld about a release: the blank is explained, and nothing more is told."""

from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.openness import Withheld
from sunlit.rubric.evidence import Evidence


def closed_note(evidence: Evidence) -> str:
    """Return a sentence for each statement about the release that is closed now, or nothing."""
    sentences = (
        _sentence(claim, lapsed=claim.has_lapsed(evidence.at))
        for said, claim in evidence.current(Withheld)
        if _counts(evidence, said) and claim.flaw() is None
    )
    return " ".join(dict.fromkeys(sentences))


def _sentence(claim: Withheld, *, lapsed: bool) -> str:
    until = format_time(claim.expires_at)
    if lapsed:
        return f"A statement about this release is still closed; its ground lapsed on {until}."
    return (
        f"A statement about this release is withheld until {until} on the ground: "
        f"{claim.ground.rstrip('.')}."
    )


def _counts(evidence: Evidence, said: Admitted) -> bool:
    about = {evidence.release, *evidence.files.values()}
    return bool(evidence.organisations(said)) and any(
        subject.digest.get("sha256") in about for subject in said.subjects
    )
