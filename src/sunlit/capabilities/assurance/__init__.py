"""Who independent tested it, and how well?"""

from typing import Final

from sunlit.capabilities.assurance import rules
from sunlit.capabilities.assurance.admission import admit
from sunlit.capabilities.assurance.bias import bias_audited
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
        "independently-attested": rules.independently_attested,
        "no-unsafe-serialisation": rules.no_unsafe_serialisation,
        "performance-tested": rules.performance_tested,
        "tested-by-group": rules.tested_by_group,
    },
)
