"""What a rubric is: controls with parameters, resolved from OSCAL, under one digest."""

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One question of a rubric.

    `rule` names the function that answers it; `mend` is a command with placeholders;
    `practices` are those of M1-M8 that it evidences; `needs` what must be known before the
    rule is asked (`use`, `files`). Where `drafts` is False, unsigned statements can make the
    control fail but never hold. `last` controls see the findings of all others.
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

    def values(self) -> Mapping[str, str]:
        """Return the parameters as the rule gets them: name -> text."""
        return {parameter.name: parameter.text for parameter in self.parameters}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """Resolved controls in order, with the document that says the same in OSCAL."""

    title: str
    version: str
    controls: tuple[Control, ...]
    document: Mapping[str, object]

    @property
    def digest(self) -> str:
        """Return the hex SHA-256 of the canonical resolved document."""
        return sha256(canonical.encode(self.document)).hexdigest()

    def control(self, id_: str) -> Control | None:
        """Return the control with this id."""
        return next((control for control in self.controls if control.id == id_), None)
