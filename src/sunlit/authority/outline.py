"""An entry in outline: its place and what it is about, for who does not read what it says."""

from collections.abc import Collection

from sunlit.base.canonical import decode_object
from sunlit.base.errors import SunlitError
from sunlit.base.times import parse_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim, Opaque
from sunlit.statement.dsse import PAYLOAD_TYPE, Envelope
from sunlit.statement.intoto import Statement


def outline_of(
    kinds: Collection[type[Claim]], entry: bytes, *, origin: str, index: int
) -> Admitted | None:
    """Return an entry of one of these kinds as opaque, said by nobody; None for any other.

    Nobody's signature is looked at, so it must be of a kind that no rule acts on.
    """
    try:
        found = decode_object(entry, what="the log entry")
        envelope = Envelope.from_json(found.get("envelope"))
        # Most entries are of other kinds, and their bytes say so before they are parsed.
        if not any(kind.TYPE.encode() in envelope.payload for kind in kinds):
            return None
        statement = Statement.parse(envelope.payload)
        at = parse_time(found.get("admitted"), what="the admission time")
    except SunlitError:
        return None  # whoever reads it whole says what is wrong with it
    if envelope.payload_type != PAYLOAD_TYPE:
        return None
    if statement.predicate_type not in {kind.TYPE for kind in kinds}:
        return None
    return Admitted(
        claim=Opaque(predicate_type=statement.predicate_type), subjects=statement.subjects,
        statement_id=envelope.statement_id, origin=origin, index=index, admitted_at=at,
    )  # fmt: skip
