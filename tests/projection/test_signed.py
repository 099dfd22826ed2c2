"""What a label rests on is verified from the bytes of the log: changed rows change nothing."""

from collections.abc import Callable
from typing import Final

import pytest
from sqlalchemy import Engine, text, update

from sunlit.authority.directory import Directory
from sunlit.authority.fold import fold
from sunlit.authority.history import History, read_entry
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Registration
from sunlit.projection import signed
from sunlit.projection.engine import writing
from sunlit.projection.project import project
from sunlit.projection.shelf import SqlShelf
from sunlit.projection.signed import Directories, Signatures
from sunlit.projection.tables import ENTRY
from sunlit.registry.bearing import Matter
from sunlit.testing.authority import LOG, World
from sunlit.testing.logs import MadeLog
from tests.projection.folds import CITY, PURL, RELEASE, Teller, again, as_log, told

MATTER: Final = Matter(release=RELEASE, component=PURL, use="u1", deployer=CITY)
LATE: Final = "late.example"


def _growing() -> World:
    """Return a world in which a key signs before it is registered, and nothing is taken back."""
    world = World()
    world.organisation(CITY, Role.MAINTAINER)
    teller = Teller(world)
    claim = Registration(organisation=CITY, component=PURL, kind="model", name="n",
                         description="d", source="form")  # fmt: skip
    for _ in range(2):
        teller.say(claim, f"{LATE}/maintainer", f"{CITY}/maintainer")
        world.organisation(LATE, Role.MAINTAINER)
        teller.say(claim, f"{LATE}/maintainer")
    return world


def _acts(world: World) -> list[tuple[int, str]]:
    directory, found = Directory.rooted(world.trust), []
    for index, entry in enumerate(world.entries[LOG]):
        said = read_entry(entry, directory, origin=LOG, index=index)
        after = fold(directory, said)
        if after is not directory:
            found.append((index, said.statement_id))
        directory = after
    return found


@pytest.mark.parametrize("make", [told, _growing])
def test_each_entry_is_signed_by_whom_the_history_says(make: Callable[[], World]) -> None:
    """One by one in any order, or all at once: as if the whole log had been read before each."""
    world = make()
    entries, directory, expected = world.entries[LOG], Directory.rooted(world.trust), []
    for index, entry in enumerate(entries):
        said = read_entry(entry, directory, origin=LOG, index=index)
        expected.append((said, tuple(it.key.key_id for it in directory.in_force(said))))
        directory = fold(directory, said)
    reader, acts = MadeLog(LOG, entries).reader(), _acts(world)
    at_once = Signatures(reader, world.trust, acts, Directories())
    one_by_one = Signatures(reader, world.trust, acts, Directories())

    assert dict(at_once.read(range(len(entries)))) == dict(enumerate(expected))
    for index in reversed(range(len(entries))):
        assert dict(one_by_one.read([index])) == {index: expected[index]}
    assert at_once.whole() == directory


def _bearing(engine: Engine, world: World, known: Directories) -> tuple[Admitted, ...]:
    log = MadeLog(LOG, world.entries[LOG])
    return SqlShelf(engine, {LOG: log.reader()}, world.trust, known).bearing_on(MATTER).statements


def test_rows_that_somebody_changed_make_no_difference(projections: Engine, world: World) -> None:
    """Other signers, other speakers, another statement, an organisation: the same statements."""
    project(projections, MadeLog(LOG, world.entries[LOG]), world.trust)
    known = Directories()
    before = _bearing(projections, world, known)
    assert any(one.signers for one in before)
    forged = {"signers": "ab" * 32, "signed": "ab" * 32, "speakers": "", "statement_id": "cd" * 32,
              "organisation": "root.example", "family": "", "predicate_type": "x"}  # fmt: skip
    for name, value in forged.items():
        with writing(projections, 1) as connection:
            connection.execute(update(ENTRY).values({name: value}))
        assert _bearing(projections, world, known) == before
        assert _bearing(projections, world, Directories()) == before


def test_threads_to_other_entries_add_what_they_say_and_no_signature(
    sqlite: Engine, world: World
) -> None:
    """A row that leads elsewhere brings in what stands there, signed as it is signed there."""
    entries = world.entries[LOG]
    project(sqlite, MadeLog(LOG, entries), world.trust)
    with writing(sqlite, 1) as connection:
        connection.execute(text("DELETE FROM entry WHERE acts = 0"))
        connection.execute(
            text("INSERT OR IGNORE INTO thread SELECT 'about', :key, origin, idx FROM thread"),
            {"key": RELEASE},
        )

    found = _bearing(sqlite, world, Directories())

    history = History(world.trust)
    for index, entry in enumerate(entries):
        history.feed(entry, origin=LOG, index=index)
    assert len(found) > 10
    assert {one.index for one in found} <= set(range(len(entries)))
    assert [one for one in found if one != history.statements[one.index or 0]] == []


def test_what_was_said_before_stays_noise_though_it_stands_last(
    sqlite: Engine, world: World
) -> None:
    """The last entry says how much was looked at; an old statement there is not said anew."""
    entries = world.entries[LOG]
    old = next(at for at, one in enumerate(entries) if at == _acts(world)[-2][0] + 1)
    log = as_log(entries, [again(entries[old], f"{CITY}/operator")] * 2)
    project(sqlite, MadeLog(LOG, log), world.trust)
    shelf = SqlShelf(sqlite, {LOG: MadeLog(LOG, log).reader()}, world.trust)

    last = shelf.bearing_on(Matter(release="99" * 32)).statements[-1]

    assert last.index == len(log) - 1
    assert last.signers == ()
    assert last.subjects == ()


def test_entries_are_verified_once_and_not_kept_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second page verifies nothing again; the memory is bounded; other keys are another entry."""
    calls: list[int] = []

    def counted(entry: bytes, directory: Directory, *, origin: str, index: int) -> Admitted:
        if index >= 29:
            calls.append(index)  # below it somebody is made known
        return read_entry(entry, directory, origin=origin, index=index)

    monkeypatch.setattr(signed, "read_entry", counted)
    monkeypatch.setattr(signed, "MOST_ENTRIES", 5)
    reader, acts, known = MadeLog(LOG, world.entries[LOG]).reader(), _acts(world), Directories()
    first = list(Signatures(reader, world.trust, acts, known).read(range(30, 35)))
    calls.clear()
    assert list(Signatures(reader, world.trust, acts, known).read(range(30, 35))) == first
    assert calls == []
    list(Signatures(reader, world.trust, acts, known).read([29]))
    assert calls == [29]
    list(Signatures(reader, world.trust, acts, known).read([30]))
    assert calls == [29, 30]
    list(Signatures(reader, world.trust, acts[:2], known).read([34]))
    assert 34 in calls
