"""The token that a record names, as relied on then, and the trust file then in force."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.bundle import layout
from sunlit.claims.lifecycle import TokenGrant
from sunlit.log.entry import Entry
from sunlit.registry.bundle_parts import Gathered, Sources
from sunlit.registry.bundle_statements import Receipts
from sunlit.registry.trust import read_file
from sunlit.runtime import folder
from sunlit.runtime.folder import read_parts
from sunlit.runtime.verify import TokenParts
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement

MAX_LABEL: Final = 64 * 1024


def gather_token(sources: Sources, got: Gathered, receipts: Receipts) -> None:
    """Take the token's folder, with the status list on which the guard relied.

    Raises:
        UnavailableError: `bundle.no-token`, and as reading files raises.
    """
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


def gather_trust(sources: Sources, got: Gathered) -> None:
    """Take the trust file that the guard relied on, where a version of that number is kept."""
    wanted = sources.record.trust
    kept: Mapping[int, bytes] = {
        TrustFile.read(data).version: data
        for path in (sources.home.trust_path, sources.store.root / "trust.json")
        if path.is_file()
        for data in (read_file(path),)
    }
    if wanted is not None and wanted in kept:
        got.files[layout.TRUST] = kept[wanted]
        return
    newest = max(kept, default=None)
    if newest is not None:
        got.files[layout.TRUST] = kept[newest]
        got.notes.append(
            f"The trust file shown is version {newest}; version {wanted}, which the guard "
            "relied on, was not kept."
        )
