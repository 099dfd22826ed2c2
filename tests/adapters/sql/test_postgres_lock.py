"""A log whose lock store is in PostgreSQL: one writer, moved once, and nothing is lost by it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sunlit.adapters.sql.lock import PostgresLock
from sunlit.adapters.sql.lock_move import move_lock
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.log import elsewhere
from sunlit.log.ports import Batch
from sunlit.registry.admit import open_ledger
from sunlit.registry.home import Home
from sunlit.testing.authority import START
from sunlit.testing.clock import SetClock
from tests.node.queue_world import home_with_agency, registration


@pytest.fixture
def clock() -> SetClock:
    """A clock at the world's start."""
    return SetClock(START)


@pytest.fixture(autouse=True)
def _opens_postgresql() -> Iterator[None]:
    before = dict(elsewhere._OPENERS)
    elsewhere.register("postgresql", PostgresLock)
    yield
    elsewhere._OPENERS.clear()
    elsewhere._OPENERS.update(before)


def made(where: Path, clock: SetClock) -> Home:
    """Return a home whose log holds four entries."""
    home = home_with_agency(where / "home", clock)
    with open_ledger(home, clock) as ledger:
        ledger.admit(registration(1))
    return home


def test_a_moved_log_goes_on_where_it_was(tmp_path: Path, postgres: str, clock: SetClock) -> None:
    """It knows what it holds, takes more, and the old store is out of everybody's way."""
    moved = move_lock(made(tmp_path, clock), postgres, clock)

    with open_ledger(Home.open(moved.root), clock) as ledger:
        known, new = ledger.admit(registration(1)), ledger.admit(registration(2))
    with open_ledger(Home.open(moved.root), clock) as ledger:
        again = ledger.admit(registration(2))

    assert (known.index, new.index, again.index) == (3, 4, 4)
    assert moved.reader().size == 5
    assert not moved.lock_path.exists()
    with pytest.raises(MalformedError) as caught:
        move_lock(moved, postgres, clock)
    assert caught.value.code == "log.lock-moved"


def test_there_is_one_writer(postgres: str) -> None:
    """The second is told so; when the first has gone it may."""
    first = PostgresLock.create(postgres, origin="o", checkpoint=b"o\n0\n\n")
    PostgresLock.create(postgres, origin="another", checkpoint=b"o\n0\n\n").close()

    with pytest.raises(UnavailableError) as caught:
        PostgresLock(postgres, "o")
    first.close()

    assert caught.value.code == "log.writer-busy"
    PostgresLock(postgres, "o").close()


def test_a_lock_store_is_made_once(postgres: str) -> None:
    """A second one would be a second history; one that is missing is not made by opening it."""
    with pytest.raises(UnavailableError) as missing:
        PostgresLock(postgres, "o")
    PostgresLock.create(postgres, origin="o", checkpoint=b"o\n0\n\n").close()

    with pytest.raises(MalformedError) as twice:
        PostgresLock.create(postgres, origin="o", checkpoint=b"o\n0\n\n")
    with pytest.raises(UnavailableError) as other:
        PostgresLock(postgres, "other")

    assert twice.value.code == "log.lock-exists"
    assert {missing.value.code, other.value.code} == {"log.lock-missing"}


def test_a_lost_connection_takes_the_commit_with_it(postgres: str) -> None:
    """The next writer finds what was swapped before, and nothing of what was staged."""
    lock = PostgresLock.create(postgres, origin="o", checkpoint=b"o\n0\n\n")
    bundle = lock.stage(0, b"bundle")
    batch = Batch(old_size=0, old_root=b"", checkpoint=b"o\n1\n\n", bundle=bundle)
    with psycopg.connect(postgres, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'sunlit-log'"
        )

    with pytest.raises(SunlitError) as caught:
        lock.swap(b"o\n0\n\n", batch, admitted_at=START, keys={})
    lock.close()

    assert caught.value.code == "log.lock-failed"
    following = PostgresLock(postgres, "o")
    assert (following.head().checkpoint, following.batches()) == (b"o\n0\n\n", ())
    following.close()


def test_a_store_of_an_unknown_kind_is_said_to_be_so(tmp_path: Path, clock: SetClock) -> None:
    """Its package may not be installed."""
    home = made(tmp_path, clock)
    text = (home.root / "sunlit-home.json").read_bytes()
    (home.root / "sunlit-home.json").write_bytes(
        text.replace(b'"logKey"', b'"lock":"other://host/name","logKey"')
    )

    with pytest.raises(UnavailableError) as caught, open_ledger(Home.open(home.root), clock):
        pass

    assert caught.value.code == "log.lock-scheme"
    shutil.rmtree(home.root)


def test_the_command_line_moves_a_log_and_goes_on(
    tmp_path: Path, postgres: str, clock: SetClock
) -> None:
    """What is checked afterwards are the files; the store is its writer's."""
    from sunlit.cli.main import main

    home = made(tmp_path, clock)
    envelope = tmp_path / "envelope.json"
    envelope.write_bytes(registration(2).to_bytes())

    for command in (
        ["log", "move-lock", postgres, "--home", str(home.root)],
        ["log", "add", str(envelope), "--home", str(home.root)],
        ["log", "fsck", "--home", str(home.root)],
    ):
        with pytest.raises(SystemExit) as ended:
            main(command)
        assert ended.value.code == 0

    assert home.reader().size == 5
