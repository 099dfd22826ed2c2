"""What a caller says it is doing, and the shapes of the guard's keyword arguments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Required, TypedDict

from sunlit.base.errors import MalformedError
from sunlit.base.times import Clock
from sunlit.base.wording import text
from sunlit.decision.record import Binding, Pointer, State
from sunlit.guard.ports import Explain, Mask, Serialise, StatusSource

MAX_ASKED: Final = 10_000_000  # decisions in one go
MAX_TEXT: Final = 65_536  # characters of a case pointer, a reason, a purpose


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


def expect_words(given: Iterable[str], known: type) -> None:
    """Check that every keyword is one that is read: a slip of the pen must not pass in silence.

    Raises:
        MalformedError: `guard.asked`.
    """
    for word in given:
        if word not in known.__annotations__:
            raise MalformedError(
                "guard.asked", "this word is not known here",
                expected=", ".join(known.__annotations__), got=word[:40],
            )  # fmt: skip


def expect_asked(count: int, *texts: object) -> None:
    """Check what a caller says about a decision before anything is counted or called.

    Raises:
        MalformedError: `guard.asked`.
    """
    if type(count) is not int or not 0 <= count <= MAX_ASKED:
        raise MalformedError(
            "guard.asked", "the number of decisions is none that can be made",
            expected=text("a whole number from 0 to %(most)s", most=str(MAX_ASKED)),
        )  # fmt: skip
    for one in texts:
        if one is not None and not (isinstance(one, str) and len(one) <= MAX_TEXT):
            raise MalformedError(
                "guard.asked",
                "what is said about a decision is no text, or too long a one",
                expected=text("at most %(most)s characters", most=str(MAX_TEXT)),
                got=type(one).__name__,
                mend="turn a number into a text: case=str(number)",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of a decision apart from its values: the case, the trace."""

    case: str | None = field(default=None, repr=False)
    trace: str | None = field(default=None, repr=False)
