"""Hearing from other processes over PostgreSQL: one connection that listens, and rings bells.

A notification may be lost, and so may the connection: whoever waits for a bell looks by itself
too, seldom while this listens and often while it does not.
"""

import select
from collections.abc import Mapping
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
    """Rings the bells of this process while it runs: those by which somebody in it waits."""

    engine: Engine
    bells: Bells
    admits: bool = True
    serves: bool = True

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
        rings = self._rings()
        try:
            connection.autocommit = True
            for channel in rings:
                connection.execute(f"LISTEN {channel}")
            self._be_prompt(prompt=True)
            for bell in rings.values():
                bell.ring()  # what was said before this listened was not heard
            ready = select.poll()
            ready.register(connection.fileno(), select.POLLIN)
            while not stop.is_set():
                if ready.poll(HEARS * 1e3):
                    for channel in _heard(connection):
                        rings[channel].ring()
        finally:
            connection.close()

    def _rings(self) -> Mapping[str, Bell]:
        found: dict[str, Bell] = {}
        if self.admits:
            found[CAME] = self.bells.came
        if self.serves:
            found[SETTLED] = self.bells.settled
        return found

    def _be_prompt(self, *, prompt: bool) -> None:
        for bell in self._rings().values():
            bell.prompt = prompt


def _heard(connection: Any) -> set[str]:  # noqa: ANN401 - the same
    """Return the channels on which something was said, each once; raises where it is closed.

    As libpq has it: the connection's own `notifies` costs ten times as much a notification.
    """
    raw, found = connection.pgconn, set[str]()
    raw.consume_input()
    while (said := raw.notifies()) is not None:
        found.add(said.relname.decode())
    return found
