"""In what state is it?"""

from typing import Final

from sunlit.capabilities.lifecycle import rules
from sunlit.capabilities.lifecycle.admission import admit
from sunlit.claims.lifecycle import (
    Publication,
    Registration,
    Release,
    TokenGrant,
    TokenStatus,
)
from sunlit.rubric.capability import Capability

CAPABILITY: Final = Capability(
    name="lifecycle",
    question="In what state is it?",
    claims=frozenset({Release, TokenGrant, TokenStatus, Registration, Publication}),
    admission=admit,
    rules={
        "all-signed": rules.all_signed,
        "release-declared": rules.release_declared,
    },
)
