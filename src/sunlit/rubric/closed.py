"""What is withheld about a release: the blank is explained, and nothing more is told."""

from sunlit.base.times import format_time
from sunlit.base.wording import Text, joined, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.openness import Withheld
from sunlit.rubric.evidence import Evidence


def closed_note(evidence: Evidence) -> Text:
    """Return a sentence for each statement about the release that is closed now, or nothing."""
    sentences = (
        _sentence(claim, lapsed=claim.has_lapsed(evidence.at))
        for said, claim in evidence.current(Withheld)
        if _counts(evidence, said) and claim.flaw() is None
    )
    return joined(dict.fromkeys(sentences))


def _sentence(claim: Withheld, *, lapsed: bool) -> Text:
    until = format_time(claim.expires_at)
    if lapsed:
        return text("A statement about this release is still closed; its ground lapsed on "
                    "%(until)s.", until=until)  # fmt: skip
    return text("A statement about this release is withheld until %(until)s on the ground: "
                "%(ground)s.", until=until, ground=claim.ground.rstrip("."))  # fmt: skip


def _counts(evidence: Evidence, said: Admitted) -> bool:
    about = {evidence.release, *evidence.files.values()}
    return bool(evidence.organisations(said)) and any(
        subject.digest.get("sha256") in about for subject in said.subjects
    )
