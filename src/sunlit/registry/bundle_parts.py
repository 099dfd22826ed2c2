"""Where a bundle is taken from, and what has been gathered of it."""

from dataclasses import dataclass, field
from datetime import datetime

from sunlit.authority.history import History
from sunlit.authority.trustfile import TrustFile
from sunlit.bundle import layout
from sunlit.bundle.statements import Row
from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import TokenGrant
from sunlit.decision.content import Content
from sunlit.decision.record import Record
from sunlit.decision.store import DecisionStore
from sunlit.registry.decisions import Case
from sunlit.registry.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where everything is taken from; `history` is the home's log, folded."""

    store: DecisionStore
    home: Home
    history: History
    trust: TrustFile
    case: Case
    asked: datetime | None = None

    @property
    def as_of(self) -> datetime:
        """As of when statements are gathered: the record's time unless asked otherwise."""
        return self.asked or self.record.time

    @property
    def record(self) -> Record:
        """The decision's record."""
        return self.case.seen.record


@dataclass(slots=True, kw_only=True)
class Gathered:
    """Files by path, and what stands in them; `notes` say what is not as one would expect."""

    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    opening: Content | None = None
    later: list[tuple[str, Record, Content | None]] = field(default_factory=list)
    statements: tuple[tuple[Row, Admitted], ...] = ()
    grant: TokenGrant | None = None
    sections: dict[str, int] = field(default_factory=dict)
    inspection: tuple[dict[str, object], ...] = ()

    def entry_of(self, row: Row) -> bytes:
        """Return the entry of a statement."""
        return self.files[f"{layout.STATEMENTS}{row.file}{layout.ENTRY}"]
