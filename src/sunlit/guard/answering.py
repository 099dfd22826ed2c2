"""Calling a component, and what its caller gets back."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from sunlit.base.errors import VerificationError
from sunlit.decision.record import Pointer, State
from sunlit.guard.declared import How
from sunlit.guard.loading import Model
from sunlit.guard.writing import Written

MAX_DEPTH: Final = 8  # of an attribute's value


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision whose record is durable. With state `proposed`, `output` is a proposal."""

    id: str
    check_code: str = field(repr=False)
    state: State
    output: object = field(repr=False)
    pointer: Pointer
    at: datetime

    @property
    def is_final(self) -> bool:
        """Whether it may take effect without a human's outcome."""
        return self.state is State.RELEASED

    def final(self) -> object:
        """Return the output of a decision that may take effect.

        Raises:
            VerificationError: `guard.needs-human`.
        """
        if not self.is_final:
            raise VerificationError(
                "guard.needs-human", "this is a proposal: a human decides",
                mend="show it to whoever decides, and record their `guard.outcome(...)`",
            )  # fmt: skip
        return self.output


def answers_of(model: Model, method: str | None = None) -> Callable[[object], object]:
    """Return what answers: the component itself, or an estimator's method."""
    answers = model.answers
    if method is None and callable(answers):
        return answers
    return cast("Callable[[object], object]", getattr(answers, method or "predict"))


async def answered(answers: Callable[[object], object], given: object) -> object:
    """Return the answer without holding up the event loop."""
    from asyncio import to_thread  # noqa: PLC0415 - asyncio is slow to import

    is_async = inspect.iscoroutinefunction(answers) or inspect.iscoroutinefunction(
        getattr(answers, "__call__", None)  # noqa: B004 - an object whose call is a coroutine
    )
    output = answers(given) if is_async else await to_thread(answers, given)
    return await cast("Awaitable[object]", output) if inspect.isawaitable(output) else output


def details(spent: int, how: How, method: str | None) -> dict[str, object]:
    """Return what stands in a decision's `details`."""
    found: dict[str, object] = {"latencyUs": spent // 1000}
    if method is not None:
        found["method"] = method
    if (purpose := how.get("purpose")) is not None:
        found["purpose"] = purpose
    return found


def decision(made: Written, output: object) -> Decision:
    """Return what a caller gets of a decision that is durable."""
    return Decision(
        id=made.id, check_code=made.check_code, state=made.state, output=output,
        pointer=made.pointer, at=made.at,
    )  # fmt: skip


def is_plain(value: object, depth: int = 0) -> bool:
    """Tell whether a value cannot answer in a component's place: no part of a pipeline, no tree."""
    if value is None or isinstance(value, str | bytes | bool | int | float | complex):
        return True
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, list | tuple | set | frozenset):
        return all(is_plain(one, depth + 1) for one in value)
    if isinstance(value, dict):
        return all(is_plain(one, depth + 1) for pair in value.items() for one in pair)
    kind = getattr(getattr(value, "dtype", None), "kind", "O")
    listed = getattr(value, "tolist", None)
    return kind != "O" or (callable(listed) and is_plain(listed(), depth + 1))


def plain_only(settings: Callable[..., object], **how: bool) -> dict[str, object]:
    """Return an estimator's settings without those that are estimators themselves."""
    found = settings(**how)
    pairs = found.items() if isinstance(found, dict) else ()
    return {str(name): value for name, value in pairs if is_plain(value)}


def read_only(value: object) -> object:
    """Return a view of an array that cannot be written to; anything else as it is."""
    view = getattr(value, "view", None)
    found = view() if callable(view) else None
    setflags = getattr(found, "setflags", None)
    if not callable(setflags):
        return value
    setflags(write=False)
    return found
