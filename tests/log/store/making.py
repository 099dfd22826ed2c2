"""Logs in real directories, for the tests of the store."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sunlit.log.note import NoteSigner
from sunlit.log.publish import Options
from sunlit.log.sequencer import Log
from sunlit.testing.clock import SetClock

ORIGIN = "log.example.org/store"
SIGNER = NoteSigner.from_ed25519(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def create(where: Path, *, clock: SetClock | None = None, options: Options | None = None) -> Log:
    """Return a new log in `where`/log with its lock store beside it."""
    return Log.create(
        where / "log",
        lock=where / "lock.db",
        origin=ORIGIN,
        signer=SIGNER,
        clock=clock or SetClock(START),
        options=options or Options(),
    )


def reopen(where: Path, *, clock: SetClock | None = None, signer: NoteSigner = SIGNER) -> Log:
    """Open that log again."""
    return Log.open(
        where / "log", lock=where / "lock.db", signer=signer, clock=clock or SetClock(START)
    )


def numbered(*numbers: int) -> list[dict[str, object]]:
    """Return envelopes that differ."""
    return [{"n": number} for number in numbers]
