"""One log on a machine whose power fails, and what must hold whenever it is back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sunlit.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from sunlit.log.fsck import fsck
from sunlit.log.merkle import EMPTY_ROOT, leaf_hash, verify_inclusion
from sunlit.log.note import NoteSigner
from sunlit.log.publish import Options
from sunlit.log.reader import LogReader
from sunlit.log.receipt import Receipt
from sunlit.log.sequencer import Log
from sunlit.testing.clock import SetClock
from sunlit.testing.lock import FakeLock
from sunlit.testing.power import Power
from sunlit.testing.storage import FakeFiles

ORIGIN = "log.example.org/crash"
SIGNER = NoteSigner.from_ed25519(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """The machine, its log, and every receipt that anybody was ever given."""

    options: Options = field(default_factory=Options)
    power: Power = field(default_factory=Power)
    given: list[Receipt] = field(default_factory=list)
    seen: list[Checkpoint] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        """Start an empty log."""
        note = sign_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT), SIGNER).to_bytes()
        self.files = FakeFiles(self.power)
        self.lock = FakeLock(self.power, origin=ORIGIN, checkpoint=note)
        self.clock = SetClock(START, step=timedelta(seconds=1))

    def open(self) -> Log:
        """Open the log, as a new process does."""
        return Log(self.files, self.lock, signer=SIGNER, clock=self.clock, options=self.options)

    def envelopes(self, count: int) -> list[dict[str, object]]:
        """Return envelopes that nobody has seen before."""
        first, self.made = self.made, self.made + count
        return [{"n": number} for number in range(first, first + count)]

    def append(self, log: Log, count: int) -> None:
        """Append and keep the receipts as a submitter would."""
        self.given += log.append(self.envelopes(count))

    def look(self) -> None:
        """Keep the checkpoint that a reader sees, where there is a whole one."""
        data = self.files.get("checkpoint")
        if data:
            self.seen.append(open_checkpoint(data, SIGNER.verifier))

    def expect_sound(self) -> None:
        """Check all that must hold after a recovery."""
        report = fsck(self.files, SIGNER.verifier, lock=self.lock)
        assert report.problems == ()
        reader = LogReader.open(self.files, SIGNER.verifier)
        entries = list(reader.entries())  # each is checked against the checkpoint's root
        for receipt in self.given:
            assert entries[receipt.index] == receipt.entry
        for receipt in {found.proof.checkpoint: found for found in self.given}.values():
            self._expect_receipt(receipt, reader)
        for old in self.seen:
            reader.expect_growth_from(old)

    def _expect_receipt(self, receipt: Receipt, reader: LogReader) -> None:
        old = open_checkpoint(receipt.proof.checkpoint, SIGNER.verifier)
        leaf = leaf_hash(receipt.entry)
        verify_inclusion(leaf, receipt.index, old.size, receipt.proof.hashes, old.root)
        reader.expect_growth_from(old)
        kept = self.files.get(f"checkpoints/{old.size}")
        assert kept is not None
        assert open_checkpoint(kept, SIGNER.verifier) == old


def steps_of(prepare: Callable[[], World], act: Callable[[World], object]) -> list[str]:
    """Return the steps that `act` takes in a world where nothing fails."""
    world = prepare()
    world.power.restore()
    act(world)
    return list(world.power.steps)
