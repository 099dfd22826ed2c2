"""Why did it decide this? Decision logs, anchors, erasures, legal holds, retention periods.

The decisions themselves are records in decision logs (`sunlit.decision.record`), not
statements: there are too many, and they name no person. What is said about a decision log is.
"""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from sunlit.claims.base import Claim, of_type

MAX_TEXT: Final = 512  # characters of a ground or a legal basis
MAX_DAYS: Final = 36_600
MAX_INDICES: Final = 1024


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

    @property
    def total(self) -> int:
        """How many records that is: the log's size."""
        return sum(self.numbers())

    def is_from(self, earlier: "Counts") -> bool:
        """Tell whether a log that only grew can come from the earlier counts to these."""
        return all(
            new >= old >= 0 for new, old in zip(self.numbers(), earlier.numbers(), strict=True)
        )

    def numbers(self) -> tuple[int, ...]:
        """Return all counts, in the order of the fields."""
        return tuple(getattr(self, item.name) for item in fields(self))


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

    @property
    def is_closed(self) -> bool:
        """Tell whether it only commits to checkpoint, size and counts."""
        return self.commitment is not None

    def flaw(self) -> str | None:
        """Return why this is no anchor that anyone can check, None when it is one."""
        said = (self.checkpoint, self.size, self.counts)
        if self.commitment is not None:
            if said != (None, None, None):
                return "it is open and closed at once"
            good = re.fullmatch(r"[0-9a-f]{64}", self.commitment)
            return None if good else "`commitment` is not 64 lower-case hex digits"
        if None in said or self.counts is None:
            return "it names neither checkpoint, size and counts nor a commitment to them"
        if not self.counts.is_from(Counts()) or self.counts.total != self.size:
            return "its counts do not sum to its size"
        return None


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

    def flaw(self) -> str | None:
        """Return why nobody should act on this, None when somebody can."""
        if self.index < 0 or self.stores < 1:
            return "index or number of stores is too small"
        return None if is_text(self.legal_basis) else f"`legalBasis` {NO_TEXT}"


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

    def covers(self, index: int) -> bool:
        """Tell whether it holds the record at an index."""
        return not self.indices or index in self.indices

    def flaw(self) -> str | None:
        """Return why nobody should act on this, None when somebody can."""
        if len(self.indices) > MAX_INDICES or any(index < 0 for index in self.indices):
            return f"`indices` are not at most {MAX_INDICES} whole numbers from 0 on"
        return None if is_text(self.ground) else f"`ground` {NO_TEXT}"


@of_type("urn:sunlit:decision:retention:v1", family="decision")
@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Claim):
    """How long contents of a use's decisions are kept. Subject: `named_digest("use", ...)`."""

    use: str
    deployer: str
    days: int
    legal_basis: str

    def flaw(self) -> str | None:
        """Return why nobody should act on this, None when somebody can."""
        if not 0 <= self.days <= MAX_DAYS:
            return f"`days` is not from 0 to {MAX_DAYS}"
        return None if is_text(self.legal_basis) else f"`legalBasis` {NO_TEXT}"


NO_TEXT: Final = f"is no text of 1 to {MAX_TEXT} characters"


def is_text(text: str) -> bool:
    """Tell whether a text can be repeated on screens: not empty, not long, no controls."""
    return text.strip() != "" and len(text) <= MAX_TEXT and text.isprintable()
