"""Staged batches are believed only as far as their signatures and hashes lead."""

from dataclasses import replace

import pytest

from sunlit.base.errors import SunlitError
from sunlit.log.edge import Edge, frame
from sunlit.log.fsck import fsck
from sunlit.log.merkle import leaf_hash, node_hash
from sunlit.log.publish import Options
from tests.crash.world import SIGNER, World


def staged() -> World:
    """Return a log whose two batches (3 and 4 entries) are staged and not yet durable."""
    world = World(options=Options())
    log = world.open()
    world.append(log, 3)
    world.append(log, 4)
    return world


def codes(world: World) -> set[str]:
    """Return the codes that fsck reports."""
    return {found.code for found in fsck(world.files, SIGNER.verifier, lock=world.lock).problems}


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("damage", ["bundle", "frame", "checkpoint", "root", "size", "gone"])
def test_a_damaged_staged_batch_is_refused_and_reported(which: int, damage: str) -> None:
    """One changed part of a staged batch, at start-up and in fsck."""
    world = staged()
    rows = list(world.lock.rows.batches)
    bundle = rows[which].bundle
    bad = {
        "bundle": {"bundle": bundle[:-1] + b"?"},
        "frame": {"bundle": bundle[:-1]},
        "checkpoint": {"checkpoint": rows[which].checkpoint[:-9] + b"AAAAAAA=\n"},
        "root": {"old_root": bytes(32)},
        "size": {"old_size": 1},
    }
    if damage == "gone":
        del rows[which]
    else:
        rows[which] = replace(rows[which], **bad[damage])  # type: ignore[arg-type]
    world.lock.rows.batches = tuple(rows)

    found = codes(world)
    if (which, damage) != (0, "gone"):
        with pytest.raises(SunlitError):
            world.open()
    if (which, damage) not in {(0, "gone"), (0, "root")}:
        assert found


def test_files_of_another_fork_than_the_staged_batches_are_refused() -> None:
    """A published checkpoint between two staged sizes was never signed by this log."""
    world, other = staged(), World()
    log = other.open()
    other.append(log, 5)
    world.files.damage("checkpoint", other.files.get("checkpoint"))

    with pytest.raises(SunlitError) as caught:
        world.open()

    assert caught.value.code == "log.storage-forked"


def test_files_older_than_what_is_staged_are_refused() -> None:
    """Staging reaches back to the last durable size and no further."""
    world = World(options=Options(flush_commits=1))
    log = world.open()
    empty = world.files.get("checkpoint")
    world.append(log, 3)
    world.append(log, 4)
    world.files.damage("checkpoint", empty)

    with pytest.raises(SunlitError) as caught:
        world.open()

    assert caught.value.code == "log.storage-behind"


def test_fsck_says_that_a_recovery_is_due() -> None:
    """The files are behind the lock, and staging leads there."""
    world = staged()
    world.files.damage("checkpoint", None)
    world.open()
    world = staged()
    log = World().open()
    world.files.damage("checkpoint", log.checkpoint)

    assert "log.recovery-due" in codes(world)


def test_an_older_entry_that_changed_in_memory_stops_the_log() -> None:
    """The partial copies of a full bundle go only after its entries were hashed again."""
    edge = Edge()
    edge.grow(frame([b"entry"] * 255))
    edge._bundle = edge._bundle[:-1] + b"?"

    with pytest.raises(SunlitError) as caught:
        edge.grow(frame([b"last"]))

    assert caught.value.code == "log.edge-differs"


def test_a_tree_whose_middle_tile_is_empty_grows() -> None:
    """At 65,536 entries the tiles of levels 0 and 1 are full and the next begin."""
    top = b"t" * 32
    edge = Edge(65_536, [b"", b"", top])

    growth = edge.grow(frame([b"entry"]))

    assert growth.tiles == {(0, 256): leaf_hash(b"entry"), (2, 0): top}
    assert growth.root == node_hash(top, leaf_hash(b"entry"))
