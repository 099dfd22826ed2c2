"""The one shape of a capability: a declaration that the registry wires together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sunlit.authority.directory import Directory
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict

Rule = Callable[[Evidence, Mapping[str, str]], Verdict]
"""A rule answers one control from the evidence and the control's parameters. Pure."""

Admission = Callable[[Admitted, Sequence[Admitted], Directory], Verdict]
"""May this claim enter, after those, with these signers? HOLDS admits; anything else refuses.

Arguments: the candidate with its would-be index and time, everything the log holds before
it, and the directory as of that entry.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """Name, the question it answers, the claims it owns, its rules, who may enter."""

    name: str
    question: str
    claims: frozenset[type[Claim]]
    admission: Admission
    rules: Mapping[str, Rule] = field(default_factory=dict)
