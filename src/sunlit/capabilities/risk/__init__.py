"""What can go wrong, what is done about it?"""

from typing import Final

from sunlit.capabilities.risk import rules
from sunlit.capabilities.risk.admission import admit
from sunlit.capabilities.risk.assessed import impact_assessed
from sunlit.capabilities.risk.measures import measure_in_place
from sunlit.claims.risk import (
    Acceptance,
    BoardSession,
    Measure,
    Mitigation,
    Recusal,
    RiskAssessment,
    RiskCode,
    Use,
    Vote,
)
from sunlit.rubric.capability import Capability

CAPABILITY: Final = Capability(
    name="risk",
    question="What can go wrong, what is done about it?",
    claims=frozenset(
        {
            Acceptance,
            BoardSession,
            Measure,
            Mitigation,
            Recusal,
            RiskAssessment,
            RiskCode,
            Use,
            Vote,
        }
    ),
    admission=admit,
    rules={
        "gap-within-ceiling": rules.gap_within_ceiling,
        "impact-assessed": impact_assessed,
        "measure-in-place": measure_in_place,
        "oversight-stated": rules.oversight_stated,
        "risk-code-published": rules.risk_code_published,
        "target-valid": rules.target_valid,
        "use-declared": rules.use_declared,
        "use-not-prohibited": rules.use_not_prohibited,
    },
)
