"""Our own way to keep a decision, as a guard does it: nothing left out, nothing made before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sunlit.base.times import from_unix
from sunlit.decision.checkcode import new_code
from sunlit.decision.content import TEXT, write_content
from sunlit.decision.ports import Draft
from sunlit.decision.record import Binding, Kind, Record, State, new_id
from sunlit.decision.store import DecisionStore
from sunlit.decision.template import Template
from sunlit.guard.clock import MachineClock
from sunlit.guard.serial import to_bytes


def store(where: Path) -> DecisionStore:
    """Return a decision store with one log, as registered."""
    made = DecisionStore.create(where / "store", organisation="bench.example", use="outreach")
    made.add_log("bench.example/decisions/1").keep_registration(b"{}", b"")
    return made


def template() -> Template:
    """Return what is the same in each record."""
    return Template(
        Record(
            kind=Kind.DECISION, id=new_id(), time=from_unix(0), token="ab" * 32,
            release="cd" * 32, use="outreach", deployer="bench.example", jurisdiction="US-CA",
            binding=Binding.FILES_VERIFIED, oversight="human-decides", state=State.PROPOSED,
            status="ef" * 32, trust=1,
        )
    )  # fmt: skip


def draft(one: dict[str, Any], leaf: Template, at: datetime) -> Draft:
    """Return the draft of a decision: texts, salts, commitments, check code, leaf."""
    values = {
        "input": to_bytes(one["input"]),
        "output": to_bytes(one["output"]),
        "explanation": to_bytes(one["explanation"]),
        "case": (TEXT, one["case"].encode()),
        "code": (TEXT, new_code().encode()),
        "trace": (TEXT, b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    }
    commit, content = write_content(values)
    record_id = new_id()
    return Draft(leaf.fill(record_id, at, commit), record_id, content)


@contextmanager
def recorder(
    where: Path, *, tasks: bool = False
) -> Iterator[tuple[Callable[[dict[str, Any]], object], Callable[[], int]]]:
    """Keep decisions through the real recorder; what is kept is counted by a verifying reader.

    With `tasks`, what keeps a decision is to be awaited, as in the proxy.
    """
    made, clock = store(where), MachineClock()
    origin = made.logs()[0].origin
    log, leaf = made.writer(clock), template()

    def keep(one: dict[str, Any]) -> object:
        return log.append([draft(one, leaf, clock.now())])

    async def keep_in_a_task(one: dict[str, Any]) -> object:
        return await log.append_async([draft(one, leaf, clock.now())])

    def kept() -> int:
        log.close()
        return made.reader(origin).size

    yield keep_in_a_task if tasks else keep, kept
    log.close()
