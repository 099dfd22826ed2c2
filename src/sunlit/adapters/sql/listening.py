"""Hearing from other processes over PostgreSQL: one connection that listens, and rings bells.

A notification may be lost, and so may the connection: whoever waits for a bell looks by itself
too, seldom while this listens and often while it does not.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from sunlit.adapters.sql.bulk import CAME, SETTLED
from sunlit.node.bell import Bell, Bells
from sunlit.node.sequence import Stop

HEARS: Final = 0.5  # seconds before it sees whether to stop
AGAIN: Final = 1.0  # seconds before connecting anew


@dataclass(frozen=True, slots=True)
class Listener:
    """Rings the bells of this process while it runs."""

    engine: Engine
    bells: Bells

    @property
    def is_needed(self) -> bool:
        """Tell whether other processes can be heard: on SQLite there is nothing to listen to."""
        return self.engine.dialect.name == "postgresql"

    def run(self, stop: Stop) -> None:
        """Listen until told to stop; a lost connection is made anew."""
        import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

        try:
            while not stop.is_set():
                with suppress(psycopg.Error, SQLAlchemyError):
                    self._listen(self._connected(), stop)
                self._be_prompt(prompt=False)
                stop.wait(AGAIN)
        finally:
            self._be_prompt(prompt=False)

    def _connected(self) -> Any:  # noqa: ANN401 - psycopg's connection: it is the only driver
        pooled = self.engine.raw_connection()
        found = pooled.driver_connection
        pooled.detach()  # it is not given back: it listens as long as it lives
        return found

    def _listen(self, connection: Any, stop: Stop) -> None:  # noqa: ANN401 - the same
        rings: dict[str, Bell] = {CAME: self.bells.came, SETTLED: self.bells.settled}
        try:
            connection.autocommit = True
            for channel in rings:
                connection.execute(f"LISTEN {channel}")
            self._be_prompt(prompt=True)
            for bell in rings.values():
                bell.ring()  # what was said before this listened was not heard
            while not stop.is_set():
                for heard in connection.notifies(timeout=HEARS, stop_after=1):
                    rings[heard.channel].ring()
        finally:
            connection.close()

    def _be_prompt(self, *, prompt: bool) -> None:
        self.bells.came.prompt = self.bells.settled.prompt = prompt
