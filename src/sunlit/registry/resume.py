"""A home's history, kept in memory between openings of its log.

Folding a long log takes minutes, and a worker opens it every few moments. What was folded is
used again where the log still begins with it, by its root, and the trust file is the same.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sunlit.authority.history import History
from sunlit.authority.trustfile import TrustFile
from sunlit.base.times import Clock
from sunlit.registry.admit import Ledger, writing
from sunlit.registry.heard import Heard
from sunlit.registry.held import Held
from sunlit.registry.home import Home


class _Kept(NamedTuple):
    trust: TrustFile
    history: History
    heard: Heard
    root: bytes


@dataclass(slots=True)
class Resumable:
    """Opens one home's ledger again and again. One thread at a time may use it."""

    home: Home
    _kept: _Kept | None = field(default=None, init=False)

    @contextmanager
    def open(self, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> Iterator[Ledger]:
        """Open the home for admitting statements, as `open_ledger` does.

        Raises:
            SunlitError: as `open_ledger`.
        """
        held = Held(clock)
        with writing(self.home, held, sleep) as log:
            kept = self._caught_up(clock.now())
            self._kept = None  # whatever is raised, what was folded by then is not believed again
            ledger = Ledger(self.home, log, kept.history, held, kept.heard)
            yield ledger
            self._kept = kept._replace(root=self.home.reader().root(kept.history.size))

    def _caught_up(self, at: datetime) -> _Kept:
        trust, reader, kept = self.home.trust(at), self.home.reader(), self._kept
        if (
            kept is None
            or kept.trust != trust
            or kept.history.size > reader.size
            or reader.root(kept.history.size) != kept.root
        ):
            kept = _Kept(trust, History(trust), Heard(), b"")
        for index, entry in enumerate(reader.entries(kept.history.size), kept.history.size):
            kept.history.feed(entry, origin=self.home.origin, index=index)
        return kept
