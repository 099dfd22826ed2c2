"""What becomes of signed acts of the workbench: who waits for a second person, what enters."""

from dataclasses import replace

from fastapi import Request

from sunlit.base.errors import UnavailableError
from sunlit.claims.authority import Role
from sunlit.node.acts import Act
from sunlit.node.drafts import Draft, Move, State, find, moved, stale
from sunlit.node.risk_edit import still
from sunlit.node.submit import State as Waiting
from sunlit.node.submit import Ticket
from sunlit.registry.keys import cosign
from sunlit.statement.dsse import Envelope
from sunlit.web import acts
from sunlit.web.pages import site_of
from sunlit.web.workbench.common import case, drafts, me, now


def _draft(request: Request, act: Act) -> Draft:
    """Return the draft of an act, as it was when the act was prepared.

    Raises:
        UnavailableError: `draft.no-such-draft`.
        VerificationError: `draft.stale`.
    """
    found = find(drafts(request), me(request).organisation, act.told.context["draft"])
    seen = int(act.told.context["version"])
    if found.version != seen:
        raise stale(seen, found.version)
    return found


def _put(request: Request, act: Act, envelope: Envelope, *after: bytes) -> Ticket:
    return site_of(request).submissions.put(act.organisation, envelope.to_bytes(), after=after)


def _cosigned(request: Request, envelope: Envelope) -> Envelope:
    """Add the signature of the person's organisation, where this node holds its operator key.

    A deployer's word takes it (`rubric.standing.by_deployer`); the person's own stays first.
    """
    try:
        operator = site_of(request).home(me(request).organisation).signer(Role.OPERATOR)
    except UnavailableError:
        return envelope  # the log says if it needs it
    return cosign(envelope, [operator])


@acts.then("workbench.submitted")
def _submitted(request: Request, act: Act, envelope: Envelope) -> None:
    """Keep what the writer signed until a second person signs: nothing enters the log yet."""
    found = _draft(request, act)
    after = moved(me(request).actor, Move.SUBMIT, found, now(request))
    drafts(request).change(
        replace(after, envelope=envelope.to_bytes(), statement=envelope.statement_id)
    )


@acts.then("workbench.published")
def _published(request: Request, act: Act, envelope: Envelope) -> Ticket:
    """Let both statements enter together: the writer's, then the checker's."""
    found = _draft(request, act)
    after = moved(me(request).actor, Move.PUBLISH, found, now(request))
    ticket = _put(request, act, envelope, found.envelope or b"")
    drafts(request).change(_with_ticket(after, ticket))
    return ticket


@acts.then("workbench.withdrawn")
def _withdrawn(request: Request, act: Act, envelope: Envelope) -> Ticket:
    """Let the withdrawal enter."""
    found = _draft(request, act)
    reason = act.told.context.get("reason") or found.reason or "withdrawn"
    after = moved(me(request).actor, Move.WITHDRAW, found, now(request), reason=reason)
    ticket = _put(request, act, envelope)
    drafts(request).change(_with_ticket(after, ticket))
    return ticket


@acts.then("workbench.assessed")
def _assessed(request: Request, act: Act, envelope: Envelope) -> Ticket:
    """Let an assessment enter; its draft is done."""
    found = _draft(request, act)
    after = moved(me(request).actor, Move.PUBLISH, found, now(request))
    ticket = _put(request, act, _cosigned(request, envelope))
    drafts(request).change(_with_ticket(after, ticket))
    return ticket


@acts.then("workbench.cell")
def _cell(request: Request, act: Act, envelope: Envelope) -> Ticket:
    """Let an edit of the register enter, if nobody changed the cell since it was prepared."""
    still(case(request, act.told.context["use"]), act.told.context)
    return _put(request, act, _cosigned(request, envelope))


def _with_ticket(draft: Draft, ticket: Ticket) -> Draft:
    kept = {"id": ticket.id, "organisation": ticket.organisation}
    return replace(draft, content={**draft.content, "ticket": kept})


def settled(request: Request, draft: Draft) -> Draft:
    """Return a draft brought up to date: what the log refused is as it was before."""
    kept = draft.content.get("ticket")
    if not isinstance(kept, dict) or draft.state not in (State.PUBLISHED, State.WITHDRAWN):
        return draft
    ticket = Ticket(id=str(kept["id"]), organisation=str(kept["organisation"]),
                    state=Waiting.WAITING)  # fmt: skip
    outcome = site_of(request).submissions.wait(ticket, 0)
    if outcome.state is not Waiting.REFUSED or outcome.error is None:
        return draft
    left = {name: value for name, value in draft.content.items() if name != "ticket"}
    before = State.PUBLISHED if draft.state is State.WITHDRAWN else _before(draft)
    why = f"The log refused it: {outcome.error.what}"
    return drafts(request).change(replace(draft, state=before, content=left, reason=why))


def _before(draft: Draft) -> State:
    return State.TO_CHECK if draft.envelope is not None else State.DRAFT
