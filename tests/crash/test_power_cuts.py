"""The crash table: the power fails at every step, and what was not synced is lost or torn."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sunlit.log.cosignature import cosign
from sunlit.log.note import COSIGNATURE_V1, Note, NoteSigner
from sunlit.log.publish import Options
from sunlit.log.sequencer import Log
from sunlit.testing.power import Fault, Kind, PowerCut
from sunlit.testing.storage import Loss
from tests.crash.world import START, World, steps_of

CUTS = (Kind.CUT_BEFORE, Kind.CUT_HALF_WAY, Kind.CUT_AFTER)
EACH = Options(flush_commits=1)
BULK = Options(flush_commits=64)
WITNESS = NoteSigner.from_ed25519(
    "witness.example.org", Ed25519PrivateKey.from_private_bytes(bytes(32)), COSIGNATURE_V1
)

Act = Callable[[World, Log], object]


def grown(options: Options, *batches: int) -> tuple[World, Log]:
    """Return a world with an open log that has taken these batches."""
    world = World(options=options)
    log = world.open()
    for count in batches:
        world.append(log, count)
    return world, log


def cut(world: World, act: Callable[[], object], fault: Fault, loss: Loss) -> None:
    """Let the power fail in `act`, and switch on again without what was lost."""
    world.power.restore(fault)
    with suppress(PowerCut):
        act()
    world.power.restore()
    world.files.lose(loss, seed=fault.step)


def rows(steps: list[str]) -> Iterator[tuple[Fault, Loss]]:
    """Return every fault of these steps, with every loss.

    A cut before a step is one after the step before it, and a read changes nothing. Half a
    file is seen only where the system lives on.
    """
    for number, step in enumerate(steps, 1):
        if not step.startswith("read "):
            yield from ((Fault(number, Kind.CUT_AFTER), loss) for loss in Loss)
        if step.startswith("create "):
            yield Fault(number, Kind.CUT_HALF_WAY), Loss.NOTHING


def table(options: Options, batches: tuple[int, ...], act: Act) -> Iterator[tuple[Fault, Loss]]:
    """Return every fault of an act on a log that has taken these batches."""
    world, log = grown(options, *batches)
    world.power.restore()
    act(world, log)
    yield from rows(world.power.steps)


def expect_survival(options: Options, batches: tuple[int, ...], act: Act) -> None:
    """Cut an act at every step; the log recovers, keeps every receipt, and goes on."""
    for fault, loss in table(options, batches, act):
        world, log = grown(options, *batches)
        world.look()
        cut(world, lambda: act(world, log), fault, loss)  # noqa: B023 - called at once
        with world.open() as again:
            world.append(again, 1)
        world.expect_sound()


CASES = [
    (options, batches, count)
    for options in (EACH, BULK)
    for batches in ((), (2, 252), (250, 5), (3, 253), (200, 57))
    for count in (1, 2)
]
SHORT = [(EACH, (), 1), (BULK, (250, 5), 1), (EACH, (250, 5), 2), (BULK, (3, 253), 1)]


@pytest.mark.parametrize(("options", "batches", "count"), SHORT)
def test_a_cut_in_an_append_loses_no_receipt(
    options: Options, batches: tuple[int, ...], count: int
) -> None:
    """From nothing, and across 255, 256 and 257 entries, made durable each or in bulk."""
    expect_survival(options, batches, lambda world, log: world.append(log, count))


@pytest.mark.long
@pytest.mark.parametrize(("options", "batches", "count"), CASES)
def test_a_cut_in_any_append_loses_no_receipt(
    options: Options, batches: tuple[int, ...], count: int
) -> None:
    """The whole table of sizes, one or two entries at a time."""
    expect_survival(options, batches, lambda world, log: world.append(log, count))


def test_a_cut_in_a_large_append_loses_no_receipt() -> None:
    """A batch that fills a tile and begins another."""
    expect_survival(EACH, (200,), lambda world, log: world.append(log, 60))


def test_a_cut_in_closing_loses_no_receipt() -> None:
    """Closing makes everything durable, drops staging and removes outgrown partial files."""
    expect_survival(BULK, (250, 3, 4), lambda _, log: log.close())


def test_a_cut_in_cosigning_loses_no_receipt() -> None:
    """Cosignatures replace the archived checkpoint and the published one."""

    def act(_: World, log: Log) -> None:
        line = cosign(Note.parse(log.checkpoint).text, WITNESS, START)
        log.add_cosignatures(log.size, [line])

    expect_survival(BULK, (3, 4), act)


def test_cosignatures_that_were_acknowledged_stay() -> None:
    """After any loss the archived checkpoint has the witness's line."""
    world, log = grown(BULK, 3, 4)
    log.add_cosignatures(7, [cosign(Note.parse(log.checkpoint).text, WITNESS, START)])

    world.files.lose(Loss.EVERYTHING)
    world.open()

    for path in ("checkpoints/7", "checkpoint"):
        assert Note.parse(world.files.get(path) or b"").by(WITNESS.verifier)


