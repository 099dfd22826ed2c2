"""Independent review of a dataset: the maintainer asks, a reviewer of another house answers.

The reviewer has the log: what was found, by whom, and where the reports are. A review names the
statements that it was given for.
"""

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from sunlit.authority.history import History
from sunlit.base.errors import MalformedError, VerificationError
from sunlit.base.purl import bare
from sunlit.capabilities.privacy.reviews import SCOPE, TRAINING
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.claims.privacy import (
    Reidentification,
    Review,
    ReviewRequest,
    Scan,
)
from sunlit.registry.admit import Ledger
from sunlit.registry.assure import admit_drafts
from sunlit.registry.data_keep import about, keep, keep_reports
from sunlit.registry.producing import Draft
from sunlit.registry.run import digest_of, toml_of
from sunlit.registry.saying import Said, say
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import is_current
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import Signer

C = TypeVar("C", bound=Claim)
LEAST: Final = 8  # digits by which a dataset may be named
MAX_NAMED: Final = 20  # statements that a review names


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that a log holds of one dataset, as of a time; each list in log order.

    Only statements that somebody still stands by. `requests` ask for reviews.
    """

    digest: str
    name: str
    requests: tuple[tuple[Admitted, ReviewRequest], ...]
    scans: tuple[tuple[Admitted, Scan], ...]
    measurements: tuple[tuple[Admitted, Reidentification], ...]
    reviews: tuple[tuple[Admitted, Review], ...]
    in_force: tuple[Review, ...]

    @property
    def statements(self) -> tuple[str, ...]:
        """The scans and measurements that a review of it is about, by id."""
        ids = [said.statement_id for said, _ in (*self.scans, *self.measurements)]
        return tuple(ids[-MAX_NAMED:])

    @property
    def open(self) -> tuple[tuple[Admitted, ReviewRequest], ...]:
        """The requests that no review in force answers."""
        return tuple(pair for pair in self.requests if not self._is_answered(pair[1]))

    def _is_answered(self, request: ReviewRequest) -> bool:
        return any(
            review.purpose == request.purpose and review.component in (None, request.component)
            for review in self.in_force
        )


def dossier(history: History, digest: str, at: datetime) -> Dossier:
    """Gather what the log holds of a dataset."""
    evidence = Evidence(
        release=digest, component=None, use=None, deployer=None, at=at,
        directory=history.directory, statements=history.statements,
    )  # fmt: skip
    reviews = _of(evidence, Review, digest)
    return Dossier(
        digest=digest,
        name=_name(history.statements, digest),
        requests=_of(evidence, ReviewRequest, digest),
        scans=_of(evidence, Scan, digest),
        measurements=_of(evidence, Reidentification, digest),
        reviews=reviews,
        in_force=tuple(
            review
            for said, review in reviews
            if review.reviewed_on <= at
            and is_current(evidence, review.valid_until)
            and history.directory.may(
                said, Role.ASSESSOR, organisation=review.reviewer, scope=SCOPE, at=at
            ).allowed
        ),
    )


def _of(evidence: Evidence, kind: type[C], digest: str) -> tuple[tuple[Admitted, C], ...]:
    return tuple(pair for pair in evidence.current(kind) if pair[0].is_about(digest))


def _name(statements: Iterable[Admitted], digest: str) -> str:
    names = (
        subject.name
        for said in statements
        for subject in said.subjects
        if subject.digest.get("sha256") == digest and subject.name
    )
    return next(names, digest[:12])


def open_requests(history: History, at: datetime) -> tuple[Dossier, ...]:
    """Return the datasets with a request that nobody has answered."""
    digests = _asked(history.statements)
    found = (dossier(history, digest, at) for digest in digests)
    return tuple(one for one in found if one.open)


def _asked(statements: Iterable[Admitted]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            subject.digest["sha256"]
            for said in statements
            if isinstance(said.claim, ReviewRequest)
            for subject in said.subjects
            if "sha256" in subject.digest
        )
    )


def digest_named(text: str, history: History) -> str:
    """Return the dataset that a path, a SHA-256 or its first digits name.

    Raises:
        MalformedError: `review.ambiguous`, `manifest.*`.
        VerificationError: `review.unknown-dataset`.
    """
    if Path(text).exists():
        return digest_of(Path(text))["sha256"]
    wanted = text.removeprefix("sha256:").lower()
    hexadecimal = len(wanted) >= LEAST and set(wanted) <= set(string.hexdigits)
    found = [one for one in _known(history.statements) if hexadecimal and one.startswith(wanted)]
    if len(found) > 1:
        raise MalformedError(
            "review.ambiguous", "several datasets begin with these digits", got=text[:64],
            mend="give more of the digest: sunlit review list --home HOME",
        )  # fmt: skip
    if not found:
        raise VerificationError(
            "review.unknown-dataset", "the log holds nothing about such a dataset", got=text[:64],
            expected="a file or folder that is here, or a SHA-256 that was scanned",
            mend="sunlit log import DIR --home HOME, or: sunlit review list --home HOME",
        )  # fmt: skip
    return found[0]


def _known(statements: Iterable[Admitted]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            subject.digest["sha256"]
            for said in statements
            if isinstance(said.claim, Scan | Reidentification | ReviewRequest)
            for subject in said.subjects
            if "sha256" in subject.digest
        )
    )


def ask(
    ledger: Ledger, component: Path, digest: str, signer: Signer, *, at: datetime
) -> tuple[Draft, ...]:
    """Sign and admit what is kept about a dataset, with a request for its review.

    Raises:
        VerificationError: `review.nothing-kept`, `admit.*`.
    """
    drafts = about(component, digest)
    if not any(isinstance(one.claim, Scan) for one in drafts):
        raise VerificationError(
            "review.nothing-kept", "no scan of this dataset is kept here", got=digest[:12],
            mend=f"sunlit data scan PATH --component {component}",
        )  # fmt: skip
    if not any(isinstance(one.claim, ReviewRequest) for one in drafts):
        drafts = (*drafts, _request(component, drafts, at))
    keep_reports(ledger.home, component, drafts)
    admit_drafts(ledger, drafts, signer)
    return drafts


def _request(component: Path, drafts: Sequence[Draft], at: datetime) -> Draft:
    scan = next(one for one in drafts if isinstance(one.claim, Scan))
    assert isinstance(scan.claim, Scan)  # noqa: S101 - chosen so in the line above
    purl = toml_of(component).purl
    request = ReviewRequest(
        component=bare(purl) if purl else None, purpose=TRAINING,
        reasons=scan.claim.grounds or ("the maintainer asks for it",), opened_on=at,
    )  # fmt: skip
    draft = Draft(claim=request, subjects=scan.subjects)
    keep(component, [(request, scan.subjects)], {})
    return draft


def decide(ledger: Ledger, found: Dossier, review: Review, signer: Signer) -> Said:
    """Admit a review; the reviewer's earlier word on the same is replaced.

    Raises:
        VerificationError: `admit.refused`, `review.nothing-to-name`.
    """
    if not review.statements:
        raise VerificationError(
            "review.nothing-to-name", "the log holds no scan or measurement of this dataset",
            got=found.digest[:12], mend="the maintainer asks: sunlit review ask PATH --home HOME",
        )  # fmt: skip
    return say(ledger, review, Subject(found.name, {"sha256": found.digest}), signer)


def earlier(found: Dossier, reviewer: str, purpose: str, component: str | None) -> str | None:
    """Return the reviewer's latest word on the same, which a new one replaces."""
    mine = [
        said.statement_id
        for said, review in found.reviews
        if (review.reviewer, review.purpose, review.component) == (reviewer, purpose, component)
    ]
    return mine[-1] if mine else None
