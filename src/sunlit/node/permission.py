"""Who may do what on a node: one pure function, which says no unless a rule says yes.

A rule names the roles that may, how the actor has to stand to the thing, and which duties are
kept apart (DESIGN section 6). What a *signed* statement may do is decided again when the log
admits it (`sunlit.authority.duties`): this is the door of the house, not of the record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sunlit.authority.answer import Answer
from sunlit.base.wording import either, fixed, text


class Role(StrEnum):
    """What a person is on a node, for one organisation. `public` needs nobody to sign in."""

    PUBLIC = "public"
    OFFICER = "officer"
    ASSESSOR = "assessor"
    BOARD_MEMBER = "board-member"
    CHAIR = "chair"
    PUBLISHER = "publisher"
    AUDITOR = "auditor"
    ADMIN = "admin"
    SCRAPER = "scraper"  # no person: what collects the node's figures, on its own machine


class Action(StrEnum):
    """What somebody wants to do. Every route of the website names exactly one."""

    # Anybody
    READ_PUBLIC = "read-public"
    REPORT_PROBLEM = "report-problem"
    CHECK_DECISION = "check-decision"
    SUBMIT_STATEMENT = "submit-statement"  # the signature on it is the authentication
    SIGN_IN = "sign-in"
    # Whoever is signed in, for themselves
    READ_TASKS = "read-tasks"
    OWN_ACCOUNT = "own-account"
    SIGN = "sign"
    # For one's own organisation
    REGISTER_COMPONENT = "register-component"
    PUBLISH = "publish"
    SUSPEND = "suspend"
    ASSESS_USE = "assess-use"
    REQUEST_EXEMPTION = "request-exemption"
    GRANT_EXEMPTION = "grant-exemption"
    EDIT_RISK = "edit-risk"
    HANDLE_PROBLEM = "handle-problem"
    IMPORT_RECORDS = "import-records"
    EXPORT_AS_OF = "export-as-of"
    # As somebody independent
    REVIEW = "review"
    ATTEST = "attest"
    VOTE = "vote"
    CLOSE_VOTE = "close-vote"
    # With care
    READ_GUARDED = "read-guarded"
    READ_AUDIT = "read-audit"
    MANAGE_PEOPLE = "manage-people"
    LEAVE_NODE = "leave-node"
    MANAGE_NODE = "manage-node"
    READ_METRICS = "read-metrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks: a person's id with their organisation and roles there, or the public."""

    person: str | None = None
    organisation: str | None = None
    roles: frozenset[Role] = frozenset({Role.PUBLIC})

    @property
    def signed_in(self) -> bool:
        """Tell whether somebody is signed in."""
        return self.person is not None


