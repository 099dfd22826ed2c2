"""What a log holds, by what admission asks for: so that a long log admits as fast as a short one.

Rooms are given "everything the log holds before"; most look only at the statements of one name
or with one id. ASKED says at which, by type of claim; a test holds it to what the rooms answer
with everything. A type that is not listed is given everything.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from sunlit.authority.history import History
from sunlit.base.purl import bare
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import (
    Attestation,
    ChangePlan,
    CounterEvidence,
    Effort,
    Reply,
    TestResult,
    WeightBinding,
    Withdrawal,
)
from sunlit.claims.authority import (
    Accreditation,
    Conflict,
    Key,
    LogClosed,
    Organisation,
    Revocation,
)
from sunlit.claims.base import Claim
from sunlit.claims.bias import BiasAudit
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.lifecycle import Publication, Registration, Release, TokenGrant, TokenStatus
from sunlit.claims.openness import Licence, Opened, Withheld
from sunlit.claims.privacy import (
    Mask,
    Minimisation,
    Reidentification,
    Review,
    ReviewRequest,
    Scan,
    Synthesis,
)
from sunlit.claims.provenance import Component, Dataset, Documentation, Provenance
from sunlit.claims.risk import (
    Acceptance,
    BoardSession,
    Measure,
    Mitigation,
    Recusal,
    RiskAssessment,
    Use,
)

Place = tuple[str, str]  # under what kind of name, which


def _by_id(*ids: str | None) -> tuple[Place, ...]:
    return tuple(("id", one) for one in ids if one is not None)


def _nothing(claim: Claim) -> tuple[Place, ...]:
    del claim
    return ()


def _own_name(claim: Claim) -> tuple[Place, ...]:
    if isinstance(claim, Component | Release):
        return (("name", bare(claim.purl)),)
    return (("name", bare(claim.component)),) if isinstance(claim, Registration) else ()


def _named(claim: Claim) -> tuple[Place, ...]:
    """Return the ids that a claim names, of what its room looks up."""
    match claim:
        case CounterEvidence() | Withdrawal() | Publication():
            return _by_id(claim.statement)
        case Opened():
            return _by_id(claim.supersedes, claim.statement)
        case Review():
            return _by_id(*claim.statements)
        case ChangePlan():
            return _by_id(claim.attestation)
        case ImportedRecord():
            return _by_id(claim.supersedes)
        case _:
            return ()


def _listed(grant: TokenGrant) -> Place:
    return "listed", f"{grant.status_index} {grant.status_list}"


def _granted(claim: Claim) -> tuple[Place, ...]:
    match claim:
        case TokenGrant():
            return (_listed(claim),)
        case TokenStatus():
            return ("id", claim.grant), ("status of", claim.grant)
        case _:
            return ()


ASKED: Final[Mapping[type[Claim], Callable[[Claim], tuple[Place, ...]]]] = {
    **dict.fromkeys(
        (
            Acceptance, Accreditation, Attestation, BiasAudit, BoardSession, Conflict, Dataset,
            Documentation, Effort, Key, Licence, LogClosed, Mask, Measure, Minimisation,
            Mitigation, Organisation, Provenance, Recusal, Reidentification, Reply, ReviewRequest,
            Revocation, RiskAssessment, Scan, Synthesis, TestResult, Use, WeightBinding, Withheld,
        ),
        _nothing,
    ),
    **dict.fromkeys((Component, Release, Registration), _own_name),
    **dict.fromkeys(
        (ChangePlan, CounterEvidence, ImportedRecord, Opened, Publication, Review, Withdrawal),
        _named,
    ),
    **dict.fromkeys((TokenGrant, TokenStatus), _granted),
}  # fmt: skip


class Heard:
    """The statements of a history by place; it follows the history forwards and back."""

    def __init__(self) -> None:
        self._said: list[Admitted] = []
        self._places: defaultdict[Place, list[int]] = defaultdict(list)

    def follow(self, history: History) -> None:
        """Take what was fed since the last time, and forget what was rewound."""
        self._forget(history)
        for said in history.since(len(self._said)):
            for place in _stands(said):
                self._places[place].append(len(self._said))
            self._said.append(said)

    def _forget(self, history: History) -> None:
        while self._said and not history.holds(len(self._said) - 1, self._said[-1]):
            said = self._said.pop()
            for place in _stands(said):
                self._places[place].pop()

    def before(self, claim: Claim, history: History) -> tuple[Admitted, ...]:
        """Return, in the log's order, what the room of a claim looks at before it may enter."""
        asked = ASKED.get(type(claim))
        if asked is None:
            return history.statements
        self.follow(history)
        found = {at for place in asked(claim) for at in self._places.get(place, ())}
        return tuple(self._said[at] for at in sorted(found))

    def called(self, statement_id: str, history: History) -> Admitted | None:
        """Return the last entry of a statement, by its id."""
        self.follow(history)
        found = self._places.get(("id", statement_id))
        return self._said[found[-1]] if found else None


def _stands(said: Admitted) -> Iterator[Place]:
    """Yield under what a statement is asked for."""
    yield "id", said.statement_id
    claim = said.claim
    if isinstance(claim, Component | Release):
        yield "name", bare(claim.purl)
    elif isinstance(claim, TokenGrant):
        yield _listed(claim)
    elif isinstance(claim, TokenStatus):
        yield "status of", claim.grant
