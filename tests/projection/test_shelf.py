"""The shelf in a database: the same statements, and the same findings, as from the whole log."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sunlit.authority.history import History
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, CounterEvidence, Result
from sunlit.claims.authority import Role
from sunlit.claims.risk import Use
from sunlit.projection.project import project
from sunlit.projection.shelf import SqlShelf
from sunlit.projection.signed import MOST_DIRECTORIES, Directories
from sunlit.registry.bearing import Matter, Shelf
from sunlit.registry.register import home_bench, kept_files, uses_of
from sunlit.registry.use import declare_use
from sunlit.rubric.core import core_rubric
from sunlit.testing.authority import LOG, START, World
from sunlit.testing.logs import MadeLog
from tests.authority.folding import feed_all
from tests.projection.folds import CITY, PURL, RELEASE, Teller, told
from tests.registry.telling import CITY as CITY_KEY
from tests.registry.telling import Telling, telling
from tests.rubric.story import LATER, use

MATTERS = (
    Matter(release=RELEASE, component=PURL, use="u1", deployer=CITY),
    Matter(release=RELEASE),
    Matter(release="", files=("dd" * 32,), deployer=CITY),
    Matter(release="ff" * 32, component="pkg:generic/x.example/none", use="u1", deployer=CITY),
    Matter(release="", component=f"{PURL}@1.0"),
)
OTHER = "other.example/1"


def whole(world: World) -> History:
    """Fold a world's log whole."""
    history = History(world.trust)
    for index, entry in enumerate(world.entries[LOG]):
        history.feed(entry, origin=LOG, index=index)
    return history


def without_last(history: History) -> tuple[Admitted, ...]:
    """Return the statements but the last, which says only how much was looked at."""
    return history.statements[:-1]


@pytest.fixture(scope="module")
def contested() -> World:
    """Give a world in which more is contested, and said again by others."""
    world = told()
    teller, at = Teller(world), world.now
    attested = teller.say(
        Attestation(assessor="lab.example", scope=("performance",), method="other",
                    result=Result.PASSED, assessed_on=START, valid_until=START),
        "lab.example/assessor", digest="12" * 32,
    )  # fmt: skip
    against = CounterEvidence(statement=attested, assessor=CITY, scope="performance",
                              finding="No", found_on=START)  # fmt: skip
    teller.say(against, f"{CITY}/operator", digest=RELEASE)
    teller.say(against, f"{CITY}/operator", f"{CITY}/maintainer", digest=RELEASE)
    teller.say(against, f"{CITY}/operator", digest=RELEASE)
    teller.say(replace(against, finding="Still no"), f"{CITY}/maintainer", digest="34" * 32)
    world.organisation("late.example", Role.MAINTAINER)
    assert world.now > at
    return world


def test_the_same_bears_on_a_matter_as_in_memory(projections: Engine, contested: World) -> None:
    """Every matter: the statements of the shelf in memory, in order, with who signed them."""
    log, history = MadeLog(LOG, contested.entries[LOG]), whole(contested)
    project(projections, log, contested.trust)
    shelf = SqlShelf(projections, {LOG: log.reader()}, contested.trust)
    sizes = []
    for matter in MATTERS:
        found = shelf.bearing_on(matter)
        expected = Shelf(history.statements).bearing_on(matter)
        assert without_last(found) == expected[: len(found.statements) - 1]
        assert found.statements[-1] == history.statements[-1]
        assert all(one in found.statements for one in expected)
        assert found.directory == history.directory
        sizes.append(len(found.statements))
    assert len(set(sizes)) > 2  # they are different questions


