"""A task's call among the groups; apart, since `asyncio` is slow to import."""

from asyncio import Future, get_running_loop
from collections.abc import Callable, Sequence

from sunlit.decision.groups import Groups, Task, Tasks, Waiting
from sunlit.decision.ports import Draft


class WaitingTask(Waiting):
    """One call's records, and the task that waits for them."""

    __slots__ = ("future", "loop")

    def __init__(self, records: Sequence[Draft]) -> None:
        super().__init__(records)
        self.left = True  # no thread waits: the helper writes in its place
        self.loop = get_running_loop()
        self.future: Future[None] = self.loop.create_future()

    def enlist(self, threads: list[Waiting], tasks: Tasks) -> None:  # noqa: ARG002
        """Say how this one is woken: together with others of its loop."""
        found = tasks.get(id(self.loop))
        if found is None:
            found = tasks[id(self.loop)] = (self._later, [])
        found[1].append(self)

    def _later(self, settle: Callable[[list[Task]], None], those: list[Task]) -> None:
        self.loop.call_soon_threadsafe(settle, those)

    def settle(self) -> None:
        """Let the task go on, unless it was cancelled."""
        if not self.future.done():
            self.future.set_result(None)


async def run_async(groups: Groups, records: Sequence[Draft]) -> int:
    """Do what `groups.run` does without holding up the loop; a cancelled call writes all the same.

    Raises:
        SunlitError: as `Groups.run`.
    """
    waiting = WaitingTask(records)
    groups.enter(waiting)
    await waiting.future
    if waiting.error is not None:
        raise waiting.error
    return waiting.first
