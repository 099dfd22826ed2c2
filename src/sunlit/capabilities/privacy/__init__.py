"""Whose data, how exposed, who reviewed it?"""

from typing import Final

from sunlit.capabilities.privacy import rules
from sunlit.capabilities.privacy.admission import admit
from sunlit.claims.privacy import (
    Mask,
    Minimisation,
    Reidentification,
    Review,
    ReviewRequest,
    Scan,
    Synthesis,
)
from sunlit.rubric.capability import Capability

CAPABILITY: Final = Capability(
    name="privacy",
    question="Whose data, how exposed, who reviewed it?",
    claims=frozenset({
        Mask, Minimisation, Reidentification, Review, ReviewRequest, Scan, Synthesis,
    }),
    admission=admit,
    rules={
        "reidentification-within-threshold": rules.reidentification_within_threshold,
        "sensitive-data-reviewed": rules.sensitive_data_reviewed,
        "training-data-scanned": rules.training_data_scanned,
    },
)  # fmt: skip
