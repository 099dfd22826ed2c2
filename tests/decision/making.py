"""What the tests of the decision log are made of."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sunlit.decision.content import TEXT, Content
from sunlit.decision.ports import Draft
from sunlit.decision.record import Binding, Kind, Record, State, new_id
from sunlit.decision.recorder import DecisionLog, Pace
from sunlit.decision.store import DecisionStore
from sunlit.testing.clock import SetClock

AT = datetime(2026, 1, 1, tzinfo=UTC)
ORIGIN = "decisions.example.org/1"
QUIET = Pace(checkpoint_seconds=None, reserve_bytes=0)


def record(commit: Mapping[str, object] | None = None, **fields: object) -> Record:
    """Return a decision's record."""
    values: dict[str, object] = {
        "kind": Kind.DECISION, "id": new_id(), "time": AT, "commit": commit or {},
        "token": "ab" * 32, "release": "cd" * 32, "use": "outreach", "deployer": "agency.example",
        "binding": Binding.FILES_VERIFIED, "oversight": "none", "state": State.RELEASED,
    }  # fmt: skip
    return Record(**(values | fields))  # type: ignore[arg-type]


def draft(number: int = 0, size: int = 0) -> Draft:
    """Return a decision about `number`, with `size` bytes more."""
    content = Content.of(
        {"input": (TEXT, f"{number}".encode() + bytes(size)), "output": (TEXT, b"yes")}
    )
    return Draft.of(record(content.commitments()), content)


def drafts(count: int, size: int = 0) -> list[Draft]:
    """Return decisions about 0, 1, 2..."""
    return [draft(number, size) for number in range(count)]


def a_store(path: Path, logs: int = 1) -> DecisionStore:
    """Make a store with registered logs."""
    store = DecisionStore.create(path / "records", organisation="agency.example", use="outreach")
    for number in range(1, logs + 1):
        store.add_log(f"decisions.example.org/{number}").keep_registration(b"{}", b"proof")
    return store


def a_writer(store: DecisionStore, pace: Pace = QUIET) -> DecisionLog:
    """Take a log of the store."""
    return store.writer(SetClock(AT), pace=pace)
