"""Separation of duties: one pure function says whether an actor may do a thing to a case.

- An assessor is of another organisation (parents counted) than whoever maintains and deploys
  the component, is accredited for every scope, at the entry and now, and has no declared
  conflict, then or now.
- Nobody votes on what they assessed, neither the key nor its organisation.
- Nobody approves alone what they made: a release, an exemption, a grant needs a key that did
  not make it.
- Whoever asked for an exemption does not grant it, nor does their organisation.
- Approving and exempting are acts of people: machines' keys (operator, witness, token issuer)
  approve nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sunlit.authority.answer import Answer, earliest
from sunlit.authority.directory import Directory
from sunlit.authority.records import KeyRecord
from sunlit.base.wording import text
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role

PEOPLE: Final = frozenset({Role.MAINTAINER, Role.ASSESSOR, Role.ACCREDITOR, Role.BOARD})


class Action(StrEnum):
    """What somebody wants to do."""

    ASSESS = "assess"
    VOTE = "vote"
    APPROVE = "approve"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is acted on, and who had to do with it before.

    `maintainer` and `deployer` are organisations; `scopes` what an assessment is about;
    `assessed`, `made` and `requested` are the statements by which others (or the same) did so.
    """

    maintainer: str | None = None
    deployer: str | None = None
    component: str | None = None
    board: str | None = None
    scopes: tuple[str, ...] = ()
    assessed: tuple[Admitted, ...] = ()
    made: tuple[Admitted, ...] = ()
    requested: tuple[Admitted, ...] = ()


def can(
    actor: Admitted, action: Action, case: Case, *, directory: Directory, at: datetime
) -> Answer:
    """Tell whether whoever signed the statement `actor` may, by it, do `action` in this case."""
    if not directory.in_force(actor):
        return Answer.no("nobody whose key was in force signed this")
    return _RULES[action](directory, actor, case, at)


def _assess(directory: Directory, actor: Admitted, case: Case, at: datetime) -> Answer:
    others = [name for name in (case.maintainer, case.deployer) if name is not None]
    if not others:
        return Answer.no("it is not known who maintains or deploys the component")
    if not case.scopes:
        return Answer.no("an assessment names what it looked at")
    answer = Answer.no("no key that signed this is an assessor's")
    for organisation in sorted(_organisations(directory, actor, Role.ASSESSOR)):
        answer = _assess_as(directory, actor, case, organisation, others, at)
        if answer:
            break
    return answer


def _assess_as(
    directory: Directory,
    actor: Admitted,
    case: Case,
    organisation: str,
    others: Iterable[str],
    at: datetime,
) -> Answer:
    answers = [
        directory.may(actor, Role.ASSESSOR, organisation=organisation, scope=scope, at=at)
        for scope in case.scopes
    ]
    # A conflict counts when it was declared for then, or is for now.
    answers += [
        directory.independent(organisation, of=others, component=case.component, at=time)
        for time in (actor.admitted_at, at)
        if time is not None
    ]
    refusal = next((answer for answer in answers if not answer), None)
    if refusal is not None:
        return refusal
    rests_on = dict.fromkeys(one for answer in answers for one in answer.rests_on)
    return Answer.yes(
        f"{organisation} is accredited and independent",
        rests_on,
        expires=earliest(*(answer.expires for answer in answers)),
    )


def _vote(directory: Directory, actor: Admitted, case: Case, at: datetime) -> Answer:
    if case.board is None:
        return Answer.no("it is not known which board the vote is for")
    answer = directory.may(actor, Role.BOARD, organisation=case.board, at=at)
    if not answer:
        return answer
    keys, organisations = _all_of(directory, case.assessed)
    if keys & _keys(directory.in_force(actor)):
        return Answer.no("a member does not vote on what they assessed", _ids(case.assessed))
    if case.board in organisations:
        return Answer.no(
            text("%(board)s assessed this, so it does not vote on it", board=case.board),
            _ids(case.assessed),
        )
    return answer


def _approve(directory: Directory, actor: Admitted, case: Case, at: datetime) -> Answer:
    del at
    if not case.made:
        return Answer.no("it is not known who made this")
    makers, _ = _all_of(directory, case.made)
    others = [it for it in _people(directory, actor) if it.key.key_id not in makers]
    if not others:
        return Answer.no("nobody approves alone what they made", _ids(case.made))
    return Answer.yes(
        f"{others[0].organisation} approves with a key that did not make it", others[0].rests_on
    )


def _exempt(directory: Directory, actor: Admitted, case: Case, at: datetime) -> Answer:
    del at
    if not case.requested:
        return Answer.no("it is not known who asked for the exemption")
    keys, organisations = _all_of(directory, case.requested)
    for record in _people(directory, actor):
        if record.key.key_id not in keys and record.organisation not in organisations:
            return Answer.yes(f"{record.organisation} did not ask for it", record.rests_on)
    return Answer.no("nobody grants their own exemption", _ids(case.requested))


def _people(directory: Directory, actor: Admitted) -> tuple[KeyRecord, ...]:
    return tuple(it for it in directory.in_force(actor) if it.roles & PEOPLE)


def _organisations(directory: Directory, actor: Admitted, role: Role) -> frozenset[str]:
    return frozenset(it.organisation for it in directory.in_force(actor) if role in it.roles)


def _all_of(
    directory: Directory, statements: Iterable[Admitted]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys, and the organisations, that signed any of the statements.

    Keys count even when they had no authority: what one did without is done all the same.
    """
    keys = frozenset(signer for said in statements for signer in said.signers)
    names = (directory.organisation_of(key) for key in keys)
    return keys, frozenset(name for name in names if name is not None)


def _keys(records: Iterable[KeyRecord]) -> frozenset[str]:
    return frozenset(record.key.key_id for record in records)


def _ids(statements: Iterable[Admitted]) -> tuple[str, ...]:
    return tuple(said.statement_id for said in statements)


_RULES: Final[Mapping[Action, Callable[[Directory, Admitted, Case, datetime], Answer]]] = {
    Action.ASSESS: _assess,
    Action.VOTE: _vote,
    Action.APPROVE: _approve,
    Action.EXEMPT: _exempt,
}
