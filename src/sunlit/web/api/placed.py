"""An entry as it stands in a log of this node, read and checked against the log's checkpoint."""

from dataclasses import dataclass

from fastapi import Request

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Opaque, read_claim
from sunlit.log.entry import Entry
from sunlit.registry.home import Home
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement
from sunlit.web.pages import site_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An entry's bytes, what it says, and the proof that the log holds it."""

    home: Home
    entry: bytes
    proof: bytes
    envelope: Envelope
    said: Admitted


def placed(request: Request, origin: str, index: int) -> Placed:
    """Return an entry. Who signed it is not asked here.

    Raises:
        UnavailableError: `node.no-such-entry`, and as reading a log raises.
        VerificationError: where the log's files do not lead to its root.
    """
    home = next((one for one in site_of(request).homes if one.origin == origin), None)
    reader = home.reader() if home is not None else None
    if home is None or reader is None or not 0 <= index < reader.size:
        raise UnavailableError(
            "node.no-such-entry", "no log of this node has such an entry",
            mend="look for it in the list of the log's entries",
        )  # fmt: skip
    entry = reader.entry(index)
    parsed = Entry.parse(entry)
    envelope = Envelope.from_json(parsed.envelope)
    try:
        statement = Statement.parse(envelope.payload)
        claim = read_claim(statement.predicate_type, statement.predicate)
        subjects = statement.subjects
    except SunlitError:  # a log holds what cannot be read, too
        claim, subjects = Opaque(), ()
    said = Admitted(
        claim=claim, statement_id=envelope.statement_id, subjects=subjects, origin=origin,
        index=index, admitted_at=parsed.admitted_at,
    )  # fmt: skip
    proof = reader.receipt(index).to_bytes()
    return Placed(home=home, entry=entry, proof=proof, envelope=envelope, said=said)
