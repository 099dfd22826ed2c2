"""What other registers say: records that nobody signed, taken over as what they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sunlit.claims.base import Claim, of_type


@of_type("urn:sunlit:interop:imported-record:v1", family="interop")
@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRecord(Claim):
    """One record of somebody else's register, as it was found. It evidences nothing.

    Whoever signs says only "this is what that file said": of `record` in `register`, from the
    file with `source_digest` (hex SHA-256), got at `source` under `licence`. `fields` holds what
    was filled in, under the register's own names; `blanks` names what the register asks and
    nobody filled in. A text too long for an entry is cut, and `cut` names its field.
    Subject: `named_digest("imported-record", register + "#" + record)`.
    """

    register: str
    record: str
    title: str
    publisher: str
    source: str
    source_digest: str
    licence: str
    retrieved_on: datetime
    published_on: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    blanks: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