def test_only_what_stands_below_the_checkpoint_is_seen(sqlite: Engine, contested: World) -> None:
    """Rows may go further than the log as the reader knows it; it answers for its checkpoint."""
    entries = contested.entries[LOG]
    project(sqlite, MadeLog(LOG, entries), contested.trust)
    early = World(contested.trust)
    early.entries[LOG] = entries[:-9]
    shelf = SqlShelf(sqlite, {LOG: MadeLog(LOG, entries[:-9]).reader()}, contested.trust)

    found = shelf.bearing_on(MATTERS[0])

    history = whole(early)
    assert found.directory == history.directory
    assert (
        without_last(found)
        == Shelf(history.statements).bearing_on(MATTERS[0])[: len(found.statements) - 1]
    )
    nothing = SqlShelf(sqlite, {}, contested.trust).bearing_on(MATTERS[0])
    assert nothing.statements == ()
    none_by_then = shelf.bearing_on(Matter(release="ff" * 32), at=START - timedelta(days=1))
    assert none_by_then.statements == ()


def test_a_statement_that_two_logs_hold_is_taken_once(sqlite: Engine, contested: World) -> None:
    """A mirror's statements are those of the log that held them first, and change nothing."""
    log = MadeLog(LOG, contested.entries[LOG])
    mirror = MadeLog(OTHER, contested.entries[LOG])
    for one in (log, mirror):
        project(sqlite, one, contested.trust)
    readers = {LOG: log.reader(), OTHER: mirror.reader()}

    both = SqlShelf(sqlite, readers, contested.trust).bearing_on(MATTERS[0])

    history = History(contested.trust)
    feed_all(history, dict.fromkeys(readers, contested.entries[LOG]))
    bearing = Shelf(history.statements).bearing_on(MATTERS[0])
    heard = [one for one in both.statements if one in bearing]
    assert heard == list(bearing)
    assert {one.origin for one in heard if one.signers} == {LOG}


def test_directories_are_folded_once_and_not_kept_for_ever() -> None:
    """The same authority statements give the known directory; the memory is bounded."""
    known, directory = Directories(), World().directory
    first = known.get(b"key", lambda: directory)
    assert known.get(b"key", World().directory.__class__.empty) is first
    for number in range(MOST_DIRECTORIES):
        known.get(bytes([number]), lambda: directory)
    other = World().directory
    assert known.get(b"key", lambda: other) is other


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telling]:
    """Give a home in which everybody said what a token rests on, and two more uses."""
    with telling(tmp_path_factory.mktemp("shelf")) as found:
        found.complete()
        for name, purl in (("other", "pkg:generic/x.example/other"), ("second", use().component)):
            declare_use(found.ledger, replace(use(), id=name, component=purl), CITY_KEY)
        found.clock.at += timedelta(days=2)
        yield found


def test_findings_are_the_same_as_from_the_whole_history(sqlite: Engine, complete: Telling) -> None:
    """Each use, now and before the last things were said: the same evidence and conformity."""
    home, now, rubric = complete.ledger.home, complete.clock.at, core_rubric()
    trust = home.trust(now)
    project(sqlite, home, trust)
    shelf, history = SqlShelf(sqlite, {home.origin: home.reader()}, trust), home.history(now)
    middle = history.statements[len(history.statements) * 3 // 4].admitted_at
    assert middle is not None
    judged = 0
    for at in (now, middle, LATER):
        bench = home_bench(home, history, rubric, at)
        for one in uses_of(bench.known, at):
            part = shelf.for_use(one, lambda release: kept_files(home, release).values(), at=at)
            again = home_bench(home, part, rubric, at).judge(one)
            expected = bench.judge(one)
            assert again.conformity == expected.conformity
            assert again.evidence.statements == expected.evidence.statements
            assert len(part.statements) < len(history.statements)
            judged += 1
    assert judged >= 6


def test_a_use_that_nobody_declared_is_judged_by_nothing(sqlite: Engine, complete: Telling) -> None:
    """No release, no statements but the one that says how much was looked at."""
    home, at = complete.ledger.home, datetime.fromisoformat("2026-06-01T00:00:00+00:00")
    project(sqlite, home, home.trust(at))
    unknown = Use(id="x", deployer="y.example", component="pkg:a/b", description="z", area=9)
    shelf = SqlShelf(sqlite, {home.origin: home.reader()}, home.trust(at))
    assert len(shelf.for_use(unknown, lambda _release: ()).statements) == 1
    assert Path(home.root).is_dir()
