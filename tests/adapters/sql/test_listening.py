"""Processes hear from each other over PostgreSQL; a lost connection is made anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, text

from sunlit.adapters.sql import listening
from sunlit.adapters.sql.listening import Listener
from sunlit.adapters.sql.private import open_private, reading
from sunlit.node.bell import Bell, Bells
from sunlit.node.submit import Outcome, State, group_of
from sunlit.testing.authority import START
from sunlit.testing.clock import SetClock
from tests.node.queue_world import AGENCY, registration, submissions

PATIENCE = 20.0
END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@contextmanager
def heard(engine: Engine, *, admits: bool = True, serves: bool = True) -> Iterator[Bells]:
    """Give bells that are rung by what others do."""
    bells, stop = Bells(), Event()
    listener = Listener(engine, bells, admits=admits, serves=serves)
    thread = Thread(target=listener.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield bells
    finally:
        stop.set()
        thread.join(PATIENCE)


def rings(bell: Bell) -> bool:
    """Tell whether it is rung, in any case within a while."""
    return bell.wait(PATIENCE)


@pytest.mark.enable_socket
def test_another_process_hears_what_is_put_and_what_is_settled(migrated_server: str) -> None:
    """Its own bells ring, and it says that it need not look often."""
    engine = open_private(migrated_server)
    other = submissions(open_private(migrated_server), SetClock(START))
    group = group_of(AGENCY, [registration(901).to_bytes()])
    with heard(engine) as bells:
        assert rings(bells.came)  # what was put before it listened
        assert rings(bells.settled)
        assert [bells.came.prompt, bells.settled.prompt] == [True, True]

        other.put_all([group])
        assert rings(bells.came)
        other.settle({group.id: Outcome(state=State.ADMITTED, origin="o")})
        assert rings(bells.settled)
    assert [bells.came.prompt, bells.settled.prompt] == [False, False]
    engine.dispose()
    other.engine.dispose()


@pytest.mark.enable_socket
def test_a_process_listens_to_what_somebody_in_it_waits_for(migrated_server: str) -> None:
    """A worker is not woken for what was settled, and a web process not for what came."""
    engine = open_private(migrated_server)
    with heard(engine, serves=False) as worker, heard(engine, admits=False) as web:
        assert rings(worker.came)
        assert rings(web.settled)
        assert [worker.came.prompt, worker.settled.prompt] == [True, False]
        assert [web.came.prompt, web.settled.prompt] == [False, True]
        assert (worker.settled.rings, web.came.rings) == (0, 0)
    engine.dispose()


@pytest.mark.enable_socket
def test_a_lost_connection_is_made_anew(
    migrated_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile whoever waits looks often; what happened meanwhile is rung for at the end."""
    monkeypatch.setattr(listening, "AGAIN", 0.01)
    engine, other = open_private(migrated_server), open_private(migrated_server)
    with heard(engine) as bells:
        assert rings(bells.came)
        with reading(other) as connection:
            connection.execute(END)

        assert rings(bells.came)
        assert bells.came.prompt
    engine.dispose()
    other.dispose()


def test_a_connection_that_was_dropped_while_idle_is_made_anew(
    migrated_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was used a moment ago is not asked; one that was not, is."""
    monkeypatch.setattr("sunlit.adapters.sql.engine.TRUSTED_SECONDS", 0.0)
    engine, other = open_private(migrated_server), open_private(migrated_server)
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    with reading(other) as connection:
        connection.execute(END)

    with reading(engine) as connection:
        assert connection.scalar(text("SELECT 2")) == 2
    engine.dispose()
    other.dispose()


def test_on_sqlite_there_is_nobody_to_hear(tmp_path: Path) -> None:
    """The bells ring in the one process, and whoever waits looks often."""
    engine = open_private(f"sqlite:///{tmp_path}/private.sqlite")
    assert not Listener(engine, Bells()).is_needed
    engine.dispose()
