"""Entering a component in a catalogue with key files: the same two statements as the workbench's.

One person signs what it is (a `Registration`, read from its `sunlit.toml`); another person of the
organisation signs that it is published. The log refuses a publication by a key that signed what
it publishes.
"""

from collections.abc import Mapping
from datetime import datetime

from sunlit.base.errors import MalformedError
from sunlit.claims.lifecycle import Publication, Registration
from sunlit.node.drafts import Draft, Kind
from sunlit.node.register_component import (
    content,
    problems,
    read,
    registration,
    subject,
    typed,
)
from sunlit.registry.admit import Ledger
from sunlit.registry.saying import Said, say
from sunlit.statement.keys import Signer


def entry_of(
    organisation: str, manifest: bytes, given: Mapping[str, str], at: datetime
) -> Registration:
    """Return what an organisation says of a component; what is in `given` goes first.

    Raises:
        MalformedError: `toml.malformed`, `register.incomplete`.
    """
    found = read("manifest", manifest)
    told = typed({**found.fields, **given})
    wrong = problems(told)
    if wrong:
        raise MalformedError(
            "register.incomplete", "the registration is not complete",
            expected="; ".join(wrong.values()), mend="change sunlit.toml, or give the options",
        )  # fmt: skip
    draft = Draft(
        id="", organisation=organisation, kind=Kind.REGISTRATION, about=told["component"],
        author="", content=content(found, told, at), changed=at,
    )  # fmt: skip
    return registration(draft)


def enter(ledger: Ledger, claim: Registration, signer: Signer) -> Said:
    """Admit what somebody says of a component; it is in no catalogue until another publishes it.

    Raises:
        VerificationError: `admit.refused`, `admit.unknown-signer`.
    """
    return say(ledger, claim, subject(claim.component), signer)


def decide(
    ledger: Ledger, statement: str, decision: str, signer: Signer, reason: str | None = None
) -> Said:
    """Admit that a registration is published, or taken back with a reason.

    Raises:
        MalformedError: `register.no-such`.
        VerificationError: `admit.refused`, `admit.unknown-signer`.
    """
    found = next(
        (
            one
            for one in ledger.history.statements
            if one.statement_id == statement and isinstance(one.claim, Registration)
        ),
        None,
    )
    if found is None or not isinstance(found.claim, Registration):
        raise MalformedError(
            "register.no-such", "the log holds no registration of this id",
            mend="take the id that this printed: sunlit catalogue enter PATH --home HOME",
        )  # fmt: skip
    known = ledger.history.directory.organisation_of(signer.public.key_id)
    claim = Publication(
        organisation=known or ledger.home.organisation, statement=statement, decision=decision,
        reason=reason,
    )  # fmt: skip
    return say(ledger, claim, subject(found.claim.component), signer)
