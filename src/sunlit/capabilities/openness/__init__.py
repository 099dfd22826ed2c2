"""Is the code open; if not, who said why, until when?"""

from typing import Final

from sunlit.capabilities.openness import rules
from sunlit.capabilities.openness.admission import admit
from sunlit.claims.openness import GuardedRead, Licence, Opened, Withheld
from sunlit.rubric.capability import Capability

CAPABILITY: Final = Capability(
    name="openness",
    question="Is the code open; if not, who said why, until when?",
    claims=frozenset({Licence, Opened, Withheld, GuardedRead}),
    admission=admit,
    rules={
        "component-licence-open": rules.component_licence_open,
        "data-licence-stated": rules.data_licence_stated,
    },
)
