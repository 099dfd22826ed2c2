"""Hearing from other processes over PostgreSQL: one connection that listens, and rings bells.

A notification may be lost, and so may the connection: whoever waits for a bell looks by itself
too, seldom while this listens and often while it does not.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from sunlit.adapters.sql.bulk import CAME, SETTLED
from sunlit.node.bell import Bell, Bells

HEARS: Final = 0.5  # seconds before it sees whether to stop
AGAIN: Final = 1.0  # seconds before connecting anew


@dataclass(slots=True)
class Listener:
    """Rings the bells of this process while it runs; on SQLite it does nothing."""

    engine: Engine
    bells: Bells
    _stop: threading.Event = field(default_factory=threading.Event, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin to listen."""
        if self.engine.dialect.name == "postgresql":
            self._thread = threading.Thread(target=self._run, name="sunlit-listens", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

        while not self._stop.is_set():
            with suppress(psycopg.Error, SQLAlchemyError):
                self._listen(self._connected())
            self._be_prompt(prompt=False)
            self._stop.wait(AGAIN)

    def _connected(self) -> Any:  # noqa: ANN401 - psycopg's connection: it is the only driver
        pooled = self.engine.raw_connection()
        found = pooled.driver_connection
        pooled.detach()  # it is not given back: it listens as long as it lives
        return found

    def _listen(self, connection: Any) -> None:  # noqa: ANN401 - the same
        rings: dict[str, Bell] = {CAME: self.bells.came, SETTLED: self.bells.settled}
        try:
            connection.autocommit = True
            for channel in rings:
                connection.execute(f"LISTEN {channel}")
            self._be_prompt(prompt=True)
            for bell in rings.values():
                bell.ring()  # what was said before this listened was not heard
            while not self._stop.is_set():
                for heard in connection.notifies(timeout=HEARS, stop_after=1):
                    rings[heard.channel].ring()
        finally:
            connection.close()

    def _be_prompt(self, *, prompt: bool) -> None:
        self.bells.came.prompt = self.bells.settled.prompt = prompt
