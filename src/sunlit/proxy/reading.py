"""What a body holds at the places that the configuration names: each body is parsed once.

A large one is parsed in a thread. Python's JSON parser keeps the interpreter to itself while it
runs, so other requests still wait for it; the thread only lets them in between the steps.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sunlit.proxy.answers import Answer, read_answer
from sunlit.proxy.events import Inflater
from sunlit.proxy.pointer import MISSING, encoded, parsed, resolve, text
from sunlit.proxy.reference import MAX_LOOKED_AT, read_numbers
from sunlit.proxy.routes import Api, Route

BESIDE: Final = 256 << 10  # a larger body is parsed in a thread
MAX_CASE: Final = 512
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was found in a request's body; None is missing. `input` is JSON again."""

    case: str | None = field(default=None, repr=False)
    input: bytes | None = field(default=None, repr=False)
    numbers: dict[str, list[float]] = field(default_factory=dict, repr=False)


async def read_asked(route: Route, body: bytes, fields: Sequence[str]) -> Asked:
    """Read a request: case and input by the route's pointers, numbers by the detectors' fields."""
    if route.api.generates or len(body) > MAX_LOOKED_AT:
        fields = ()
    if route.case is None and route.input is None and not fields:
        return Asked()

    def read() -> Asked:
        document = parsed(body)
        case = MISSING if route.case is None else resolve(document, route.case)
        return Asked(
            case=text(str(case), MAX_CASE) if isinstance(case, str | int) else None,
            input=_at(document, route.input), numbers=read_numbers(route.api, document, fields),
        )  # fmt: skip

    return await _beside(len(body), read)


async def read_output(route: Route, body: bytes) -> bytes | None:
    """Return what an answer holds at the route's pointer; None where there is none."""
    if route.output is None:
        return None
    return await _beside(len(body), lambda: _at(parsed(body), route.output))


async def read_said(api: Api, body: bytes, encoding: str | None, limit: int) -> Answer:
    """Return what an answer says of itself; at most `limit` bytes of a compressed one are read."""
    return await _beside(
        len(body), lambda: read_answer(api, parsed(Inflater(encoding, limit).feed(body)))
    )


def _at(document: object, pointer: str | None) -> bytes | None:
    found = MISSING if pointer is None else resolve(document, pointer)
    return None if found is MISSING else encoded(found)


async def _beside(size: int, read: Callable[[], T]) -> T:
    return await asyncio.to_thread(read) if size > BESIDE else read()
