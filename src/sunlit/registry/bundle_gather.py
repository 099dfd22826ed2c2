"""Gather the files of a bundle: from the decision store, the home's log, the token's folder."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit.authority.history import History
from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.bundle import layout
from sunlit.bundle.anchors import write_consistency
from sunlit.bundle.opening import write_opening
from sunlit.bundle.statements import Row, write_index
from sunlit.capabilities.decision.standing import Registered, anchors_of
from sunlit.claims.admitted import Admitted
from sunlit.claims.decision import Anchor
from sunlit.claims.lifecycle import TokenGrant
from sunlit.decision.anchored import Anchored, read_anchor
from sunlit.decision.content import Content
from sunlit.decision.record import Kind, Record
from sunlit.decision.store import DecisionStore
from sunlit.log.entry import Entry
from sunlit.log.reader import LogReader
from sunlit.registry.anchor import read_opening
from sunlit.registry.bearing import Matter
from sunlit.registry.bundle_statements import About, Receipts, governing, section_of
from sunlit.registry.decision_anchors import registered
from sunlit.registry.decisions import Case, Seen, contents
from sunlit.registry.home import Home
from sunlit.registry.trust import read_file
from sunlit.runtime import folder
from sunlit.runtime.folder import read_parts
from sunlit.runtime.verify import TokenParts
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement
from sunlit.statement.manifest import Manifest

MAX_LABEL: Final = 64 * 1024
ALL: Final = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where everything is taken from; `history` is the home's log, folded."""

    store: DecisionStore
    home: Home
    history: History
    trust: TrustFile
    case: Case
    asked: datetime | None = None

    @property
    def as_of(self) -> datetime:
        """As of when statements are gathered: the record's time unless asked otherwise."""
        return self.asked or self.record.time

    @property
    def record(self) -> Record:
        """The decision's record."""
        return self.case.seen.record


@dataclass(slots=True, kw_only=True)
class Gathered:
    """Files by path, and what stands in them; `notes` say what is not as one would expect."""

    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    opening: Content | None = None
    later: list[tuple[str, Record, Content | None]] = field(default_factory=list)
    statements: tuple[tuple[Row, Admitted], ...] = ()
    grant: TokenGrant | None = None
    sections: dict[str, int] = field(default_factory=dict)

    def entry_of(self, row: Row) -> bytes:
        """Return the entry of a statement."""
        return self.files[f"{layout.STATEMENTS}{row.file}{layout.ENTRY}"]


def gather(sources: Sources, names: Sequence[str]) -> Gathered:
    """Gather all but findings and pages; `names` are the fields to open (`all`: each of them).

    Raises:
        UnavailableError: `bundle.not-signed`, and as reading store, log and token raise.
        VerificationError: as the same raise.
    """
    got = Gathered()
    reader = sources.store.reader(sources.case.seen.row.log)
    _record(sources, got, reader, names)
    receipts = Receipts(sources.home, sources.trust)
    if receipts.checkpoint is None:
        got.notes.append("No checkpoint of the home's log has enough cosignatures.")
    log = registered(sources.history, sources.store, reader.checkpoint.origin)
    _logged(got, layout.REGISTRATION, log.said, receipts)
    _later(sources, got, reader, names, receipts)
    _anchors(sources, got, log, reader, receipts)
    _token(sources, got, receipts)
    _statements(sources, got, receipts)
    _trust(sources, got)
    return got


def _record(sources: Sources, got: Gathered, reader: LogReader, names: Sequence[str]) -> None:
    seen = sources.case.seen
    if seen.row.place >= reader.size:
        raise UnavailableError(
            "bundle.not-signed", "no checkpoint of the decision log covers the record yet",
            mend="wait a second and try again; if no guard is running: sunlit guard anchor DIR",
        )  # fmt: skip
    got.files[layout.RECORD] = seen.leaf
    got.files[layout.RECORD_PROOF] = reader.receipt(seen.row.place).to_bytes()
    got.opening = _opening(sources, got, seen, names, layout.OPENING)


