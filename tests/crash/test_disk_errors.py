"""Errors instead of power cuts: the log stops or waits, and never acknowledges what it lost."""

import errno
from contextlib import suppress

import pytest

from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.log.publish import Options
from sunlit.log.sequencer import Log
from sunlit.testing.power import Fault, Kind
from sunlit.testing.storage import Loss
from tests.crash.test_power_cuts import BULK, EACH, grown, staged
from tests.crash.world import World, steps_of

ERRORS = (Kind.FAILS, Kind.FAILS_BUT_DONE)


def an_error(number: int, step: str) -> Exception:
    """Return what the real store raises where the fake one fails."""
    if step.split(maxsplit=1)[0] in {"stage", "swap", "drop"}:
        code = "log.disk-full" if number == errno.ENOSPC else "log.lock-failed"
        return UnavailableError(code, "the lock store failed")
    return OSError(number, "injected")


def append_steps(options: Options, *batches: int) -> list[str]:
    """Return the steps of appending two more entries."""
    world, log = grown(options, *batches)
    world.power.restore()
    world.append(log, 2)
    return list(world.power.steps)


@pytest.mark.parametrize("options", [EACH, BULK], ids=["each", "bulk"])
@pytest.mark.parametrize("kind", ERRORS, ids=lambda found: found.name.lower())
def test_after_an_io_error_the_log_stops_and_the_next_process_repairs_it(
    options: Options, kind: Kind
) -> None:
    """EIO at every step of an append across a tile's edge; the disk may have lied since."""
    steps = append_steps(options, 3, 252)
    for number, step in enumerate(steps, 1):
        for loss in (Loss.NOTHING, Loss.EVERYTHING):
            world, log = grown(options, 3, 252)
            world.power.restore(
                Fault(number, kind, lambda step=step: an_error(errno.EIO, step))  # type: ignore[misc]
            )

            with pytest.raises(SunlitError):
                world.append(log, 2)
            with pytest.raises(UnavailableError, match=r"closed, or stopped"):
                world.append(log, 1)
            log.close()
            world.power.restore()
            world.files.lose(loss)

            world.append(world.open(), 1)
            world.files.lose(Loss.EVERYTHING)
            world.open()
            world.expect_sound()


@pytest.mark.parametrize("kind", ERRORS, ids=lambda found: found.name.lower())
def test_a_full_disk_acknowledges_nothing_and_the_log_goes_on_when_there_is_room(
    kind: Kind,
) -> None:
    """ENOSPC at every step but a sync: the same writer reloads and resumes."""
    for number, step in enumerate(append_steps(BULK, 3, 252), 1):
        if step.startswith(("read ", "fsync")):
            continue
        world, log = grown(BULK, 3, 252)
        world.power.restore(
            Fault(number, kind, lambda step=step: an_error(errno.ENOSPC, step))  # type: ignore[misc]
        )

        with pytest.raises(UnavailableError) as caught:
            world.append(log, 2)
        world.power.restore()
        world.append(log, 1)

        assert caught.value.code == "log.disk-full"
        log.close()
        world.expect_sound()


def test_a_disk_that_stays_full_refuses_again_and_stays_readable() -> None:
    """The reload after a full disk meets the full disk too."""
    world, log = grown(BULK, 3)

    for number in (4, 12, 14, 16):  # in the append, then in the reload's own writes
        world.power.restore(Fault(number, Kind.FAILS, lambda: OSError(errno.ENOSPC, "injected")))
        with pytest.raises(UnavailableError) as caught:
            world.append(log, 2)
        assert caught.value.code == "log.disk-full"
    world.power.restore()

    world.append(log, 1)
    log.close()
    world.expect_sound()


def test_a_failed_sync_is_not_tried_again_even_on_a_full_disk() -> None:
    """ENOSPC from fsync means that bytes are lost already: this process must stop."""
    steps = append_steps(EACH, 3)
    number = next(at for at, step in enumerate(steps, 1) if step.startswith("fsync "))
    world, log = grown(EACH, 3)
    world.power.restore(Fault(number, Kind.FAILS, lambda: OSError(errno.ENOSPC, "injected")))

    with pytest.raises(UnavailableError) as caught:
        world.append(log, 2)
    with pytest.raises(UnavailableError) as after:
        world.append(log, 1)

    assert (caught.value.code, after.value.code) == ("log.fsync-failed", "log.stopped")


def test_errors_in_a_recovery_leave_a_log_that_recovers() -> None:
    """EIO at every step of a recovery, reads included; then a loss; then a clean start."""
    steps = steps_of(lambda: staged(BULK, (254, 3), Loss.BYTES), World.open)
    for number, step in enumerate(steps, 1):
        for kind in ERRORS:
            world = staged(BULK, (254, 3), Loss.BYTES)
            world.power.restore(
                Fault(number, kind, lambda step=step: an_error(errno.EIO, step))  # type: ignore[misc]
            )
            with pytest.raises(SunlitError):
                world.open()
            world.power.restore()
            world.files.lose(Loss.EVERYTHING)
            world.open()
            world.expect_sound()


@pytest.mark.parametrize("kept", [True, False], ids=["persisted", "lost"])
def test_a_swap_that_failed_is_settled_by_reading_the_lock_again(*, kept: bool) -> None:
    """Failed-but-persisted and failed-and-lost, twice at one size, across a tile's edge."""
    kind = Kind.FAILS_BUT_DONE if kept else Kind.FAILS
    for size in (254, 255, 256):
        world, log = grown(BULK, size)
        for _ in range(2):
            world.power.restore(
                Fault(2, kind, lambda: UnavailableError("log.lock-failed", "injected"))
            )
            with pytest.raises(UnavailableError):
                world.append(log, 2)
            world.power.restore()
            log = world.open()

        assert log.size == (size + 4 if kept else size)
        world.append(log, 1)
        world.expect_sound()


def test_a_writer_that_lost_the_race_stops_and_changes_nothing() -> None:
    """Two writers past the operating system's lock: the compare-and-swap lets one through."""
    world, first = grown(BULK, 3)
    first.close()
    first, second = world.open(), world.open()
    world.append(first, 1)

    with pytest.raises(VerificationError) as caught:
        world.append(second, 1)
    with pytest.raises(UnavailableError):
        world.append(second, 1)

    assert caught.value.code == "log.lost-race"
    world.append(first, 1)
    first.close()
    world.expect_sound()


def test_an_interrupt_in_a_commit_stops_the_log() -> None:
    """Nobody knows which side of the commit it was on; the lock does."""
    world, log = grown(BULK, 3)

    def interrupt() -> Exception:
        raise KeyboardInterrupt

    world.power.restore(Fault(2, Kind.FAILS_BUT_DONE, interrupt))

    with suppress(KeyboardInterrupt):
        world.append(log, 1)
    with pytest.raises(UnavailableError):
        log.append([{}])

    again: Log = world.open()
    assert again.size == 4
    world.expect_sound()
