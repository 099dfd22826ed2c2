"""The logs of a node as they are read by people: how far, who watches, what stands where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.authority.history import read_entry
from sunlit.authority.trust_parts import Board
from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.base.slugs import slug
from sunlit.claims.admitted import Admitted
from sunlit.log.cosignature import cosignatures
from sunlit.log.entry import Entry
from sunlit.log.note import Note
from sunlit.log.policy import Policy
from sunlit.log.reader import LogReader
from sunlit.registry.home import Home
from sunlit.views.entry_words import Sentence, kind_of, sentence

LOOKED_AT: Final = 200  # kept checkpoints, the newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """A witness of the trust file: whether it cosigned the newest checkpoint, and when."""

    name: str
    vkey: str
    cosigned: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """One log: its newest checkpoint, its key, who watches it.

    `enough`: a quorum of the trust file cosigned the newest checkpoint.
    """

    slug: str
    origin: str
    organisation: str
    vkey: str
    size: int
    root: str
    newest: datetime | None
    watchers: tuple[Watcher, ...]
    enough: bool

    @property
    def cosigned(self) -> int:
        """How many of the witnesses cosigned the newest checkpoint."""
        return sum(one.cosigned for one in self.watchers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An entry for people: where and when, the sentence, who signed it."""

    index: int
    at: datetime
    statement_id: str
    kind: str
    sentence: Sentence
    organisations: tuple[str, ...]
    said: Admitted


def log_state(home: Home, trust: TrustFile) -> LogState:
    """Return how a log stands now.

    Raises:
        SunlitError: as opening the log raises.
    """
    reader = home.reader()
    data = (home.log_directory / "checkpoint").read_bytes()
    note = Note.parse(data)
    found = cosignatures(note, [one.verifier for one in trust.witnesses])
    seen = {one.verifier.vkey: one for one in found}
    newest = entry_time(reader, reader.size - 1) if reader.size else None
    return LogState(
        slug=slug(home.origin), origin=home.origin, organisation=home.organisation,
        vkey=home.log_vkey, size=reader.size, root=reader.checkpoint.root.hex(), newest=newest,
        watchers=tuple(
            Watcher(
                name=one.name, vkey=one.vkey, cosigned=one.vkey in seen,
                at=seen[one.vkey].at if one.vkey in seen else None,
            )
            for one in trust.witnesses
        ),
        enough=_enough(trust.policy, data),
    )  # fmt: skip


def witnessed_size(home: Home, trust: TrustFile) -> int | None:
    """Return how many entries the log had when a quorum last cosigned it, as far as is kept.

    None where no quorum cosigned any of the newest checkpoints that are kept.
    """
    kept = home.log_directory / "checkpoints"
    sizes = sorted(int(one.name) for one in kept.glob("*") if one.name.isdecimal())
    policy = trust.policy
    return next(
        (one for one in reversed(sizes[-LOOKED_AT:]) if _enough(policy, _read(kept / str(one)))),
        None,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # thinned out since it was listed
        return b""


def _enough(policy: Policy, checkpoint: bytes) -> bool:
    try:
        policy.verify(checkpoint)
    except SunlitError:
        return False
    return True


def entry_time(reader: LogReader, index: int) -> datetime:
    """Return when an entry was admitted."""
    return Entry.parse(reader.entry(index)).admitted_at


def size_at(reader: LogReader, at: datetime) -> int:
    """Return how many entries a log had at a time. Times in a log never go backwards."""
    low, high = 0, reader.size
    while low < high:
        middle = (low + high) // 2
        if entry_time(reader, middle) <= at:
            low = middle + 1
        else:
            high = middle
    return low


def said_at(home: Home, reader: LogReader, directory: Directory, index: int) -> Said:
    """Return one entry for people.

    Raises:
        UnavailableError: `node.no-such-entry`.
    """
    if not 0 <= index < reader.size:
        raise UnavailableError(
            "node.no-such-entry", "the log has no such entry",
            expected=f"a number below {reader.size}", mend="look for it in the log's list",
        )  # fmt: skip
    return _said(reader.entry(index), home.origin, directory, index)


def said_between(
    home: Home, reader: LogReader, directory: Directory, start: int, end: int
) -> tuple[Said, ...]:
    """Return entries from `start` to before `end`, the newest first."""
    found = [
        _said(entry, home.origin, directory, index)
        for index, entry in enumerate(reader.entries(start, end), start=start)
    ]
    return tuple(reversed(found))


def _said(entry: bytes, origin: str, directory: Directory, index: int) -> Said:
    said = read_entry(entry, directory, origin=origin, index=index)
    assert said.admitted_at is not None  # noqa: S101 - an entry has its time
    who = tuple(sorted(directory.organisations(said)))
    return Said(
        index=index, at=said.admitted_at, statement_id=said.statement_id, kind=kind_of(said.claim),
        sentence=sentence(said, [name_in(directory, one) for one in who]), organisations=who,
        said=said,
    )  # fmt: skip


def name_in(directory: Directory, organisation: str) -> str:
    """Return an organisation's name, or its id where nobody said one."""
    found = directory.organisation(organisation)
    return found.name if found is not None else organisation


def named_board(trust: TrustFile, organisation: str) -> Board:
    """Return the review board that the trust file names.

    Raises:
        UnavailableError: `node.no-such-board`.
    """
    found = trust.board(organisation)
    if found is None:
        raise UnavailableError(
            "node.no-such-board", "this node's trust file names no review board of this name",
            mend="choose a board of the list of boards",
        )  # fmt: skip
    return found


def growth(reader: LogReader, old: int, new: int) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    """Return the roots at two sizes, and the proof that the older tree begins the newer one.

    Raises:
        SunlitError: as reading the tiles raises.
    """
    return reader.root(old), reader.root(new), tuple(reader.consistency(old, new))


def known_log(homes: Mapping[str, Home], name: str) -> Home:
    """Return the home whose log has this name in addresses.

    Raises:
        UnavailableError: `node.no-such-log`.
    """
    found = homes.get(name)
    if found is None:
        raise UnavailableError(
            "node.no-such-log", "this node has no such log", mend="choose one of the list of logs"
        )
    return found
