"""Projecting a log: the rows are the history's, wherever it stopped and whoever went on."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from sunlit.authority.history import History
from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.claims.base import Opaque
from sunlit.projection import ahead, engine, loading
from sunlit.projection.engine import connect, open_projections, reading, version, writing
from sunlit.projection.project import forget, project, rebuild
from sunlit.projection.rooms import rooms
from sunlit.projection.tables import ENTRY, META, METADATA, POSITION
from sunlit.projection.threads import MAX_KEY, bounded
from sunlit.testing.authority import LOG, World, trust_of
from sunlit.testing.logs import MadeLog
from tests.projection.conftest import empty
from tests.projection.folds import as_log, every_row, pool

BEGIN, ENVELOPES = pool()
OTHER = "other.example/1"


def end(*_told: object) -> None:
    """End the process that this is asked of."""
    os._exit(1)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Engine]:
    """Give two projections for many examples."""
    folder = tmp_path_factory.mktemp("many")
    return tuple(open_projections(f"sqlite:///{folder / name}") for name in "ab")  # type: ignore[return-value]


@settings(max_examples=15)
@given(
    order=st.lists(st.integers(0, len(ENVELOPES) - 1), max_size=40),
    cuts=st.lists(st.integers(0, 60), max_size=4), batch=st.integers(1, 30),
)  # fmt: skip
def test_the_rows_are_the_historys_wherever_projecting_stopped(
    files: tuple[Engine, Engine], order: list[int], cuts: list[int], batch: int
) -> None:
    """Any order of statements, any stops, any batches: same rows, and what History says."""
    entries = as_log(BEGIN, (ENVELOPES[at] for at in order))
    trust, whole = trust_of(), MadeLog(LOG, entries)
    once, often = map(empty, files)
    project(once, whole, trust)
    for cut in sorted(cuts):
        project(often, MadeLog(LOG, entries[:cut]), trust, batch=batch)
    project(often, whole, trust, batch=batch)

    assert every_row(often) == every_row(once)
    history = History(trust)
    for index, entry in enumerate(entries):
        before = history.directory
        said = history.feed(entry, origin=LOG, index=index)
        spoke = before.in_force(said)
        with reading(once) as connection:
            row = connection.execute(select(ENTRY).where(ENTRY.c.idx == index)).one()
        assert row.statement_id == said.statement_id
        assert tuple(row.signers.split()) == said.signers
        assert row.family == ("" if isinstance(said.claim, Opaque) else said.claim.FAMILY)
        assert row.organisation == (spoke[0].organisation if spoke else "")
        assert bool(row.acts) is (history.directory is not before)


def test_a_rebuild_gives_every_row_again(projections: Engine, world: World) -> None:
    """Entry by entry, or all at once from nothing: each table is the same, row for row."""
    entries = world.entries[LOG]
    mirror = MadeLog(OTHER, entries[:-5])
    for size in range(0, len(entries), 7):
        project(projections, MadeLog(LOG, entries[:size]), world.trust, batch=3)
    log = MadeLog(LOG, entries)
    project(projections, mirror, world.trust)
    assert project(projections, log, world.trust) > 0
    assert project(projections, log, world.trust) == 0
    grown = every_row(projections)

    steps: list[tuple[str, int, int]] = []
    done = rebuild(projections, [log, mirror], world.trust, step=lambda *told: steps.append(told))

    assert done == len(entries) * 2 - 5
    assert steps[-1] == (OTHER, len(entries) - 5, len(entries) - 5)
    assert every_row(projections) == grown
    empty_ones = {name for name, rows in grown.items() if not rows}
    assert empty_ones == {"stale", "assurance_test", "meta"}


def test_a_rebuild_sees_what_was_said_before(sqlite: Engine, log: MadeLog, world: World) -> None:
    """Statements that a log holds again and again, by others too: the rows of entry by entry."""
    trust, order = trust_of(), [*range(len(ENVELOPES)), *reversed(range(len(ENVELOPES)))]
    again = MadeLog(LOG, as_log(BEGIN, (ENVELOPES[at] for at in order)))
    project(sqlite, again, trust)
    rows = every_row(sqlite)
    rebuild(sqlite, [log], world.trust)
    assert every_row(sqlite) != rows

    rebuild(sqlite, [again], trust)

    assert every_row(sqlite) == rows
    nothing = MadeLog(LOG)
    assert rebuild(sqlite, [nothing], trust) == 0
    assert not any(every_row(sqlite).values())


def test_a_rebuild_that_is_cut_short_leaves_the_rows_as_they_were(
    sqlite: Engine, log: MadeLog, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever ends it, wherever: the old rows are whole, and the next rebuild gives the new."""
    entries = world.entries[LOG]
    project(sqlite, MadeLog(LOG, entries[:20]), world.trust)
    old, path = every_row(sqlite), sqlite.url.database or ""
    broken = [*entries[:30], b"{}"]
    with pytest.raises(MalformedError):
        rebuild(sqlite, [MadeLog(LOG, broken)], world.trust)
    for name in ("_put_in_order", "load_cards", "_put_in_place"):
        child = os.fork()
        if not child:
            monkeypatch.setattr(loading, name, end)
            rebuild(connect(f"sqlite:///{path}"), [log], world.trust)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
        assert Path(f"{path}.made").exists()
        assert every_row(sqlite) == old

    assert rebuild(sqlite, [log], world.trust) == len(entries)
    assert len(every_row(sqlite)["entry"]) == len(entries)
    assert [one.name for one in Path(path).parent.glob("*.made")] == []


