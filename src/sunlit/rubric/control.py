"""What a rubric is: controls with parameters, resolved from OSCAL, under one digest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sunlit.base import canonical


class Stricter(StrEnum):
    """The direction in which an agency may move a parameter."""

    HIGHER = "higher"
    LOWER = "lower"
    SUPERSET = "superset"
    SUBSET = "subset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A value that a rule reads. `name` is the id without its control's prefix."""

    id: str
    name: str
    values: tuple[str, ...]
    stricter: Stricter
    label: str = ""

    @property
    def text(self) -> str:
        """Return the value as a rule gets it: several values stand on a line each."""
        return "\n".join(self.values)


@dataclass(frozen=True, slots=True)
class Condition:
    """A fact with the values for which a control applies. An unknown fact never excuses."""

    fact: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One question of a rubric.

    `rule` names the function that answers it; `mend` is a command with placeholders;
    `practices` are those of M1-M8 that it evidences; `needs` what must be known before the
    rule is asked (`use`, `files`). Where `drafts` is False, unsigned statements can make the
    control fail but never hold. `last` controls see the findings of all others.
    It applies where every condition of `applies` is met or unknown, from `starts` on; `laws`
    are ids of `data/law.json`, `maps` what it answers to in other catalogues, as
    `scheme:reference`. `settings` are what its rule reads besides parameters.
    """

    id: str
    title: str
    group: str
    statement: str
    guidance: str
    rule: str
    mend: str
    parameters: tuple[Parameter, ...] = ()
    practices: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    drafts: bool = False
    last: bool = False
    applies: tuple[Condition, ...] = ()
    starts: datetime | None = None
    laws: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> Mapping[str, str]:
        """Return the parameters as the rule gets them: name -> text."""
        read = {parameter.name: parameter.text for parameter in self.parameters}
        return {**read, **self.settings}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """Resolved controls in order, with the document that says the same in OSCAL."""

    title: str
    version: str
    controls: tuple[Control, ...]
    document: Mapping[str, object]
    digest: str = field(init=False)  # hex SHA-256 of the canonical resolved document

    def __post_init__(self) -> None:
        """Compute the digest once: every conformity names it."""
        digest = sha256(canonical.encode(self.document)).hexdigest()
        object.__setattr__(self, "digest", digest)

    def control(self, id_: str) -> Control | None:
        """Return the control with this id."""
        return next((control for control in self.controls if control.id == id_), None)
