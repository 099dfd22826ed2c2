"""Why did it decide this? Decision logs, anchors, erasures, legal holds, retention periods.

The decisions themselves are records in decision logs (`sunlit.decision.record`), not
statements: there are too many, and they name no person. What is said about a decision log is.
"""

from dataclasses import dataclass
from datetime import datetime

from sunlit.claims.base import Claim, of_type


@of_type("urn:sunlit:decision:log:v1", family="decision")
@dataclass(frozen=True, slots=True, kw_only=True)
class LogRegistration(Claim):
    """A deployer's decision log, registered before its first record.

    Subject: `named_digest("decision-log", origin)`. `vkey` is the log's C2SP verifier key.
    """

    origin: str
    vkey: str
    deployer: str
    use: str | None = None
    registered_on: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many records of each kind stand below an anchor; together they are the log's size."""

    decisions: int = 0
    refusals: int = 0
    closed: int = 0
    outcomes: int = 0
    contests: int = 0
    contest_results: int = 0
    reviews: int = 0
    accesses: int = 0


@of_type("urn:sunlit:decision:anchor:v1", family="decision")
@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor(Claim):
    """A decision log's checkpoint and counts at a time, or a salted commitment to them.

    Subject: as the registration's. Open: `checkpoint` (the signed note), `size`, `counts`.
    Closed, so that volumes do not leak: `commitment` to the canonical JSON of those three
    (`sunlit.statement.withheld.commitment`), opened to whom it concerns.
    """

    origin: str
    deployer: str
    anchored_on: datetime
    checkpoint: str | None = None
    size: int | None = None
    counts: Counts | None = None
    commitment: str | None = None


@of_type("urn:sunlit:decision:erasure:v1", family="decision")
@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure(Claim):
    """The content of a record was destroyed. Subject: the record's leaf hash, as `sha256`.

    `legal_basis` is coded or a citation, never a person's name. `stores` is in how many stores
    content and key were destroyed.
    """

    origin: str
    index: int
    deployer: str
    legal_basis: str
    stores: int
    erased_on: datetime


@of_type("urn:sunlit:decision:hold:v1", family="decision")
@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Claim):
    """A legal hold: nothing that it covers is erased. Subject: as the registration's.

    `indices` of the log's records, or none for all. Lifted by a later Hold that `supersedes`
    this one with `lifted` true.
    """

    origin: str
    deployer: str
    ground: str
    indices: tuple[int, ...] = ()
    lifted: bool = False


@of_type("urn:sunlit:decision:retention:v1", family="decision")
@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Claim):
    """How long contents of a use's decisions are kept. Subject: `named_digest("use", ...)`."""

    use: str
    deployer: str
    days: int
    legal_basis: str