def test_a_cut_in_archiving_loses_no_receipt() -> None:
    """An anchor's checkpoint is kept on demand where not each one is kept."""
    world = World(options=Options(archive_each=False))
    log = world.open()
    log.append(world.envelopes(2))
    log.append(world.envelopes(2))
    assert world.files.get("checkpoints/4") is None

    for number in range(1, 9):
        for loss in Loss:
            cut(world, log.archive, Fault(number, Kind.CUT_AFTER), loss)
            log = world.open()
            world.expect_sound()

    log.archive()
    world.files.lose(Loss.EVERYTHING)
    assert world.files.get("checkpoints/4") == log.checkpoint == log.archive()


def staged(options: Options, batches: tuple[int, ...], loss: Loss) -> World:
    """Return a world whose last batch was swapped in when the power went, before its files."""
    world, log = grown(options, *batches[:-1])
    world.power.restore(Fault(2, Kind.CUT_AFTER))
    with suppress(PowerCut):
        world.append(log, batches[-1])
    world.power.restore()
    world.files.lose(loss)
    return world


@pytest.mark.parametrize(
    ("batches", "first"), [((1,), Loss.BYTES), ((254, 3), Loss.NOTHING), ((3, 2), Loss.EVERYTHING)]
)
def test_a_second_cut_in_the_recovery_loses_no_receipt(
    batches: tuple[int, ...], first: Loss
) -> None:
    """Every step of a recovery fails, with every loss again."""
    expect_second_survival(batches, first)


@pytest.mark.long
@pytest.mark.parametrize("first", list(Loss), ids=lambda found: found.name.lower())
@pytest.mark.parametrize("batches", [(1,), (250, 5, 1), (250, 5, 2), (256, 1)], ids=str)
def test_a_second_cut_in_any_recovery_loses_no_receipt(
    batches: tuple[int, ...], first: Loss
) -> None:
    """Every step of the recovery from every loss fails, with every loss again."""
    expect_second_survival(batches, first)


def expect_second_survival(batches: tuple[int, ...], first: Loss) -> None:
    """Cut the recovery of a staged batch at every step, and recover again."""
    steps = steps_of(lambda: staged(BULK, batches, first), World.open)

    for fault, loss in rows(steps):
        world = staged(BULK, batches, first)
        cut(world, world.open, fault, loss)
        world.open()
        world.expect_sound()


def test_a_cut_at_start_up_with_nothing_to_repair_changes_nothing() -> None:
    """Opening a sound log writes nothing, so there is nothing to lose."""
    world, log = grown(BULK, 255, 2)
    log.close()
    before = {path: world.files.get(path) for path in world.files.paths()}

    world.power.restore()
    world.open()

    assert all(step.startswith("read ") for step in world.power.steps)
    assert {path: world.files.get(path) for path in world.files.paths()} == before


def test_a_cut_at_the_first_start_leaves_a_log_that_starts() -> None:
    """A new log has no checkpoint file yet; the lock's is published."""
    for number in range(1, 9):
        for loss in Loss:
            world = World()
            cut(world, world.open, Fault(number, Kind.CUT_AFTER), loss)
            world.open()
            world.expect_sound()


def test_no_row_of_many_cuts_by_chance_loses_a_receipt() -> None:
    """One history through 400 cuts at random steps, of appends and of recoveries alike."""
    chance = random.Random(20_260_101)  # noqa: S311 - to be repeated
    world = World(options=Options(flush_commits=3))
    log: Log | None = None

    for _ in range(400):
        world.power.restore(Fault(chance.randint(1, 60), chance.choice(CUTS)))
        with suppress(PowerCut):
            log = world.open()
            while True:
                world.append(
                    log, chance.choice((1, 2, 3, 60, 255, 256)) if chance.random() < 0.3 else 1
                )
        world.power.restore()
        world.files.lose(chance.choice(tuple(Loss)), seed=chance.randint(0, 1000))

    world.open()
    world.expect_sound()
    assert world.given
