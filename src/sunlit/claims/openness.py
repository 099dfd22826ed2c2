"""Is it open, under which licence; what is withheld, who said why, until when?"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sunlit.claims.base import Claim, of_type

MAX_AUDIENCES: Final = 16
MAX_TEXT: Final = 512  # characters


@of_type("urn:sunlit:openness:licence:v1", family="openness")
@dataclass(frozen=True, slots=True, kw_only=True)
class Licence(Claim):
    """A licence found for a thing. `covers` is `component` or `dataset`.

    `expression` is SPDX; None where the text found is no SPDX expression (`declared` holds
    it). `osi_approved` is None where no list knows. Subject: the release's digest, or the
    dataset's.
    """

    covers: str
    declared: str | None = None
    expression: str | None = None
    osi_approved: bool | None = None
    found_in: str | None = None
    unknown_terms: tuple[str, ...] = ()


@of_type("urn:sunlit:statement:withheld:v1", family="openness")
@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld(Claim):
    """The closed form of a statement: the commitment, why, who approved it, until when, for whom.

    Subject: as the statement's that is withheld, or its commitment (`sunlitCommitV1`) alone.
    `commitment` is hex SHA-256 (`sunlit.statement.withheld`); `approved_by` is an office, never
    a person's name; `audiences` may hold the content.
    """

    commitment: str
    ground: str
    approved_by: str
    expires_at: datetime
    audiences: tuple[str, ...]

    def flaw(self) -> str | None:
        """Return why this is no closed form that anyone should act on, None when it is one."""
        if not re.fullmatch(r"[0-9a-f]{64}", self.commitment):
            return "`commitment` is not 64 lower-case hex digits"
        if not 1 <= len(self.audiences) <= MAX_AUDIENCES:
            return f"it does not name 1 to {MAX_AUDIENCES} audiences"
        texts = (self.ground, self.approved_by, *self.audiences)
        if not all(_is_text(text) for text in texts):
            return f"ground, office and audiences are not texts of 1 to {MAX_TEXT} characters"
        return None

    def has_lapsed(self, at: datetime) -> bool:
        """Tell whether the ground has lapsed, so that the content is due to everybody."""
        return at >= self.expires_at


@of_type("urn:sunlit:statement:opened:v1", family="openness")
@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Claim):
    """A withheld statement is open now. Subject: as the closed form's.

    `supersedes` is the closed form's statement id, `statement` that of the statement which it
    closed and which the log holds by now; with `salt` (hex) anyone checks that it is the one.
    """

    statement: str
    salt: str


def _is_text(text: str) -> bool:
    # It is repeated in findings and on screens: no control characters.
    return text.strip() != "" and len(text) <= MAX_TEXT and text.isprintable()


@of_type("urn:sunlit:openness:guarded-read:v1", family="openness")
@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedRead(Claim):
    """Somebody with a role was given something guarded, for a purpose. Subject: what was given.

    `organisation` and `role` say who; never a person's name. Said by the operator of the node
    that gave it.
    """

    artefact: str
    component: str | None = None
    organisation: str
    role: str
    purpose: str
    read_on: datetime

    def flaw(self) -> str | None:
        """Return why nobody can tell from this who read what and why, None when one can."""
        if not re.fullmatch(r"[0-9a-f]{64}", self.artefact):
            return "`artefact` is not 64 lower-case hex digits"
        if not all(_is_text(text) for text in (self.organisation, self.role, self.purpose)):
            return f"organisation, role and purpose are not texts of 1 to {MAX_TEXT} characters"
        return None
