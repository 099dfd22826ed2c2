"""Who is asked: an answer, why there is none, and what every target can do."""

from dataclasses import dataclass
from typing import Final, Protocol

from sunlit.producers.audit.redteam.probes import Probe

MAX_TEXT: Final = 65_536  # characters of an answer that are kept; the rest is cut, and said so


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """What is asked for beside the messages. An endpoint need not obey it."""

    model: str = ""
    temperature: float = 0.0
    max_tokens: int = 64
    seed: int = 1

    def said(self) -> dict[str, object]:
        """Return it as a claim may hold it: without fractions."""
        return {
            "temperature": str(self.temperature), "maxTokens": self.max_tokens, "seed": self.seed,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. `error` is a word where nothing usable did; then `text` is empty.

    `score` is a classifier's; `finish` and `model` are as answered.
    """

    text: str = ""
    score: float | None = None
    finish: str = ""
    model: str = ""
    error: str = ""

    @property
    def may_pass(self) -> bool:
        """Whether another try may help: nobody answered, or in time, or it was too busy."""
        return self.error in {"connection", "timeout", "busy"}


class Asker(Protocol):
    """One worker's way to a target."""

    def ask(self, probe: Probe, seed: int) -> Answer:
        """Ask one probe; errors are answers."""
        ...

    def watch(self, *, at_once: bool = False) -> None:
        """Break off what takes too long; another thread calls it now and then."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


class Target(Protocol):
    """A model that can be asked by several workers, each with an asker of its own."""

    kind: str
    """`loopback`, `other` or `callable`: never an address."""

    def asker(self) -> Asker:
        """Return a new asker."""
        ...
