"""Problems and changes of a component, newest first, each in one sentence."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, CounterEvidence, Reply, Result, Withdrawal
from sunlit.claims.base import Claim
from sunlit.claims.incident import Problem, ProblemUpdate
from sunlit.claims.lifecycle import Registration, Release, Status, TokenGrant, TokenStatus
from sunlit.claims.risk import RiskCode, Use
from sunlit.rubric.evidence import Evidence
from sunlit.views.component_words import Words, words

MOST: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened: when, in which words, said by whom, in which statement.

    `kind` is `problem` or `change`.
    """

    at: datetime
    kind: str
    words: Words
    who: tuple[str, ...]
    statement: str


def timeline(evidence: Evidence, *, most: int = MOST) -> tuple[Event, ...]:
    """Return what happened, newest first; what nobody in force signed is left out."""
    found = [one for said in evidence.statements for one in _event(evidence, said)]
    return tuple(reversed(found))[:most]


def _event(evidence: Evidence, said: Admitted) -> Iterable[Event]:
    put = _WORDS.get(type(said.claim))
    who = tuple(sorted(evidence.organisations(said)))
    if put is None or said.admitted_at is None or not who:
        return
    yield Event(
        at=said.admitted_at, words=put(said.claim), who=who, statement=said.statement_id,
        kind="problem" if isinstance(said.claim, _PROBLEMS) else "change",
    )  # fmt: skip


_PROBLEMS: Final = (CounterEvidence, Problem, ProblemUpdate)
_STATUS: Final = {
    Status.VALID: words(
        "Permission was restored: it may be used again. The reason as it was signed: “%(reason)s”"
    ).text,
    Status.SUSPENDED: words(
        "Permission was suspended: it may not be used for now. "
        "The reason as it was signed: “%(reason)s”"
    ).text,
    Status.INVALID: words(
        "Permission was taken back: it may not be used any more. "
        "The reason as it was signed: “%(reason)s”"
    ).text,
}


_ATTESTED: Final = {
    Result.PASSED: words("%(who)s tested it independently: passed.").text,
    Result.WARNED: words("%(who)s tested it independently: passed with warnings.").text,
    Result.FAILED: words("%(who)s tested it independently: failed.").text,
}


def _released(claim: Release) -> Words:
    if claim.sunlit_changelog:
        return words("Release %(id)s: %(changes)s",
                     id=claim.release_id or "", changes=claim.sunlit_changelog)  # fmt: skip
    return words("Release %(id)s", id=claim.release_id or "")


def _granted(claim: TokenGrant) -> Words:
    return words("%(deployer)s may use it for %(use)s until %(until)s.",
                 deployer=claim.deployer, use=claim.use, until=claim.valid_until)  # fmt: skip


def _coded(claim: RiskCode) -> Words:
    return words("The board of %(board)s gave the code %(digits)s for %(use)s.",
                 board=claim.board, digits=claim.digits, use=claim.use)  # fmt: skip


def _problem(claim: Problem) -> Words:
    return words("Problem %(number)s reported: %(kind)s", number=claim.number, kind=claim.kind)


def _update(claim: ProblemUpdate) -> Words:
    return words("Problem %(number)s is now %(state)s: %(note)s",
                 number=claim.number, state=str(claim.state), note=claim.note)  # fmt: skip


# Each function takes the claim of its own type: the key says which.
_WORDS: Final[Mapping[type[Claim], Callable[[Any], Words]]] = {
    Release: _released,
    TokenGrant: _granted,
    TokenStatus: lambda it: words(_STATUS[it.status], reason=it.reason),
    RiskCode: _coded,
    Use: lambda it: words("%(who)s declared the use %(use)s.", who=it.deployer, use=it.id),
    Registration: lambda it: words("%(who)s entered it in its catalogue.", who=it.organisation),
    Attestation: lambda it: words(_ATTESTED[it.result], who=it.assessor),
    CounterEvidence: lambda it: words(
        "%(who)s brought counter-evidence: %(finding)s", who=it.assessor, finding=it.finding
    ),
    Reply: lambda it: words("%(who)s replied: %(text)s", who=it.organisation, text=it.text),
    Withdrawal: lambda it: words(
        "A statement was taken back. The reason as it was signed: “%(reason)s”", reason=it.reason
    ),
    Problem: _problem,
    ProblemUpdate: _update,
}