def test_a_rebuild_waits_for_who_writes_and_says_so(
    sqlite: Engine, log: MadeLog, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who keeps the database to themselves is waited for, not for ever."""
    project(sqlite, log, world.trust)
    monkeypatch.setattr(engine, "PRAGMAS", ("PRAGMA journal_mode = WAL", "PRAGMA busy_timeout = 9"))
    other = connect(sqlite.url.render_as_string())
    with writing(sqlite, 1), pytest.raises(UnavailableError) as caught:
        rebuild(other, [log], world.trust)
    assert caught.value.code == "projection.unavailable"


def test_every_room_with_tables_has_rows_of_its_claims(sqlite: Engine, world: World) -> None:
    """Each claim that a room names gives a row in a table of that room, but for tests."""
    project(sqlite, MadeLog(LOG, world.entries[LOG]), world.trust)
    with reading(sqlite) as connection:
        for room in rooms():
            assert room.claims
            for table in room.tables:
                count = connection.execute(select(func.count()).select_from(table)).scalar()
                assert count or table.name == "assurance_test"
                assert METADATA.tables[table.name] is table


def test_another_trust_file_projects_the_log_anew(projections: Engine, log: MadeLog,
                                                  world: World) -> None:  # fmt: skip
    """Who may sign what follows from the trust file, so nothing of the old rows stays."""
    project(projections, log, world.trust)
    nobody = replace(world.trust, organisations=(), boards=(), token_issuers=())

    assert project(projections, log, nobody) == len(world.entries[LOG])

    rows = every_row(projections)
    assert not rows["card"]
    assert not rows["fact"]
    assert {row[7] for row in rows["entry"]} == {""}


def test_a_log_that_lost_entries_or_is_another_is_not_projected(
    projections: Engine, log: MadeLog, world: World
) -> None:
    """What was projected must be the beginning of what is read; else rows stay as they are."""
    project(projections, log, world.trust)
    rows, entries = every_row(projections), world.entries[LOG]
    for bad, code in ((entries[:-1], "log.rolled-back"),
                      ([*reversed(entries), *entries], "proof.consistency")):  # fmt: skip
        with pytest.raises(VerificationError) as caught:
            project(projections, MadeLog(LOG, bad), world.trust)
        assert caught.value.code == code
    assert every_row(projections) == rows


def test_a_log_that_breaks_half_way_keeps_what_came_before(sqlite: Engine, world: World) -> None:
    """An entry that is none stops its batch; what earlier batches wrote stands."""
    entries = [*world.entries[LOG][:10], b"{}"]
    with pytest.raises(MalformedError) as caught:
        project(sqlite, MadeLog(LOG, entries), world.trust, batch=4)
    assert caught.value.code == "log.entry-version"
    with reading(sqlite) as connection:
        assert connection.execute(select(POSITION.c.size)).scalar() == 8


def test_two_that_project_the_same_log_give_each_entry_once(
    projections: Engine, log: MadeLog, world: World
) -> None:
    """They take turns; none writes what the other has written."""
    found: list[int] = []

    def run() -> None:
        found.append(project(projections, log, world.trust, batch=2))

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sum(found) == len(world.entries[LOG])
    rows = every_row(projections)
    assert rebuild(projections, [log], world.trust) == sum(found)
    assert every_row(projections) == rows


def test_helpers_fold_ahead_and_change_nothing(
    sqlite: Engine, log: MadeLog, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches that other processes folded give the same rows; also when these are gone."""
    project(sqlite, log, world.trust)
    rows = every_row(sqlite)
    monkeypatch.setattr(ahead, "WORTHWHILE", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    for broken in (False, True):
        if broken:
            monkeypatch.setattr(ahead, "_fold", end)
        assert project(empty(sqlite), log, world.trust, batch=10) == len(world.entries[LOG])
        assert every_row(sqlite) == rows
        assert rebuild(empty(sqlite), [log], world.trust) == len(world.entries[LOG])
        assert every_row(sqlite) == rows


def test_what_is_forgotten_is_gone(projections: Engine, log: MadeLog, world: World) -> None:
    """Of a log that left the node no row is left, and no card once they are made anew."""
    project(projections, log, world.trust)
    with writing(projections, 1) as connection:
        forget(connection, LOG)
    project(projections, MadeLog(OTHER), world.trust)
    rows = every_row(projections)
    assert not any(rows.values())


def test_tables_of_another_version_are_made_anew(projections: Engine, log: MadeLog,
                                                 world: World) -> None:  # fmt: skip
    """It is a cache: what another version wrote is dropped, whatever it was."""
    project(projections, log, world.trust)
    url = projections.url.render_as_string(hide_password=False)
    with writing(projections, 1) as connection:
        connection.execute(META.update().values(value="0"))
    opened = open_projections(url)
    with reading(opened) as connection:
        assert connection.execute(select(META.c.value)).scalar() == version()
    assert every_row(opened)["entry"] == []
    with writing(opened, 1) as connection:
        connection.execute(META.delete())
    opened.dispose()
    again = open_projections(url)
    assert project(again, log, world.trust) == len(world.entries[LOG])
    again.dispose()


@pytest.mark.parametrize("url", ["", "mysql://host/name", "no url"])
def test_a_database_of_another_kind_is_refused(url: str) -> None:
    """Only SQLite and PostgreSQL keep projections."""
    with pytest.raises(MalformedError) as caught:
        open_projections(url)
    assert caught.value.code == "projection.bad-url"


def test_a_database_that_does_not_answer_is_said_so(tmp_path: Path) -> None:
    """A file that is no database, or a server that is not there: what to do is said."""
    (tmp_path / "x.sqlite").write_bytes(b"no database at all, but long enough to look like one")
    for url in (f"sqlite:///{tmp_path / 'x.sqlite'}", f"postgresql://x@/x?host={tmp_path}"):
        with pytest.raises(UnavailableError) as caught, reading(connect(url)) as connection:
            connection.execute(select(META))
        assert caught.value.code == "projection.unavailable"


@given(st.text(st.characters(codec=None), max_size=200))
def test_a_key_is_one_that_an_index_holds(text: str) -> None:
    """Short plain texts are themselves; all others their digest, which is no plain key."""
    found = bounded(text)
    assert len(found) <= MAX_KEY
    assert found.isascii()
    assert found.isprintable()
    assert (found == text) is (len(text) <= MAX_KEY and text.isascii() and text.isprintable())
