"""The recorded details of one call: tokens, cost, latency, and the upstream's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Final

from sunlit.proxy.answers import UNKNOWN, Answer
from sunlit.proxy.pointer import encoded
from sunlit.proxy.routes import Route

PER: Final = 1000  # prices are per thousand tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a thousand tokens cost; `model` is a pattern for the name that the upstream says."""

    model: str
    prompt: Decimal
    completion: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is known of a call when it has ended.

    `target` is the request's path and query as they came and went on: a query reaches the model.
    `status` is the upstream's; `events` and `done` are a stream's: how many of its events carried
    words, and whether it said itself that it was complete.
    """

    route: Route
    target: str
    status: int | None
    milliseconds: int
    answer: Answer = UNKNOWN
    events: int | None = None
    done: bool | None = None
    masked: Mapping[str, int] = field(default_factory=dict)
    plan: tuple[str, Mapping[str, int]] | None = None  # its digest, and finds by kind
    tracestate: str | None = None
    ended: str | None = None  # the code of what broke it off

    def to_bytes(self, prices: Sequence[Price]) -> bytes:
        """Return the details as JSON. What is not known is left out, never zero."""
        answer = self.answer
        known: dict[str, object] = {
            "route": self.route.name,
            "target": self.target,
            "upstreamStatus": self.status,
            "latencyMs": self.milliseconds,
            "upstreamSaysModel": answer.model,
            "promptTokens": answer.prompt_tokens,
            "completionTokens": answer.completion_tokens,
            "events": self.events,
            "streamSaysDone": self.done,
            "finishReason": answer.finish,
            "seemsDeclined": (answer.refuses or None) if self.route.api.generates else None,
            "cost": cost(answer, prices),
            "masks": dict(self.masked) or None,
            "maskPlan": self.plan and {"sha256": self.plan[0], "finds": dict(self.plan[1])},
            "tracestate": self.tracestate,
            "ended": self.ended,
        }
        return encoded({name: value for name, value in known.items() if value is not None})


def cost(answer: Answer, prices: Sequence[Price]) -> dict[str, str] | None:
    """Return amount and currency by the first price whose pattern fits; None where unknown.

    Without the upstream's own count of tokens there is no cost: it is not guessed.
    """
    price = next((one for one in prices if fnmatchcase(answer.model or "", one.model)), None)
    if price is None or answer.prompt_tokens is None:
        return None
    amount = price.prompt * answer.prompt_tokens + price.completion * (
        answer.completion_tokens or 0
    )
    return {"amount": format((amount / PER).normalize(), "f"), "currency": price.currency}
