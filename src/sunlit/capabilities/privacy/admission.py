"""May this claim about a dataset enter? Reviewers speak for their own organisation only."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sunlit.authority.directory import Directory
from sunlit.capabilities.privacy.reviews import SCOPE
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.privacy import (
    Mask,
    Minimisation,
    Reidentification,
    Review,
    ReviewRequest,
    Scan,
    Synthesis,
)
from sunlit.rubric.entry import (
    enters,
    first_no,
    is_about_one_release,
    not_ours,
    refused,
    sentence,
    speaks,
)
from sunlit.rubric.finding import Verdict

Found = Scan | Reidentification | Mask | Minimisation | Synthesis | ReviewRequest


def admit(said: Admitted, history: Sequence[Admitted], directory: Directory) -> Verdict:
    """Admit what a maintainer found, and the review of the organisation that it names."""
    match said.claim:
        case Review():
            return _review(said, said.claim, history, directory)
        case Scan() | Reidentification() | Mask() | Minimisation() | Synthesis() | ReviewRequest():
            return _found(said, said.claim, directory)
        case _:
            return not_ours(said)


def _found(said: Admitted, claim: Found, directory: Directory) -> Verdict:
    no = speaks(said, directory, Role.MAINTAINER)
    if no is not None and isinstance(claim, Scan | Reidentification):
        no = speaks(said, directory, Role.ASSESSOR)
    no = first_no(
        no, is_about_one_release(said), _ahead(said.admitted_at, _dated(claim)), _sane(claim)
    )
    return no or enters(said, "A maintainer or an assessor signed it.")


def _dated(claim: Found) -> datetime:
    match claim:
        case Scan():
            return claim.scanned_on
        case Reidentification():
            return claim.measured_on
        case Mask():
            return claim.masked_on
        case Minimisation():
            return claim.minimised_on
        case Synthesis():
            return claim.synthesised_on
        case ReviewRequest():
            return claim.opened_on


def _sane(claim: Found) -> Verdict | None:
    if isinstance(claim, Mask) and claim.survivors:
        return refused("What the plan masks was still found, so this is no mask.")
    if isinstance(claim, Reidentification) and not all(
        Decimal(0) <= share <= Decimal(1) for share in (claim.risk, claim.threshold)
    ):
        return refused("A risk and its threshold lie between 0 and 1.")
    return None


def _review(
    said: Admitted, claim: Review, history: Sequence[Admitted], directory: Directory
) -> Verdict:
    no = first_no(
        _reviewer(said, claim, directory),
        is_about_one_release(said),
        None if claim.reasons.strip() else refused("A review gives its reasons."),
        _ahead(said.admitted_at, claim.reviewed_on),
        _over(said.admitted_at, claim),
        _names(said, claim, history),
    )
    return no or enters(said, f"An accredited assessor key of {claim.reviewer} signed it.")


def _reviewer(said: Admitted, claim: Review, directory: Directory) -> Verdict | None:
    if said.admitted_at is None:
        return refused("A draft stands in no log.")
    answer = directory.may(
        said, Role.ASSESSOR, organisation=claim.reviewer, scope=SCOPE, at=said.admitted_at
    )
    return None if answer.allowed else refused(sentence(answer.reason))


def _ahead(now: datetime | None, on: datetime) -> Verdict | None:
    return refused("It is dated in the future.") if now is not None and on > now else None


def _over(now: datetime | None, claim: Review) -> Verdict | None:
    over = claim.valid_until <= claim.reviewed_on or (now is not None and claim.valid_until <= now)
    return refused("It has ended already.") if over else None


def _names(said: Admitted, claim: Review, history: Sequence[Admitted]) -> Verdict | None:
    (digest,) = (subject.digest["sha256"] for subject in said.subjects)
    wanted = set(claim.statements)
    known = any(
        other.statement_id in wanted
        and isinstance(other.claim, Scan | Reidentification)
        and other.is_about(digest)
        for other in history
    )
    if known:
        return None
    return refused(
        "It names no scan or measurement of this dataset that the log holds.",
        mend="sunlit log import DIR --home HOME, to take over the log that holds them",
    )
