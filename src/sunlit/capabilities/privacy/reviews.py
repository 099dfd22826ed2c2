"""Which reviews of a dataset count, and what they were given for. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sunlit.authority.answer import Answer, earliest
from sunlit.base.purl import bare
from sunlit.base.wording import text
from sunlit.capabilities.privacy.limits import missed
from sunlit.claims.admitted import Admitted
from sunlit.claims.privacy import Decision, Reidentification, Review, Scan
from sunlit.rubric.attested import may_assess, may_warn
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import is_current

SCOPE: Final = "privacy"  # what a reviewer is accredited for
TRAINING: Final = "training"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One review that counts. `scans` and `measured` are what it names of this dataset."""

    review: Review
    rests_on: tuple[str, ...]
    expires: datetime
    scans: tuple[Scan, ...]
    measured: tuple[Reidentification, ...]

    @property
    def accepts(self) -> bool:
        """Tell whether it accepts the dataset."""
        return self.review.decision is Decision.ACCEPT

    def covers(self, scan: Scan) -> bool:
        """Tell whether the reviewer saw all that this scan found.

        So a scan that is done again leaves the review in force, until it finds more.
        """
        seen = frozenset(one for reviewed in self.scans for one in telling(reviewed))
        # Else one that was called harmless would cover one that gives grounds and no finds.
        warned = any(one.sensitive for one in self.scans) or not scan.sensitive
        return self.accepts and bool(self.scans) and warned and telling(scan) <= seen

    def covers_risk(self, measured: Reidentification) -> bool:
        """Tell whether the reviewer saw this risk, or one at least as high."""
        return self.accepts and any(_as_bad(one, measured) for one in self.measured)


def telling(scan: Scan) -> frozenset[tuple[str, str]]:
    """Return what a scan tells: kinds by column, prose, and what was not looked at or listed."""
    found = {(one.kind, one.column or "") for one in scan.found}
    found |= {("free text", column) for column in scan.free_text}
    found |= {("unread", name) for name in scan.unread}
    return frozenset(found | ({("not listed", str(scan.not_listed))} if scan.not_listed else set()))


def _as_bad(seen: Reidentification, found: Reidentification) -> bool:
    return (
        seen.profile == found.profile
        and seen.risk >= found.risk
        and set(seen.left_out) >= set(found.left_out)
        and set(missed(seen)) >= set(missed(found))
    )


def reviews(
    evidence: Evidence, digest: str, *, keepers: frozenset[str] | None = None
) -> tuple[Reviewed, ...]:
    """Return the reviews of a dataset for training that count now.

    1. It is for training, of this component or any, in force, and made before now.
    2. It names a scan or measurement of this dataset.
    3. A key of the reviewer signed it, accredited for `privacy`. To accept, the reviewer is
       also independent of maintainer and deployer and declares no conflict. To refuse,
       accreditation is enough: else whoever was reviewed could silence a refusal by declaring
       a conflict with the reviewer afterwards.
    """
    named = _named(evidence, digest)
    found = (
        _counts(evidence, said, review, named, keepers)
        for said, review in evidence.current(Review)
        if said.is_about(digest)
    )
    return tuple(one for one in found if one is not None)


def _named(evidence: Evidence, digest: str) -> dict[str, Scan | Reidentification]:
    return {
        said.statement_id: said.claim
        for said in evidence.statements
        if isinstance(said.claim, Scan | Reidentification) and said.is_about(digest)
    }


def _counts(
    evidence: Evidence,
    said: Admitted,
    review: Review,
    named: dict[str, Scan | Reidentification],
    keepers: frozenset[str] | None,
) -> Reviewed | None:
    statements = [named[id_] for id_ in review.statements if id_ in named]
    if not statements or not _is_for(evidence, review):
        return None
    answer = _answer(evidence, said, review, keepers)
    if not answer.allowed:
        return None
    expires = earliest(review.valid_until, answer.expires)
    return Reviewed(
        review=review,
        rests_on=(said.statement_id, *answer.rests_on),
        expires=expires or review.valid_until,
        scans=tuple(one for one in statements if isinstance(one, Scan)),
        measured=tuple(one for one in statements if isinstance(one, Reidentification)),
    )


def _is_for(evidence: Evidence, review: Review) -> bool:
    component = evidence.component
    return (
        review.purpose == TRAINING
        and review.reviewed_on <= evidence.at
        and is_current(evidence, review.valid_until)
        and (
            review.component is None
            or (component is not None and bare(review.component) == bare(component))
        )
    )


def _answer(
    evidence: Evidence, said: Admitted, review: Review, keepers: frozenset[str] | None
) -> Answer:
    if review.decision is Decision.REFUSE:
        return may_warn(evidence, said, review.reviewer, SCOPE)
    if not review.no_conflict_declared:
        return Answer.no("The reviewer did not declare that there is no conflict.")
    return may_assess(evidence, said, review.reviewer, SCOPE, keepers)


def accepted(found: Iterable[Reviewed], scan: Scan) -> Reviewed | None:
    """Return the acceptance that covers a scan and lasts longest."""
    covering = [one for one in found if one.covers(scan)]
    return max(covering, key=lambda one: one.expires, default=None)


def accepted_as_it_is(found: Iterable[Reviewed], scans: Sequence[Scan]) -> Reviewed | None:
    """Return the acceptance of what no tool can measure or read: by one who saw all these scans.

    None while anybody accredited refuses.
    """
    held = tuple(found)
    if refusal(held) is not None:
        return None
    covering = [one for one in held if all(one.covers(scan) for scan in scans)]
    return max(covering, key=lambda one: one.expires, default=None)


def refusal(found: Iterable[Reviewed]) -> Reviewed | None:
    """Return the first refusal: it counts whatever others say."""
    return next((one for one in found if not one.accepts), None)


def acceptance(name: str, one: Reviewed) -> str:
    """Return who accepts a dataset, until when and on which condition, as a sentence."""
    terms = "; ".join(one.review.conditions)
    until = one.review.valid_until.date().isoformat()
    said = {"who": one.review.reviewer, "data": name, "until": until, "terms": terms}
    if terms:
        return text("%(who)s accepts %(data)s until %(until)s, on condition: %(terms)s.", **said)
    return text("%(who)s accepts %(data)s until %(until)s.", **said)