def _opening(
    sources: Sources, got: Gathered, seen: Seen, names: Sequence[str], path: str
) -> Content | None:
    if not names:
        return None
    content, state = contents(sources.store, seen.row.pointer)
    if content is None:
        got.notes.append(f"The content of the {seen.record.kind} is {state}.")
        return None
    chosen = content if ALL in names else content.only(names)
    if not chosen.fields:
        return None
    got.files[path] = write_opening(chosen)
    return chosen


def _logged(got: Gathered, name: str, said: Admitted, receipts: Receipts) -> None:
    index = said.index or 0
    got.files[name + layout.ENTRY] = receipts.entry(index)
    got.files[name + layout.PROOF] = receipts.receipt(index)


def _later(
    sources: Sources, got: Gathered, reader: LogReader, names: Sequence[str], receipts: Receipts
) -> None:
    for number, seen in enumerate(_shown_later(sources), 1):
        name = f"{layout.LATER}{number:02d}"
        of = reader
        if seen.row.log != reader.checkpoint.origin:
            of = sources.store.reader(seen.row.log)
            other = registered(sources.history, sources.store, seen.row.log)
            _logged(got, name + layout.LOG_SUFFIX, other.said, receipts)
        got.files[name + layout.RECORD_SUFFIX] = seen.leaf
        got.files[name + layout.PROOF] = of.receipt(seen.row.place).to_bytes()
        content = _opening(sources, got, seen, names, name + layout.OPENING_SUFFIX)
        got.later.append((name, seen.record, content))


def _shown_later(sources: Sources) -> Iterator[Seen]:
    """Yield what came after by then; who looked at it (`access`) is no part of the case."""
    for seen in sources.case.later:
        early = sources.asked is None or seen.record.time <= sources.asked
        if seen.record.kind is not Kind.ACCESS and seen.signed and early:
            yield seen


def _anchors(
    sources: Sources, got: Gathered, log: Registered, reader: LogReader, receipts: Receipts
) -> None:
    index = sources.case.seen.row.place
    before: tuple[Admitted, Anchored] | None = None
    for said, claim in anchors_of(sources.history.statements, sources.history.directory, log):
        found = _read(sources.home, said, claim, log)
        if found is None:
            continue
        if found.size <= index:
            before = said, found
            continue
        _anchor(sources.home, got, layout.AFTER, (said, found), reader, receipts)
        break
    else:
        got.notes.append("No anchor covers the record yet.")
    if before is not None:
        _anchor(sources.home, got, layout.BEFORE, before, reader, receipts)


def _read(home: Home, said: Admitted, claim: Anchor, log: Registered) -> Anchored | None:
    try:
        return read_anchor(claim, log.key, read_opening(home, said.statement_id))
    except SunlitError:
        return None


def _anchor(
    home: Home, got: Gathered, name: str, found: tuple[Admitted, Anchored], reader: LogReader,
    receipts: Receipts,
) -> None:  # fmt: skip
    said, anchored = found
    _logged(got, name, said, receipts)
    opening = read_opening(home, said.statement_id)
    if opening is not None:
        got.files[name + layout.OPENING_SUFFIX] = opening
    hashes = reader.consistency(anchored.size)
    got.files[name + layout.CONSISTENCY] = write_consistency(anchored.size, reader.size, hashes)


def _token(sources: Sources, got: Gathered, receipts: Receipts) -> None:
    record = sources.record
    where, parts = _token_folder(sources)
    entry = parts.entry or b""
    got.grant = TokenGrant.from_predicate(_statement(entry).predicate)
    got.files[layout.TOKEN] = parts.token
    got.files[layout.GRANT] = entry
    got.files[layout.GRANT_PROOF] = _better(sources, parts, receipts)
    status = sources.store.root / "status" / f"{record.status}.jwt"
    if status.is_file():
        got.files[layout.STATUS] = read_file(status)
    elif record.status is not None:
        got.notes.append("The status list on which the guard relied was not kept.")
    if parts.manifest is not None:
        got.files[layout.FILE_LIST] = parts.manifest
    if (where / folder.LABEL).is_file():
        got.files[layout.LABEL] = read_file(where / folder.LABEL, limit=MAX_LABEL)


