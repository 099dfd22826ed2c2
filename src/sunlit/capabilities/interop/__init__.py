"""What do other registers say?"""

from typing import Final

from sunlit.capabilities.interop import rules
from sunlit.capabilities.interop.admission import admit
from sunlit.claims.interop import ImportedRecord
from sunlit.rubric.capability import Capability

CAPABILITY: Final = Capability(
    name="interop",
    question="What do other registers say?",
    claims=frozenset({ImportedRecord}),
    admission=admit,
    rules=rules.RULES,
)
