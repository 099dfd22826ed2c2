"""Kills a worker at each of its steps, and looks what became of what had been acknowledged.

python -m tests.crash.killed_worker DIRECTORY PRIVATE-STORE-URL

It forks a worker for each step, so it runs in a process of its own, with one thread. Prints one
JSON object: step -> what is wrong afterwards (nothing).
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sunlit.adapters.sql.private import open_private
from sunlit.log.proof import TlogProof, verify_receipt
from sunlit.node.sequence import LEASE_SECONDS
from sunlit.node.submit import State, Ticket
from sunlit.registry.home import Home
from sunlit.testing.authority import START
from sunlit.testing.clock import SetClock
from tests.node.queue_world import (
    AGENCY,
    home_with_agency,
    publication,
    registration,
    sequencer,
    submissions,
)

STEPS = ("open", "admit", "settle", "done")
KILLED = 9


def main() -> None:
    """Do every step in turn on one log and one store."""
    where, url = Path(sys.argv[1]), sys.argv[2]
    clock = SetClock(START)
    home = home_with_agency(where / "home", clock)
    found = {
        step: list(problems(home, url, clock, step, number)) for number, step in enumerate(STEPS)
    }
    json.dump(found, sys.stdout)


def problems(home: Home, url: str, clock: SetClock, step: str, number: int) -> Iterator[str]:
    """Put, kill the worker at a step, let another one follow, and yield what is wrong."""
    size = home.reader().size
    tickets = put_some(url, clock, number)
    if killed_at(step, home, url, clock) != KILLED:
        yield "the worker was not killed"
    clock.at += timedelta(seconds=LEASE_SECONDS)
    engine = open_private(url)
    queue = submissions(engine, clock)
    sequencer(home, queue, "another").work()
    outcomes = [queue.wait(ticket, 0) for ticket in tickets]
    if [it.state for it in outcomes] != [State.ADMITTED] * 2:
        yield "an acknowledged submission is not admitted"
    if home.reader().size != size + 3:
        yield f"the log has {home.reader().size - size} entries more, and not 3"
    for it in (place for outcome in outcomes for place in outcome.places):
        if home.reader().entry(it.index) != it.entry:
            yield "a receipt names another entry"
        verify_receipt(it.entry, TlogProof.parse(it.receipt), home.trust(START).policy)
    if put_some(url, clock, number) != [
        Ticket(id=one.id, organisation=AGENCY, state=State.ADMITTED) for one in tickets
    ]:
        yield "put again, it is not known to be admitted"
    engine.dispose()


def put_some(url: str, clock: SetClock, number: int) -> list[Ticket]:
    """Put a group of two, and a single one."""
    engine = open_private(url)
    queue = submissions(engine, clock)
    one, two = 2 * number, 2 * number + 1
    tickets = [
        queue.put(AGENCY, publication(one).to_bytes(), after=[registration(one).to_bytes()]),
        queue.put(AGENCY, registration(two).to_bytes()),
    ]
    engine.dispose()
    return tickets


def killed_at(step: str, home: Home, url: str, clock: SetClock) -> int:
    """Run a worker in a child that ends, without a word, at a step; return its exit status."""
    child = os.fork()
    if child == 0:
        worker = sequencer(home, submissions(open_private(url), clock), "killed")
        worker.at_step = lambda name: os._exit(KILLED) if name == step else None
        worker.work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
