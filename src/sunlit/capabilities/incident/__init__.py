"""What went wrong, how fast was it mended, where?"""

from typing import Final

from sunlit.capabilities.incident import rules
from sunlit.capabilities.incident.admission import admit
from sunlit.claims.incident import Problem, ProblemUpdate
from sunlit.rubric.capability import Capability

CAPABILITY: Final = Capability(
    name="incident",
    question="What went wrong, how fast was it mended, where?",
    claims=frozenset({Problem, ProblemUpdate}),
    admission=admit,
    rules={"problems-answered": rules.problems_answered},
)
