"""Withhold a statement: log its closed form, keep the opening in private, open it later.

The opening (salt and envelope) lies in `private/withheld/` of the home and with the named
audiences. Deleting every copy erases the statement; the closed entry and its proofs stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.claims.admitted import Admitted
from sunlit.claims.openness import Opened, Withheld
from sunlit.registry.admit import Ledger
from sunlit.registry.home import Home, write_whole
from sunlit.registry.saying import Said, say
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement
from sunlit.statement.keys import Signer
from sunlit.statement.withheld import Opening, hidden_subject, new_salt


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """On what ground, by which office's approval, until when, and who may read it all the same."""

    ground: str
    office: str
    until: datetime
    audiences: tuple[str, ...]
    hide_subject: bool = False


def withhold(
    ledger: Ledger, envelope: Envelope, closure: Closure, signer: Signer
) -> tuple[Said, Path]:
    """Log the closed form of a signed statement; return it and where the opening lies.

    What could not be admitted open is not withheld either: it could never open.

    Raises:
        VerificationError: `withhold.known`, `admit.*`.
        UnavailableError: `home.cannot-write`.
    """
    if any(said.statement_id == envelope.statement_id for said in ledger.history.statements):
        raise VerificationError(
            "withhold.known", "this log holds the statement already, open to everybody"
        )
    ledger.examine(envelope)
    opening = Opening(new_salt(), envelope)
    claim = Withheld(
        commitment=opening.commitment, ground=closure.ground, approved_by=closure.office,
        expires_at=closure.until, audiences=closure.audiences,
    )  # fmt: skip
    subjects = (
        (hidden_subject(opening.commitment),)
        if closure.hide_subject
        else Statement.parse(envelope.payload).subjects
    )
    path = opening_path(ledger.home, opening.commitment)
    # Kept before it is logged: a closed form that nobody can open would be worth nothing.
    write_whole(path, opening.to_bytes(), private=True)
    try:
        return say(ledger, claim, subjects[0], signer, *subjects[1:]), path
    except (MalformedError, VerificationError):
        path.unlink()  # refused; after any other error it may stand in the log
        raise


def opening_path(home: Home, commitment: str) -> Path:
    """Return where the home keeps an opening."""
    return home.root / "private" / "withheld" / f"{commitment[:16]}.opening.json"


def find_closed(known: Sequence[Admitted], opening: Opening) -> Admitted:
    """Return the latest closed form that this opens: salt and content give its commitment.

    Raises:
        VerificationError: `withhold.not-this`.
    """
    committed = opening.commitment
    for said in reversed(known):
        if isinstance(said.claim, Withheld) and said.claim.commitment == committed:
            return said
    raise VerificationError(
        "withhold.not-this", "this log holds no closed statement that salt and content open",
        expected=f"a closed statement with the commitment {committed[:16]}...",
        mend="use the unchanged opening file, and bring the log that holds the closed statement: "
        "sunlit log import DIR --home HOME",
    )  # fmt: skip


def open_withheld(ledger: Ledger, opening: Opening, signer: Signer) -> tuple[Said, int]:
    """Admit what was withheld and say so; return that, and the index of the opened entry.

    Raises:
        VerificationError: `withhold.not-this`, `withhold.not-yours`, `admit.*`.
    """
    directory = ledger.history.directory
    closed = find_closed(ledger.history.statements, opening)
    if directory.organisation_of(signer.public.key_id) not in directory.organisations(closed):
        raise VerificationError(
            "withhold.not-yours", "another organisation withheld this statement",
            expected="a key of " + (", ".join(sorted(directory.organisations(closed))) or "nobody"),
        )  # fmt: skip
    receipt = ledger.admit(opening.envelope)
    claim = Opened(
        statement=opening.envelope.statement_id, salt=opening.salt.hex(),
        supersedes=closed.statement_id,
    )  # fmt: skip
    first, *more = closed.subjects
    return say(ledger, claim, first, signer, *more), receipt.index
