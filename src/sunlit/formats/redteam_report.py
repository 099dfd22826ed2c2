"""What a report of a red team comes to, whichever tool wrote it.

Counts, never a tool's own verdict or interval: of `rows` answers that a detector judged, `count`
were called a success of the attack. What a detector could not judge is in `undecided`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often one probe succeeded, as one detector saw it. `kind` is Sunlit's word for it."""

    probe: str
    detector: str
    count: int
    rows: int
    undecided: int = 0
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer as it was recorded, with what the tool's detectors said of it.

    `said` maps a detector to whether it called the answer a success. Answers stay where they
    are judged again: no claim, message or log holds one.
    """

    probe: str
    question: str
    answer: str
    said: Mapping[str, bool]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RedTeamReport:
    """A report that was read. `why_incomplete` is empty where the run came to its end.

    `sampling` is what the report records of it and nothing else; `unrecorded` names what matters
    and stands nowhere in the report. `notes` are remarks on detectors by their id.
    """

    tool: str
    tool_version: str
    format_version: str
    model: str = ""
    target: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    why_incomplete: str = ""
    tallies: tuple[Tally, ...] = ()
    answers: tuple[Answer, ...] = ()
    sampling: Mapping[str, object] = field(default_factory=dict)
    unrecorded: tuple[str, ...] = ()
    not_tested: tuple[tuple[str, str], ...] = ()
    notes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return not self.why_incomplete