PUBLIC: Final = Actor()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What it is done to, as far as it is known.

    `organisation` is whose it is (None: nobody's in particular), `board` whose board votes on
    it. `maintainer` and `deployer` are organisations. `assessed_by`, `made_by`, `requested_by`
    and `recused` hold ids of people and of organisations, whoever is known.
    """

    organisation: str | None = None
    board: str | None = None
    maintainer: str | None = None
    deployer: str | None = None
    assessed_by: frozenset[str] = frozenset()
    made_by: frozenset[str] = frozenset()
    requested_by: frozenset[str] = frozenset()
    recused: frozenset[str] = frozenset()
    state: str | None = None
    purpose: str | None = None


ANYTHING: Final = Subject()

Duty = Callable[[Actor, Subject], str | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """When an action is allowed: for which roles, in one's own organisation, in which states.

    `duties` answer why not, or None.
    """

    roles: frozenset[Role]
    own: bool = True
    states: frozenset[str] | None = None
    duties: tuple[Duty, ...] = ()


def can(actor: Actor, action: Action, subject: Subject = ANYTHING) -> Answer:
    """Tell whether `actor` may do `action` to `subject`, and why not."""
    rule = RULES.get(action)
    if rule is None:
        return Answer.no("no rule allows this to anybody")
    if not actor.roles & rule.roles:
        return Answer.no(_who(rule))
    return _in_this_case(actor, rule, subject)


def _in_this_case(actor: Actor, rule: Rule, subject: Subject) -> Answer:
    if rule.own and subject.organisation not in (None, actor.organisation):
        return Answer.no("it belongs to another organisation")
    if rule.states is not None and subject.state is not None and subject.state not in rule.states:
        return Answer.no(
            text("this cannot be done to what is %(state)s", state=fixed(subject.state))
        )
    reason = next((why for duty in rule.duties if (why := duty(actor, subject))), None)
    return Answer.no(reason) if reason else Answer.yes("your role allows it")


def _who(rule: Rule) -> str:
    names = sorted(role.value.replace("-", " ") for role in rule.roles)
    if not names:
        return text("nobody may do this")
    return text("this needs the role %(roles)s", roles=either(map(fixed, names)))


def _is_one_of(actor: Actor, them: frozenset[str]) -> bool:
    return bool({actor.person, actor.organisation} & them)


def _not_own_work(actor: Actor, subject: Subject) -> str | None:
    # Of another organisation than whoever maintains and deploys it.
    own = actor.organisation in {subject.maintainer, subject.deployer} - {None}
    return text("nobody assesses what their own organisation makes or uses") if own else None


def _did_not_assess(actor: Actor, subject: Subject) -> str | None:
    assessed = _is_one_of(actor, subject.assessed_by)
    return text("a member does not vote on what they assessed") if assessed else None


def _did_not_make(actor: Actor, subject: Subject) -> str | None:
    made = actor.person in subject.made_by
    return text("nobody publishes alone: another person has to do this") if made else None


def _did_not_ask(actor: Actor, subject: Subject) -> str | None:
    asked = _is_one_of(actor, subject.requested_by)
    return text("nobody grants their own exemption") if asked else None


def _is_not_recused(actor: Actor, subject: Subject) -> str | None:
    return text("you stood aside from this") if _is_one_of(actor, subject.recused) else None


def _on_the_board(actor: Actor, subject: Subject) -> str | None:
    other = subject.board not in (None, actor.organisation)
    return text("it is another organisation's board") if other else None


def _audits_their_own(actor: Actor, subject: Subject) -> str | None:
    # Assessors and boards are others on purpose; an auditor is its own organisation's.
    other = subject.organisation not in (None, actor.organisation)
    only = actor.roles.isdisjoint({Role.ASSESSOR, Role.BOARD_MEMBER, Role.CHAIR})
    why = text("an auditor reads what their own organisation keeps")
    return why if other and only else None


def _says_why(_actor: Actor, subject: Subject) -> str | None:
    is_said = subject.purpose is None or subject.purpose.strip()
    return None if is_said else text("say what it is for")


def _rule(
    *roles: Role,
    own: bool = True,
    states: frozenset[str] | None = None,
    duties: tuple[Duty, ...] = (),
) -> Rule:
    return Rule(frozenset(roles), own, states, duties)


_PEOPLE: Final = tuple(role for role in Role if role not in {Role.PUBLIC, Role.SCRAPER})
_EVERYBODY: Final = _rule(Role.PUBLIC, *_PEOPLE, Role.SCRAPER, own=False)

RULES: Final[Mapping[Action, Rule]] = {
    Action.READ_PUBLIC: _EVERYBODY,
    Action.REPORT_PROBLEM: _EVERYBODY,
    Action.CHECK_DECISION: _EVERYBODY,
    Action.SUBMIT_STATEMENT: _EVERYBODY,
    Action.SIGN_IN: _EVERYBODY,
    Action.READ_TASKS: _rule(*_PEOPLE),
    Action.OWN_ACCOUNT: _rule(*_PEOPLE),
    Action.SIGN: _rule(*_PEOPLE),
    Action.REGISTER_COMPONENT: _rule(Role.OFFICER, Role.PUBLISHER),
    Action.PUBLISH: _rule(Role.PUBLISHER, duties=(_did_not_make,)),
    Action.SUSPEND: _rule(Role.PUBLISHER, Role.CHAIR),
    Action.ASSESS_USE: _rule(Role.OFFICER),
    Action.REQUEST_EXEMPTION: _rule(Role.OFFICER),
    Action.GRANT_EXEMPTION: _rule(
        Role.CHAIR, own=False, duties=(_on_the_board, _did_not_ask, _is_not_recused)
    ),
    Action.EDIT_RISK: _rule(Role.OFFICER),
    Action.HANDLE_PROBLEM: _rule(Role.OFFICER),
    Action.IMPORT_RECORDS: _rule(Role.ADMIN),
    Action.EXPORT_AS_OF: _rule(Role.OFFICER, Role.AUDITOR),
    Action.REVIEW: _rule(Role.ASSESSOR, own=False, duties=(_not_own_work,)),
    Action.ATTEST: _rule(Role.ASSESSOR, own=False, duties=(_not_own_work,)),
    Action.VOTE: _rule(
        Role.BOARD_MEMBER, Role.CHAIR, own=False,
        duties=(_on_the_board, _did_not_assess, _is_not_recused),
    ),
    Action.CLOSE_VOTE: _rule(Role.CHAIR, own=False, duties=(_on_the_board, _is_not_recused)),
    Action.READ_GUARDED: _rule(
        Role.AUDITOR, Role.ASSESSOR, Role.BOARD_MEMBER, Role.CHAIR, own=False,
        duties=(_audits_their_own, _says_why),
    ),
    Action.READ_AUDIT: _rule(Role.AUDITOR, Role.ADMIN),
    Action.MANAGE_PEOPLE: _rule(Role.ADMIN),
    Action.LEAVE_NODE: _rule(Role.ADMIN),
    Action.MANAGE_NODE: _rule(Role.ADMIN),
    Action.READ_METRICS: _rule(Role.SCRAPER, Role.ADMIN, own=False),
}  # fmt: skip
