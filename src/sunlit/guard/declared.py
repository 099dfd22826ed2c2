"""What a caller says it is doing, and the shapes of the guard's keyword arguments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Required, TypedDict

from sunlit.base.times import Clock
from sunlit.decision.record import Binding, Pointer, State
from sunlit.guard.ports import Explain, Mask, Serialise, StatusSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a decision is for. None: nobody said; where the token limits it, that is refused.

    `purpose` is compared with the token's permitted and prohibited uses. `oversight` is the
    arrangement that the service has; None: whatever the token asks, which the guard then keeps.
    `masks` are those that the caller can apply.
    """

    use: str
    deployer: str | None = None
    jurisdiction: str | None = None
    data_class: str | None = None
    purpose: str | None = None
    oversight: str | None = None
    binding: Binding = Binding.ENDPOINT_ONLY
    masks: tuple[str, ...] = ()


class Said(TypedDict, total=False):
    """Fields of `Declared`, for one decision."""

    use: str
    deployer: str | None
    jurisdiction: str | None
    data_class: str | None
    purpose: str | None
    oversight: str | None
    binding: Binding
    masks: tuple[str, ...]


class Options(TypedDict, total=False):
    """How a guard is opened: the use, what is declared for every decision, and its sources."""

    use: Required[str]
    deployer: str | None
    jurisdiction: str | None
    data_class: str | None
    purpose: str | None
    oversight: str | None
    staleness: timedelta
    status: StatusSource | None
    clock: Clock | None


class How(TypedDict, total=False):
    """How one decision is made."""

    case: str | None
    trace: str | None
    explain: Explain | None
    break_glass: str | None
    purpose: str | None
    jurisdiction: str | None
    data_class: str | None


class RecordFields(TypedDict, total=False):
    """Fields of a record that a caller of `Guard.record` sets."""

    use: str | None
    deployer: str | None
    jurisdiction: str | None
    data_class: str | None
    binding: Binding | None
    oversight: str | None
    state: State | None
    masked: tuple[str, ...]
    code: str | None
    of: Pointer | None
    role: str | None
    result: str | None


class OutcomeFields(TypedDict, total=False):
    """What a human's outcome says apart from its result and role."""

    reasons: str | None
    actor: str | None
    output: object
    serialise: Serialise | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What goes with a guarded component for all its decisions."""

    explain: Explain | None = None
    serialise: Serialise | None = None
    masks: Mapping[str, Mask] = field(default_factory=dict)


class MannerOf(TypedDict, total=False):
    """Fields of `Manner`."""

    explain: Explain | None
    serialise: Serialise | None
    masks: Mapping[str, Mask]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of a decision apart from its values: the case, the trace."""

    case: str | None = None
    trace: str | None = None
