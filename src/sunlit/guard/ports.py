"""What a guard is given from outside: status lists, a store of decision logs, explanations."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

Explain: TypeAlias = Callable[[object, object], tuple[str, bytes]]
"""(inputs, output) -> (method, JSON bytes): how the output follows from the inputs."""
Serialise: TypeAlias = Callable[[object], object]
"""Turn a value that `guard.serial` does not know into one that it knows."""
Mask: TypeAlias = Callable[[object], object]
"""Return the inputs with what the token orders to hide taken out."""


class StatusSource(Protocol):
    """Where fresh status lists come from."""

    @property
    def is_slow(self) -> bool:
        """Whether to ask beside the decisions (a network), or within the check (a file)."""
        ...

    @property
    def every(self) -> float:
        """How many seconds to wait at least before asking again."""
        ...

    def read(self) -> bytes | None:
        """Return the list as it stands there; None when it is the one returned last.

        Raises:
            UnavailableError: `guard.status-unreachable`, `guard.status-too-large`.
        """
        ...
