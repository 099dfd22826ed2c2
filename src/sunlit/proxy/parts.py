"""What all requests to one proxy share."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sunlit.proxy.config import Limits
from sunlit.proxy.declared import NOTHING, Declared
from sunlit.proxy.details import Price
from sunlit.proxy.masking import Plan
from sunlit.proxy.ports import Gate
from sunlit.proxy.routes import Routes
from sunlit.proxy.tracing import Tracer, Untraced
from sunlit.proxy.upstream import Upstream
from sunlit.proxy.watch import Watch


@dataclass(slots=True, kw_only=True)
class Parts:
    """The parts of a running proxy. `now` is monotonic, in seconds; `fixed` is the operator's.

    `under_way` are the tasks that may still write to the decision log.
    """

    gate: Gate
    upstream: Upstream
    watch: Watch
    now: Callable[[], float]
    routes: Routes = field(default_factory=Routes)
    limits: Limits = field(default_factory=Limits)
    prices: tuple[Price, ...] = ()
    fixed: Declared = NOTHING
    plan: Plan | None = None
    tracer: Tracer = field(default_factory=Untraced)
    active: int = 0
    under_way: set[asyncio.Future[Any]] = field(default_factory=set)
    is_draining: bool = False
