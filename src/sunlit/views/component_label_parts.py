"""What a label is made of: eight lines, each with its facts, and who signed the code."""

from dataclasses import dataclass
from datetime import datetime

from sunlit.base.times import format_time
from sunlit.views.component_token import Permission, State
from sunlit.views.component_words import Fact, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of the eight lines: its question and at least one fact, or blank."""

    number: int
    title: Words
    facts: tuple[Fact, ...]

    def to_json(self) -> dict[str, object]:
        """Return the line for the API."""
        return {
            "number": self.number,
            "title": str(self.title),
            "facts": [one.to_json() for one in self.facts],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """How many of a board's members signed the code that the permission rests on."""

    board: str
    votes: int
    members: int
    on: datetime | None
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The label of a component under one use by one deployer, as of a time."""

    use: str
    deployer: str
    component: str
    description: str
    release: str
    at: datetime
    permission: Permission
    lines: tuple[Line, ...]
    holds: int
    asked: int
    code: str | None = None
    tier: str | None = None
    signed: SignedBy | None = None
    ends: datetime | None = None

    @property
    def state(self) -> State:
        """What the permission is worth."""
        return self.permission.state

    @property
    def blanks(self) -> int:
        """How many facts nobody gave."""
        return sum(one.is_blank for line in self.lines for one in line.facts)

    def to_json(self) -> dict[str, object]:
        """Return the label for the API; blanks are null."""
        return {
            "format": "sunlit-component-label/1",
            "component": self.component,
            "release": self.release,
            "use": self.use,
            "deployer": self.deployer,
            "at": format_time(self.at),
            "state": str(self.state),
            "code": self.code,
            "tier": self.tier,
            "lines": [line.to_json() for line in self.lines],
            "blanks": self.blanks,
        }
