"""Why did it decide this?"""

from typing import Final

from sunlit.capabilities.decision import rules
from sunlit.capabilities.decision.admission import admit
from sunlit.claims.decision import Anchor, Erasure, Hold, LogRegistration, Retention
from sunlit.rubric.capability import Capability

CAPABILITY: Final = Capability(
    name="decision",
    question="Why did it decide this?",
    claims=frozenset({Anchor, Erasure, Hold, LogRegistration, Retention}),
    admission=admit,
    rules={"decision-logs-anchored": rules.decision_logs_anchored},
)
