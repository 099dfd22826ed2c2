"""Who may sign what?"""

from typing import Final

from sunlit.capabilities.authority import rules
from sunlit.capabilities.authority.admission import admit
from sunlit.claims.authority import (
    Accreditation,
    Conflict,
    Key,
    LogClosed,
    Organisation,
    Revocation,
)
from sunlit.rubric.capability import Capability

CAPABILITY: Final = Capability(
    name="authority",
    question="Who may sign what?",
    claims=frozenset({Organisation, Key, Accreditation, Conflict, Revocation, LogClosed}),
    admission=admit,
    rules={"signers-had-authority": rules.signers_had_authority},
)
