"""A guarded world: a token's folder, its files, a real decision store with registered logs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sunlit.capabilities.decision.standing import log_subject
from sunlit.claims.decision import LogRegistration
from sunlit.claims.lifecycle import TokenGrant
from sunlit.decision.content import Content
from sunlit.decision.folder import LogFolder
from sunlit.decision.record import Pointer, Record
from sunlit.decision.store import DecisionStore
from sunlit.guard import Guard
from sunlit.runtime.statuslist import INVALID, SUSPENDED
from sunlit.runtime.verify import TokenParts
from sunlit.statement.dsse import sign
from sunlit.statement.intoto import Statement
from sunlit.testing.clock import SetClock
from tests.fixtures.token_world import AT, FILES, GRANTED, STATUS_INDEX, World, grant, write_files

DECLARED = {"jurisdiction": "US-CA", "data_class": "survey"}
NAMES = {"token": "token.jwt", "entry": "grant.entry.json", "receipt": "grant.tlog-proof",
         "status": "status.jwt", "manifest": "manifest.json"}  # fmt: skip


def write_token(folder: Path, parts: TokenParts) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in NAMES.items():
        data = getattr(parts, name)
        if data is not None:
            (folder / file).write_bytes(data)
    return folder


def make_store(root: Path, logs: int = 1, world: World | None = None) -> DecisionStore:
    store = DecisionStore.create(root, organisation="benefits.example.gov", use="outreach")
    for number in range(logs):
        register(store.add_log(f"decisions.example.gov/{root.name}/{number}"), world or World())
    return store


def register(folder: LogFolder, world: World, **changes: Any) -> None:  # noqa: ANN401 - any field
    """Lay a registration beside a log, as the deployer's log holds it; nobody has cosigned yet."""
    claim = LogRegistration(
        origin=folder.origin, vkey=folder.vkey, deployer="benefits.example.gov",
        use="outreach", registered_on=GRANTED,
    )  # fmt: skip
    claim = replace(claim, **changes)
    said = Statement((log_subject(folder.origin),), claim.TYPE, claim.to_predicate())
    entry = world.entry(sign(said.to_payload(), [world.key("operator")]))
    folder.keep_registration(entry, world.receipt([entry], 0, witnesses=()))


@dataclass
class Place:
    """One deployment on disk, and a clock that a test sets."""

    root: Path
    said: TokenGrant = field(default_factory=grant)
    logs: int = 1
    world: World = field(default_factory=World)
    clock: SetClock = field(default_factory=lambda: SetClock(AT))

    def __post_init__(self) -> None:
        self.store = make_store(self.root / "store", self.logs, self.world)
        self.token = write_token(self.root / "some.token", self.world.parts(self.said))
        self.trust = self.root / "trust.json"
        self.trust.write_bytes(self.world.trust_bytes)
        self.files = self.root / "component"
        write_files(self.files, FILES)

    def open(self, **options: Any) -> Guard:  # noqa: ANN401 - what Guard.open takes
        """Open a guard on everything of this place, with what the token asks declared."""
        options = {"records": self.store, "use": "outreach", "clock": self.clock, **DECLARED,
                   **options}  # fmt: skip
        token, trust = options.pop("token", self.token), options.pop("trust", self.trust)
        hashed = options.pop("hashed", True)
        guard = Guard.open(token, trust, **options)
        if hashed:  # as if a model had been loaded
            guard.live.hashed.add(self.said.release)
        return guard

    def put_status(self, status: int | None = None, **how: Any) -> bytes:  # noqa: ANN401 - what World.status takes
        """Put a fresh list in place that gives the token this status."""
        statuses = {} if status is None else {STATUS_INDEX: status}
        how.setdefault("at", self.clock.at - timedelta(minutes=1))
        raw = World(name=self.world.name, statuses=statuses).status(**how)
        (self.token / "status.jwt").write_bytes(raw)
        return raw

    def suspend(self) -> None:
        self.put_status(SUSPENDED)

    def revoke(self) -> None:
        self.put_status(INVALID)

    def records(self) -> list[Record]:
        """Return every record of every log, in order."""
        return [
            record for log in self.store.logs() for _, record, _ in self.store.records(log.origin)
        ]

    def content(self, pointer: Pointer) -> Content:
        return self.store.content(pointer)

    def contents(self) -> Sequence[Content]:
        from sunlit.log.merkle import leaf_hash

        return [
            self.store.content(Pointer(log=log.origin, index=index, leaf=leaf_hash(leaf).hex()))
            for log in self.store.logs()
            for index, _, leaf in self.store.records(log.origin)
        ]
