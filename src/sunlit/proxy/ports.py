"""What the proxy needs of a guard (`sunlit.proxy.gate` is the real one)."""

from collections.abc import Mapping
from typing import Protocol

from sunlit.base.errors import SunlitError
from sunlit.decision.record import Pointer, State
from sunlit.proxy.declared import Declared

Values = Mapping[str, tuple[str, bytes]]
"""Field name -> (media type, bytes): what a record commits to."""


class Allowed(Protocol):
    """A check that held."""

    @property
    def state(self) -> State:
        """What a decision under it is: released, or proposed to a human."""
        ...

    @property
    def masks(self) -> tuple[str, ...]:
        """What the token orders to be masked."""
        ...


class Written(Protocol):
    """A decision that is durable."""

    @property
    def id(self) -> str:
        """The record's random id."""
        ...

    @property
    def check_code(self) -> str:
        """The code for a letter."""
        ...

    @property
    def pointer(self) -> Pointer:
        """Where it stands."""
        ...


class Gate(Protocol):
    """A guard, as the proxy uses it; every record is durable when its method returns.

    `trace` is the traceparent of a request. Case and trace of a request are recorded by the gate.
    """

    @property
    def fallback(self) -> str:
        """What the token says to do by hand where the component may not be used."""
        ...

    def expect_ready(self) -> None:
        """Check that a request could be allowed and recorded now.

        Raises:
            SunlitError: what is in its way.
        """
        ...

    async def check(self, declared: Declared, trace: str) -> Allowed:
        """Check one use.

        Raises:
            SunlitError: why it is refused; the refusal is recorded.
        """
        ...

    async def decide(self, allowed: Allowed, values: Values, *, opened: bool = False) -> Written:
        """Check that nothing ended meanwhile, and write the decision.

        Raises:
            SunlitError: nothing may be released; a refusal is recorded.
        """
        ...

    async def refuse(self, declared: Declared, error: SunlitError, trace: str) -> None:
        """Record a refusal that the proxy found itself."""
        ...

    async def end(self, opened: Written, result: str, values: Values) -> None:
        """Record that a stream ended: `complete` or `aborted`.

        Raises:
            UnavailableError: it could not be recorded.
        """
        ...

    def close(self) -> None:
        """Sign what is there and let go of the log."""
        ...
