"""Which statements of a home's log governed a decision, and receipts that a quorum vouches for."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.authority.history import History
from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import SunlitError
from sunlit.bundle.logged import why_unsaid
from sunlit.bundle.statements import AUTHORITY
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Withdrawal
from sunlit.claims.authority import (
    Accreditation,
    Conflict,
    Key,
    LogClosed,
    Organisation,
    Revocation,
)
from sunlit.claims.base import Claim
from sunlit.claims.decision import Anchor, Erasure, Hold, LogRegistration, Retention
from sunlit.log.checkpoint import Checkpoint
from sunlit.log.files import DirectoryFiles
from sunlit.log.proof import TlogProof
from sunlit.log.publish import archive_path
from sunlit.registry.bearing import Matter, bearing_on
from sunlit.registry.home import Home
from sunlit.registry.receipts import is_witnessed
from sunlit.statement.keys import PublicKey

_CHECKPOINT: Final = re.compile(r"[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A decision: its release and use, its place, and as of when one asks."""

    matter: Matter
    log: str
    index: int
    until: datetime


def governing(history: History, about: About) -> tuple[Admitted, ...]:
    """Return the statements that governed a decision, with those that say who may say them.

    Only what was admitted by `until`, and said by somebody who may.
    """
    known = tuple(
        one
        for one in history.statements
        if one.admitted_at is not None and one.admitted_at <= about.until
    )
    bearing = set(map(_place, bearing_on(known, about.matter)))
    chosen = [one for one in known if _place(one) in bearing or _is_of(one.claim, about)]
    chosen = [one for one in chosen if not isinstance(one.claim, LogRegistration | Anchor)]
    places = set(map(_place, chosen)) | set(map(_place, _authority(known, chosen, history, about)))
    return tuple(
        one for one in known if _place(one) in places and why_unsaid(one, history.directory) is None
    )


def _place(one: Admitted) -> tuple[str | None, int | None]:
    return one.origin, one.index


def _is_of(claim: Claim, about: About) -> bool:
    """Tell whether a claim is about the record or its decision log: erased, held, kept how long."""
    match claim:
        case Erasure():
            return (claim.origin, claim.index) == (about.log, about.index)
        case Hold():
            return claim.origin == about.log and claim.covers(about.index)
        case Retention():
            return (claim.use, claim.deployer) == (about.matter.use, about.matter.deployer)
    return False


def _authority(
    known: Sequence[Admitted], chosen: Iterable[Admitted], history: History, about: About
) -> Iterator[Admitted]:
    """Yield what makes the chosen statements count: whose keys those are, and who said so."""
    directory = history.directory
    organisations = {about.matter.deployer or ""} | set(directory.roots)
    for one in chosen:
        organisations |= _organisations(one, directory)
    spoken = [one for one in known if one.claim.FAMILY == AUTHORITY or _takes_back(one)]
    found: dict[tuple[str | None, int | None], Admitted] = {}
    while True:
        more = [
            one
            for one in spoken
            if _place(one) not in found and _mentions(one, directory) & organisations
        ]
        if not more:
            break
        for one in more:
            found[_place(one)] = one
            organisations |= _organisations(one, directory)
            if isinstance(one.claim, Organisation):
                organisations |= set(one.claim.parents)
    yield from found.values()


def _organisations(one: Admitted, directory: Directory) -> set[str]:
    return {name for key in one.signers if (name := directory.organisation_of(key)) is not None}


def _takes_back(one: Admitted) -> bool:
    return isinstance(one.claim, Withdrawal)


def _mentions(one: Admitted, directory: Directory) -> set[str]:
    match one.claim:
        case Organisation() as claim:
            return {claim.id}
        case Key() as claim:
            return {claim.organisation, *_owner(directory, claim)}
        case Accreditation() as claim:
            return {claim.assessor}
        case Conflict() as claim:
            return {claim.organisation}
        case Revocation() as claim:
            return {directory.organisation_of(claim.key_id) or ""}
        case LogClosed() | Withdrawal():
            return _organisations(one, directory)
    return set()


def _owner(directory: Directory, claim: Key) -> set[str]:
    try:
        owner = directory.organisation_of(PublicKey.from_json(claim.key).key_id)
    except SunlitError:
        return set()
    return {owner} if owner else set()


class Receipts:
    """Receipts of a home's entries under its newest checkpoint that a quorum cosigned."""

    def __init__(self, home: Home, trust: TrustFile) -> None:
        """Find that checkpoint; without one, receipts stand under the newest."""
        self._reader = home.reader()
        self._trust = trust
        self._witnessed = self._newest(home)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint that a quorum vouches for, if there is one."""
        return None if self._witnessed is None else self._witnessed[0]

    def entry(self, index: int) -> bytes:
        """Return an entry, checked against the log's checkpoint."""
        return self._reader.entry(index)

    def receipt(self, index: int) -> bytes:
        """Return the receipt of an entry."""
        if self._witnessed is None or index >= self._witnessed[0].size:
            return self._reader.receipt(index).to_bytes()
        checkpoint, note = self._witnessed
        hashes = tuple(self._reader.inclusion(index, checkpoint.size))
        return TlogProof(index, hashes, note).to_bytes()

    def _newest(self, home: Home) -> tuple[Checkpoint, bytes] | None:
        files = DirectoryFiles(home.log_directory)
        for size in sorted(_kept_sizes(home.log_directory), reverse=True):
            note = files.get("checkpoint" if size > self._reader.size else archive_path(size))
            try:
                checkpoint = self._trust.policy.verify(note or b"").checkpoint
            except SunlitError:
                continue
            if 0 < checkpoint.size <= self._reader.size and (
                self._reader.root(checkpoint.size) == checkpoint.root
            ):
                return checkpoint, note or b""
        return None

    def is_witnessed(self, entry: bytes, receipt: bytes) -> bool:
        """Tell whether a reader with the same trust file accepts a receipt."""
        return is_witnessed(entry, receipt, self._trust)


def _kept_sizes(log: Path) -> list[int]:
    folder = (log / archive_path(1)).parent
    names = [path.name for path in folder.glob("*")] if folder.is_dir() else []
    kept = [int(name) for name in names if _CHECKPOINT.fullmatch(name)]
    return [*kept, max(kept, default=0) + (1 << 60)]  # the last stands for the published one
