"""Every attestation of a release with what becomes of it, and what speaks against any of it."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime

from sunlit.base.times import format_time
from sunlit.claims.assurance import Attestation
from sunlit.rubric.attested import Attested, weighed
from sunlit.rubric.contested import by_statement, contests
from sunlit.rubric.evidence import Evidence
from sunlit.views.findings_beside import (
    Remark,
    counter_remark,
    replies,
    reply_remark,
    taken_back,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One attestation, or change plan: whether it counts, for what and until when, or why not."""

    assessor: str
    statement: str
    counts: bool
    result: str | None = None
    scopes: tuple[str, ...] = ()
    expires: datetime | None = None
    reason: str | None = None
    contract: str | None = None
    contested: bool = False

    def to_json(self) -> dict[str, object]:
        """Return it for `--json`; blanks are null."""
        return {
            "assessor": self.assessor,
            "statement": self.statement,
            "counts": self.counts,
            "result": self.result,
            "scopes": list(self.scopes),
            "expires": format_time(self.expires) if self.expires else None,
            "reason": self.reason,
            "contract": self.contract,
            "contested": self.contested,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestedView:
    """All that was attested to a release, and what speaks against it."""

    release: str
    attestations: tuple[Weighed, ...]
    against: tuple[Remark, ...]
    replies: tuple[Remark, ...]
    taken_back: tuple[Remark, ...]

    def to_json(self) -> dict[str, object]:
        """Return the view for `--json`."""
        return {
            "format": "sunlit-attested/1",
            "release": self.release,
            "attestations": [one.to_json() for one in self.attestations],
            "against": [one.to_json() for one in self.against],
            "replies": [one.to_json() for one in self.replies],
            "takenBack": [one.to_json() for one in self.taken_back],
        }


def attested_view(evidence: Evidence) -> AttestedView:
    """Return who attested to the release, what counts, and what was said against any of it."""
    found = contests(evidence)
    return AttestedView(
        release=evidence.release,
        attestations=tuple(_weighed(evidence, by_statement(one for one in found if one.stands))),
        against=tuple(counter_remark(one) for one in found),
        replies=tuple(reply_remark(said, reply) for said, reply in replies(evidence)),
        taken_back=taken_back(evidence),
    )


def _weighed(evidence: Evidence, contested: Container[str]) -> Iterator[Weighed]:
    known = {said.statement_id: said.claim for said in evidence.statements}
    for one in weighed(evidence):
        statement = one.rests_on[0] if isinstance(one, Attested) else one.statement_id
        claim = known.get(statement)
        said = claim if isinstance(claim, Attestation) else None
        yield Weighed(
            assessor=one.assessor,
            statement=statement,
            counts=isinstance(one, Attested),
            result=str(said.result) if said else None,
            scopes=tuple(sorted(one.scopes)) if isinstance(one, Attested) else (),
            expires=one.expires if isinstance(one, Attested) else None,
            reason=None if isinstance(one, Attested) else one.reason,
            contract=said.contract if said else None,
            contested=statement in contested,
        )
