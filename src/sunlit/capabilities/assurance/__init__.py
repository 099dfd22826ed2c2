"""Who independent tested it, and how well?"""

from typing import Final

from sunlit.capabilities.assurance import rules
from sunlit.capabilities.assurance.admission import admit
from sunlit.capabilities.assurance.bias import bias_audited
from sunlit.capabilities.assurance.redteam import red_teamed
from sunlit.capabilities.assurance.robustness import drift_within_limits, robustness_tested
from sunlit.capabilities.assurance.security import security_scanned
from sunlit.claims.assurance import (
    Attestation,
    ChangePlan,
    CounterEvidence,
    Effort,
    Reply,
    TestResult,
    WeightBinding,
    Withdrawal,
)
from sunlit.claims.bias import BiasAudit
from sunlit.rubric.capability import Capability

CAPABILITY: Final = Capability(
    name="assurance",
    question="Who independent tested it, and how well?",
    claims=frozenset(
        {
            Attestation,
            BiasAudit,
            ChangePlan,
            CounterEvidence,
            Effort,
            Reply,
            TestResult,
            WeightBinding,
            Withdrawal,
        }
    ),
    admission=admit,
    rules={
        "bias-audited": bias_audited,
        "drift-within-limits": drift_within_limits,
        "independently-attested": rules.independently_attested,
        "no-unsafe-serialisation": rules.no_unsafe_serialisation,
        "performance-tested": rules.performance_tested,
        "red-teamed": red_teamed,
        "robustness-tested": robustness_tested,
        "security-scanned": security_scanned,
        "tested-by-group": rules.tested_by_group,
    },
)
