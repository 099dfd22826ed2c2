"""A claim at its place in a log, or a draft that is in no log yet."""

from dataclasses import dataclass
from datetime import datetime

from sunlit.claims.base import Claim
from sunlit.statement.intoto import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """What a rule sees of one statement.

    `signers` are the ids of the keys whose signatures verified: none for a draft. `index` and
    `admitted_at` are the entry's place and time in the log `origin`; None for a draft.
    """

    claim: Claim
    statement_id: str
    subjects: tuple[Subject, ...]
    signers: tuple[str, ...] = ()
    origin: str | None = None
    index: int | None = None
    admitted_at: datetime | None = None

    @property
    def is_draft(self) -> bool:
        """Tell whether nobody has signed this and no log holds it."""
        return self.index is None

    def is_about(self, digest: str) -> bool:
        """Tell whether a subject has this SHA-256 digest: subjects match by digest only."""
        return any(subject.digest.get("sha256") == digest for subject in self.subjects)
