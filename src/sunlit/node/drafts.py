"""Drafts: what people of one organisation have begun, and whose turn it is. Flows are data.

A draft lives in the private store and is seen by its organisation only. Who may move it from
where to where is one table: states x roles x actions. What it says to the public enters the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from sunlit.authority.answer import Answer
from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.base.wording import either, fixed, text
from sunlit.node.permission import Actor, Role

MAX_REASON: Final = 2_000  # characters
MAX_DRAFT: Final = 64 * 1024  # bytes of what was typed


class Kind(StrEnum):
    """What a draft is of."""

    REGISTRATION = "registration"
    ASSESSMENT = "assessment"


class State(StrEnum):
    """Whose turn it is."""

    DRAFT = "draft"
    TO_CHECK = "to-check"
    RETURNED = "returned"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What may be done with a draft."""

    SAVE = "save"
    SUBMIT = "submit"
    TAKE_BACK = "take-back"
    RETURN = "return"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a flow: from which states to which, by which roles.

    `author` asks that whoever wrote the draft does it (True), or must not (False); None asks
    nothing. `reason` asks for one in words; `signed` for a passkey.
    """

    of: frozenset[State]
    to: State | None
    roles: frozenset[Role]
    author: bool | None = None
    reason: bool = False
    signed: bool = False


_WRITERS: Final = frozenset({Role.OFFICER, Role.PUBLISHER})
_CHECKERS: Final = frozenset({Role.PUBLISHER})
_OWN: Final = frozenset({State.DRAFT, State.RETURNED})

# states x roles x actions
FLOWS: Final[Mapping[Kind, Mapping[Move, Step]]] = {
    Kind.REGISTRATION: {
        Move.SAVE: Step(of=_OWN, to=State.DRAFT, roles=_WRITERS, author=True),
        Move.SUBMIT: Step(of=_OWN, to=State.TO_CHECK, roles=_WRITERS, author=True, signed=True),
        Move.TAKE_BACK: Step(
            of=frozenset({State.TO_CHECK}), to=State.DRAFT, roles=_WRITERS, author=True
        ),
        Move.RETURN: Step(
            of=frozenset({State.TO_CHECK}), to=State.RETURNED, roles=_CHECKERS, author=False,
            reason=True,
        ),
        Move.PUBLISH: Step(
            of=frozenset({State.TO_CHECK}), to=State.PUBLISHED, roles=_CHECKERS, author=False,
            signed=True,
        ),
        Move.WITHDRAW: Step(
            of=frozenset({State.PUBLISHED}), to=State.WITHDRAWN, roles=_CHECKERS, author=False,
            reason=True, signed=True,
        ),
        Move.DISCARD: Step(of=_OWN, to=None, roles=_WRITERS, author=True),
    },
    Kind.ASSESSMENT: {
        Move.SAVE: Step(of=_OWN, to=State.DRAFT, roles=frozenset({Role.OFFICER})),
        Move.PUBLISH: Step(
            of=_OWN, to=State.PUBLISHED, roles=frozenset({Role.OFFICER}), signed=True
        ),
        Move.DISCARD: Step(of=_OWN, to=None, roles=frozenset({Role.OFFICER})),
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Something begun. `about` names the component or use; `author` is a person's id.

    `content` is what was typed; `version` counts every change, so that nobody overwrites what
    they have not seen. `envelope` is the first person's signed statement, kept until the second
    person's enters the log with it.
    """

    id: str
    organisation: str
    kind: Kind
    about: str
    author: str
    state: State = State.DRAFT
    content: Mapping[str, object] = field(default_factory=dict)
    version: int = 0
    changed: datetime
    reason: str | None = None
    statement: str | None = None
    envelope: bytes | None = field(default=None, repr=False)


class Drafts(Protocol):
    """The store of drafts. Every question names the organisation: of another's there are none."""

    def get(self, organisation: str, draft: str) -> Draft | None:
        """Return a draft of this organisation."""
        ...

    def of(self, organisation: str) -> tuple[Draft, ...]:
        """Return the organisation's drafts, the latest changed first."""
        ...

    def add(self, draft: Draft) -> Draft:
        """Keep a new draft as version 1."""
        ...

    def change(self, draft: Draft) -> Draft:
        """Keep a draft in place of the version that it names; return it with the next version.

        Raises:
            VerificationError: `draft.stale` where somebody changed it in between.
        """
        ...

    def drop(self, draft: Draft) -> None:
        """Throw a draft away."""
        ...


def can_move(actor: Actor, move: Move, draft: Draft) -> Answer:
    """Tell whether an actor may do this to a draft, and why not. Pure."""
    step = FLOWS[draft.kind].get(move)
    if step is None or actor.organisation != draft.organisation or not actor.signed_in:
        return Answer.no("this cannot be done here")
    if not actor.roles & step.roles:
        return Answer.no(text("this needs the role %(roles)s", roles=either(sorted(step.roles))))
    if draft.state not in step.of:
        return Answer.no(
            text(
                "this cannot be done to what is %(state)s",
                state=fixed(draft.state.value.replace("-", " ")),
            )
        )
    if step.author is True and actor.person != draft.author:
        return Answer.no("only whoever wrote it may do this")
    if step.author is False and actor.person == draft.author:
        return Answer.no("nobody publishes alone: another person has to do this")
    return Answer.yes("your role allows it")


def moves(actor: Actor, draft: Draft) -> tuple[Move, ...]:
    """Return what an actor may do to a draft now."""
    return tuple(move for move in FLOWS[draft.kind] if can_move(actor, move, draft))


def moved(
    actor: Actor, move: Move, draft: Draft, at: datetime, *, reason: str | None = None
) -> Draft:
    """Return the draft after a move; not kept yet.

    Raises:
        VerificationError: `draft.refused`, `draft.no-reason`.
    """
    answer = can_move(actor, move, draft)
    if not answer:
        raise VerificationError(
            "draft.refused", text("you may not do this: %(why)s", why=fixed(answer.reason))
        )
    step = FLOWS[draft.kind][move]
    said = (reason or "").strip()
    if step.reason and not said:
        raise VerificationError(
            "draft.no-reason", "this takes a reason", mend="say in one sentence why"
        )
    state = step.to or draft.state
    return replace(draft, state=state, changed=at, reason=said[:MAX_REASON] or None)


def find(drafts: Drafts, organisation: str | None, draft: str) -> Draft:
    """Return a draft of this organisation.

    Raises:
        UnavailableError: `draft.no-such-draft`, also where it is another organisation's.
    """
    found = drafts.get(organisation, draft) if organisation else None
    if found is None:
        raise UnavailableError(
            "draft.no-such-draft", "there is no such draft", mend="your tasks name those there are"
        )
    return found


def stale(mine: int, theirs: int) -> VerificationError:
    """Return the refusal of a change to what somebody changed in between."""
    return VerificationError(
        "draft.stale", "somebody changed this while you were at it",
        expected=f"version {mine}", got=f"version {theirs}",
        mend="compare both versions, then save again",
    )  # fmt: skip
