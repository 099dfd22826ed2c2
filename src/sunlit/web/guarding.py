"""Every route says which action it is: `may(Action...)`, a dependency that lets in or refuses.

What a page is about (whose, made by whom) is known to its own use case, which asks `demand`.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request

from sunlit.base.errors import VerificationError
from sunlit.node.permission import ANYTHING, PUBLIC, Action, Actor, Subject, can


def actor_of(request: Request) -> Actor:
    """Return who asks, as the guard of the route found out."""
    actor = getattr(request.state, "actor", PUBLIC)
    return actor if isinstance(actor, Actor) else PUBLIC


def demand(request: Request, action: Action, subject: Subject) -> Actor:
    """Return who asks, if they may do this to that.

    Raises:
        VerificationError: `permission.refused`.
    """
    actor = actor_of(request)
    answer = can(actor, action, subject)
    if not answer:
        raise VerificationError("permission.refused", f"You may not do this: {answer.reason}")
    return actor


@dataclass(frozen=True)
class Guard:
    """The dependency of one route. `organisation` names the path's part that says whose it is."""

    action: Action
    organisation: str | None = None

    async def __call__(self, request: Request) -> Actor:
        """Let in or refuse.

        Raises:
            VerificationError: `permission.refused`.
        """
        name = self.organisation
        whose = request.path_params.get(name) if name is not None else None
        subject = Subject(organisation=str(whose)) if whose is not None else ANYTHING
        return demand(request, self.action, subject)


def may(action: Action, *, organisation: str | None = None) -> Any:  # noqa: ANN401 (as Depends)
    """Return what lets a request through only if whoever asks may do `action`.

    `organisation` names the part of the path that holds the id of whose it is.
    """
    return Depends(Guard(action, organisation))
