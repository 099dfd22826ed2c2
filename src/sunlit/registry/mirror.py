"""Take over another organisation's statements: read its log, verify, admit what is new.

The envelopes travel as they are, so every signature stays its signer's own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.log.checkpoint import Checkpoint
from sunlit.log.entry import Entry
from sunlit.log.files import DirectoryFiles
from sunlit.log.note import Note, NoteVerifier
from sunlit.log.reader import Files, LogReader
from sunlit.registry.admit import Ledger
from sunlit.registry.manifests import bring_manifests
from sunlit.statement.dsse import Envelope


@dataclass(slots=True)
class Taken:
    """What came of reading a log: how many entries were new, known, or refused and why."""

    checkpoint: Checkpoint
    new: int = 0
    known: int = 0
    refused: list[tuple[int, SunlitError]] = field(default_factory=list)


def log_key(trust: TrustFile, origin: str) -> NoteVerifier:
    """Return the key that the trust file names for a log.

    Raises:
        VerificationError: `mirror.untrusted-log`.
    """
    for log in trust.logs:
        if log.origin == origin:
            return log.verifier
    raise VerificationError(
        "mirror.untrusted-log", f"the trust file does not name the log {origin}",
        expected="one of " + (", ".join(log.origin for log in trust.logs) or "none"),
        mend="check that this is the right log, or get a trust file that names it and run: "
        "sunlit trust update FILE --home HOME",
    )  # fmt: skip


def open_trusted(directory: Path, trust: TrustFile) -> LogReader:
    """Open a log directory under the key that the trust file names for its origin.

    Raises:
        VerificationError: `mirror.untrusted-log`, and what the checkpoint fails with.
        UnavailableError: `log.checkpoint-missing`.
    """
    return open_files(DirectoryFiles(directory), trust, str(directory))


def open_files(files: Files, trust: TrustFile, name: str) -> LogReader:
    """Open a log's files, wherever they are, under the key that the trust file names.

    Raises:
        VerificationError: `mirror.untrusted-log`, and what the checkpoint fails with.
        UnavailableError: `log.checkpoint-missing`, and as the files raise.
    """
    note = files.get("checkpoint")
    origin = Note.parse(note).text.split(b"\n")[0].decode() if note else name
    return LogReader.open(files, log_key(trust, origin))


def take_over(
    ledger: Ledger, directory: Path, at: datetime, step: Callable[[int, int], None]
) -> Taken:
    """Admit every statement of the log at `directory` that the ledger's log lacks.

    A statement that may not enter is reported and left out; the others still come. So do the
    file lists that change plans need, where they lie beside the log.
    """
    taken = take_from(ledger, open_trusted(directory, ledger.home.trust(at)), step)
    bring_manifests(ledger.home, ledger.history, directory.resolve().parent)
    return taken


def take_from(ledger: Ledger, reader: LogReader, step: Callable[[int, int], None]) -> Taken:
    """Admit every statement of a log that the ledger's log lacks."""
    taken = Taken(reader.checkpoint)
    for index, entry in enumerate(reader.entries()):
        before = ledger.log.size
        try:
            ledger.admit(Envelope.from_json(Entry.parse(entry).envelope))
        except (MalformedError, VerificationError) as error:
            # One entry that cannot be read must not hide those that come after it.
            taken.refused.append((index, error))
        else:
            taken.new += ledger.log.size - before
            taken.known += 1 - (ledger.log.size - before)
        step(index + 1, reader.size)
    return taken
