"""A writer in a process of its own, to be killed: says on stdout what was acknowledged.

python -m tests.crash.long.worker DIRECTORY append|checkpoint|recover
"""

import os
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sunlit.base.errors import SunlitError
from sunlit.base.times import from_unix
from sunlit.log.cosignature import cosign
from sunlit.log.note import COSIGNATURE_V1, Note, NoteSigner
from sunlit.log.publish import Options
from sunlit.log.sequencer import Log

ORIGIN = "log.example.org/long"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = NoteSigner.from_ed25519(ORIGIN, KEY)
WITNESS = NoteSigner.from_ed25519("witness.example.org", KEY, COSIGNATURE_V1)
MARK = "/sunlit-begins-here"  # opened, in vain, where the faults begin
OPTIONS = Options(reserve_bytes=0, flush_commits=2)


class WallClock:
    """The real time: these processes live in it."""

    def now(self) -> datetime:
        """Return the present time."""
        return from_unix(int(time.time()))


def create(where: Path, options: Options = OPTIONS) -> Log:
    """Start a log in a directory."""
    return Log.create(
        where / "log", lock=where / "lock.db", origin=ORIGIN, signer=SIGNER, clock=WallClock(),
        options=options,
    )  # fmt: skip


def reopen(where: Path, options: Options = OPTIONS) -> Log:
    """Open it again."""
    return Log.open(
        where / "log", lock=where / "lock.db", signer=SIGNER, clock=WallClock(), options=options
    )


def append(log: Log, count: int, out: int) -> None:
    """Append and, once that is acknowledged, say so: index and entry, a line each."""
    receipts = log.append([{"n": os.urandom(300).hex()} for _ in range(count)])
    lines = b"".join(b"%d %s\n" % (found.index, found.entry) for found in receipts)
    while lines:
        lines = lines[os.write(out, lines) :]


def mark() -> None:
    """Leave a trace in the list of system calls."""
    with suppress(OSError):
        os.open(MARK, os.O_RDONLY)


def main() -> None:
    """Do one thing to the log; what fails is what the test is about."""
    where, what = Path(sys.argv[1]), sys.argv[2]
    with suppress(SunlitError, OSError):
        if what == "recover":
            mark()
            log = reopen(where)
        else:
            log = reopen(where)
            mark()
        if what == "append":
            append(log, 2, 1)
            append(log, 3, 1)
        if what == "checkpoint":
            note = Note.parse(log.checkpoint)
            log.add_cosignatures(log.size, [cosign(note.text, WITNESS, from_unix(10**9))])
        log.close()


if __name__ == "__main__":
    main()
