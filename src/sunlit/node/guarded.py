"""Guarded reads: what is open to anybody, what needs a role and a purpose, and what is left of it.

Metadata is always open. Artefacts and reports are open or guarded by kind; whoever reads a guarded
one leaves a `GuardedRead` statement in the log of the node's operator, which names an organisation,
a role and a purpose and no person, and a row in the private audit, which names the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.claims.openness import GuardedRead
from sunlit.node.acts import Audit
from sunlit.node.permission import RULES, Action, Actor, Subject, can
from sunlit.node.submit import Submissions, Ticket
from sunlit.statement.dsse import sign
from sunlit.statement.intoto import Statement
from sunlit.statement.intoto import Subject as About
from sunlit.statement.keys import Signer

OPEN: Final = "open"
GUARDED: Final = "guarded"
# Whoever may see a page may read what it says; code, weights and raw results are another matter.
BY_KIND: Final[Mapping[str, str]] = {
    "metadata": OPEN,
    "report": OPEN,
    "test-report": OPEN,
    "artefact": GUARDED,
    "weights": GUARDED,
    "transcript": GUARDED,
}
MIN_PURPOSE: Final = 10  # characters
MAX_PURPOSE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to read. `digest` is hex SHA-256, `component` a purl.

    `organisation` is whose home keeps it.
    """

    kind: str
    digest: str
    organisation: str | None = None
    component: str | None = None


def is_open(kind: str) -> bool:
    """Tell whether anybody may read things of this kind; what is not known is guarded."""
    return BY_KIND.get(kind, GUARDED) == OPEN


def is_purpose(text: str) -> bool:
    """Tell whether a text says in a sentence what somebody needs a guarded thing for."""
    told = text.strip()
    return MIN_PURPOSE <= len(told) <= MAX_PURPOSE and told.isprintable()


def admit_reader(actor: Actor, wanted: Wanted, purpose: str, at: datetime) -> GuardedRead:
    """Return the claim that a guarded read leaves, if this actor may read it for this purpose.

    Raises:
        VerificationError: `permission.refused`.
        MalformedError: `guarded.purpose`.
    """
    told = purpose.strip()
    answer = can(
        actor, Action.READ_GUARDED, Subject(purpose=told, organisation=wanted.organisation)
    )
    if not answer or actor.organisation is None:
        raise VerificationError("permission.refused", f"You may not read this: {answer.reason}")
    if not is_purpose(told):
        raise MalformedError(
            "guarded.purpose", "say in a sentence what you need this for",
            expected=f"{MIN_PURPOSE} to {MAX_PURPOSE} characters on one line",
            mend="the purpose is published; name no person in it",
        )  # fmt: skip
    role = min(actor.roles & RULES[Action.READ_GUARDED].roles)
    return GuardedRead(
        artefact=wanted.digest, component=wanted.component, organisation=actor.organisation,
        role=role.value, purpose=told, read_on=at,
    )  # fmt: skip


def record(
    claim: GuardedRead, actor: Actor, *, operator: str, signer: Signer, queue: Submissions,
    audit: Audit,
) -> Ticket:  # fmt: skip
    """Leave the statement and the audit row; only then is the thing handed out.

    Raises:
        UnavailableError: `submit.queue-full`, `private.unavailable`.
    """
    about = About(None, {"sha256": claim.artefact})
    payload = Statement((about,), claim.TYPE, claim.to_predicate()).to_payload()
    ticket = queue.put(operator, sign(payload, [signer]).to_bytes())
    detail = {"artefact": claim.artefact, "purpose": claim.purpose, "role": claim.role}
    audit.note("guarded-read", (actor.person or "", claim.organisation), claim.read_on, detail)
    return ticket
