"""A real guard over a real decision store, for the proxy's tests."""

from collections.abc import Mapping
from pathlib import Path

from sunlit.decision.content import Content
from sunlit.decision.record import Binding, Pointer, Record
from sunlit.proxy.gate import GateOptions, GuardGate
from tests.decisions import World, copied

HEADERS = ("Sunlit-Use: outreach", "Sunlit-Jurisdiction: US-CA", "Sunlit-Data-Class: survey")


def world_at(root: Path) -> World:
    """Return a copy of the deployment that was played, an hour later."""
    return copied(root)


def gate_of(world: World, **options: object) -> GuardGate:
    """Open the guard of a world's store, with a binding that its token accepts."""
    given = {"binding": Binding.DECLARED, "clock": world.clock, **options}
    return GuardGate.open(world.store, GateOptions(**given))  # type: ignore[arg-type]


def written(world: World, before: Mapping[str, int]) -> list[tuple[Record, Content, Pointer]]:
    """Return what was recorded since `before` (log origin -> size), with its content."""
    found = []
    for log in world.store.logs():
        for index, record, leaf in world.store.records(log.origin, before.get(log.origin, 0)):
            pointer = Pointer(log=log.origin, index=index, leaf=_leaf(leaf))
            found.append((record, world.store.content(pointer), pointer))
    return found


def sizes(world: World) -> dict[str, int]:
    """Return how many records there are in each log."""
    return {
        log.origin: sum(1 for _ in world.store.records(log.origin)) for log in world.store.logs()
    }


def _leaf(leaf: bytes) -> str:
    from sunlit.log.merkle import leaf_hash

    return leaf_hash(leaf).hex()
