"""All capabilities, and all rules by name: the only list of them."""

from collections.abc import Mapping
from typing import Final

from sunlit.capabilities.assurance import CAPABILITY as ASSURANCE
from sunlit.capabilities.authority import CAPABILITY as AUTHORITY
from sunlit.capabilities.decision import CAPABILITY as DECISION
from sunlit.capabilities.incident import CAPABILITY as INCIDENT
from sunlit.capabilities.interop import CAPABILITY as INTEROP
from sunlit.capabilities.lifecycle import CAPABILITY as LIFECYCLE
from sunlit.capabilities.openness import CAPABILITY as OPENNESS
from sunlit.capabilities.privacy import CAPABILITY as PRIVACY
from sunlit.capabilities.provenance import CAPABILITY as PROVENANCE
from sunlit.capabilities.risk import CAPABILITY as RISK
from sunlit.rubric.capability import Capability, Rule
from sunlit.rubric.cel import cel_rule

CAPABILITIES: Final[tuple[Capability, ...]] = (
    ASSURANCE,
    AUTHORITY,
    DECISION,
    INCIDENT,
    INTEROP,
    LIFECYCLE,
    OPENNESS,
    PRIVACY,
    PROVENANCE,
    RISK,
)
RULES: Final[Mapping[str, Rule]] = {
    **{name: rule for capability in CAPABILITIES for name, rule in capability.rules.items()},
    "cel": cel_rule,  # of no room: an agency's profile says what it asks
}
