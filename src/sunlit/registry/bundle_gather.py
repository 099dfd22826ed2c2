"""Gather the files of a bundle: from the decision store, the home's log, the token's folder."""

from collections.abc import Iterator, Sequence
from typing import Final

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.bundle import layout
from sunlit.bundle.anchors import write_consistency
from sunlit.bundle.opening import write_opening
from sunlit.bundle.statements import Row, section_of, write_index
from sunlit.capabilities.decision.standing import Registered, anchors_of
from sunlit.claims.admitted import Admitted
from sunlit.claims.decision import Anchor
from sunlit.decision.anchored import Anchored, read_anchor
from sunlit.decision.content import Content
from sunlit.decision.record import Kind
from sunlit.log.reader import LogReader
from sunlit.registry.anchor_files import read_opening
from sunlit.registry.bearing import Matter
from sunlit.registry.bundle_parts import Gathered, Sources
from sunlit.registry.bundle_statements import About, Receipts, governing
from sunlit.registry.bundle_token import gather_token, gather_trust
from sunlit.registry.decision_anchors import registered
from sunlit.registry.decisions import Seen, contents
from sunlit.registry.home import Home
from sunlit.statement.manifest import Manifest

ALL: Final = "all"


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
    gather_token(sources, got, receipts)
    _statements(sources, got, receipts)
    gather_trust(sources, got)
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
    readers = {reader.checkpoint.origin: reader}  # one checkpoint of each log, however many
    for number, seen in enumerate(_shown_later(sources), 1):
        name = f"{layout.LATER}{number:02d}"
        of = readers.get(seen.row.log) or sources.store.reader(seen.row.log)
        readers[seen.row.log] = of
        if of is not reader:
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


def _statements(sources: Sources, got: Gathered, receipts: Receipts) -> None:
    record, seen = sources.record, sources.case.seen
    assert got.grant is not None  # noqa: S101 - `gather_token` was before
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