def _statement(entry: bytes) -> Statement:
    return Statement.parse(Envelope.from_json(Entry.parse(entry).envelope).payload)


def _token_folder(sources: Sources) -> tuple[Path, TokenParts]:
    """Return the folder of the token that the record names: the store's, or one of the home's."""
    named = str(sources.record.token)
    places = [sources.store.root / "token"]
    places += sorted((sources.home.root / "tokens").glob(f"*-{named[:12]}.token"))
    for place in places:
        try:
            parts = read_parts(place)
            entry = Entry.parse(parts.entry or b"")
            if Envelope.from_json(entry.envelope).statement_id == named:
                return place, parts
        except SunlitError:
            continue
    raise UnavailableError(
        "bundle.no-token", "the folder of the token that the record names is not here",
        expected=f"the token of grant {named}",
        mend=f"put its folder into {sources.home.root / 'tokens'}, as NAME-{named[:12]}.token",
    )  # fmt: skip


def _better(sources: Sources, parts: TokenParts, receipts: Receipts) -> bytes:
    """Return the grant's receipt, a newer one where its own lacks cosignatures."""
    entry, receipt = parts.entry or b"", parts.receipt or b""
    said = next(
        (
            one
            for one in sources.history.statements
            if one.statement_id == sources.record.token and one.index is not None
        ),
        None,
    )
    if said is not None and said.index is not None and not receipts.is_witnessed(entry, receipt):
        newer = receipts.receipt(said.index)
        if receipts.entry(said.index) == entry:
            return newer
    return receipt


def _statements(sources: Sources, got: Gathered, receipts: Receipts) -> None:
    record, seen = sources.record, sources.case.seen
    assert got.grant is not None  # noqa: S101 - `_token` was before
    manifest = _manifest(got.files.get(layout.FILE_LIST))
    about = About(
        matter=Matter(
            release=str(record.release), component=got.grant.component, use=record.use,
            deployer=record.deployer,
            files=tuple(one.sha256 for one in manifest.files) if manifest else (),
        ),
        log=seen.row.log, index=seen.row.place, until=sources.as_of,
    )  # fmt: skip
    rows: list[tuple[Row, Admitted]] = []
    for number, said in enumerate(governing(sources.history, about), 1):
        row = Row(
            file=f"{number:05d}", log=said.origin or "", index=said.index or 0,
            statement=said.statement_id, section=section_of(said.claim),
        )  # fmt: skip
        _logged(got, layout.STATEMENTS + row.file, said, receipts)
        rows.append((row, said))
    got.statements = tuple(rows)
    got.files[layout.INDEX] = write_index(tuple(row for row, _ in rows))


def _manifest(data: bytes | None) -> Manifest | None:
    return None if data is None else Manifest.parse(data)


def _trust(sources: Sources, got: Gathered) -> None:
    """Take the trust file that the guard relied on, where a version of that number is kept."""
    wanted = sources.record.trust
    kept: Mapping[int, bytes] = {
        TrustFile.read(data).version: data
        for path in (sources.home.trust_path, sources.store.root / "trust.json")
        if path.is_file()
        for data in (read_file(path),)
    }
    if wanted in kept and wanted is not None:
        got.files[layout.TRUST] = kept[wanted]
        return
    newest = max(kept, default=None)
    if newest is not None:
        got.files[layout.TRUST] = kept[newest]
        got.notes.append(
            f"The trust file shown is version {newest}; version {wanted}, which the guard "
            "relied on, was not kept."
        )
