"""Make the evidence bundle of one decision: gather, judge, check as a stranger would, lay out.

1. Who opens contents says so first: an `access` record, durable, before anything is read.
2. Record, anchors, token, statements are gathered, as of the record's time or a later one.
3. The findings are computed again from the statements that go into the bundle.
4. The bundle is verified with the home's own trust file, and its pages say what came of that.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from sunlit import __version__
from sunlit.authority.history import History
from sunlit.base import canonical
from sunlit.base.errors import VerificationError
from sunlit.base.times import Clock
from sunlit.bundle import layout
from sunlit.bundle.archive import write_archive
from sunlit.bundle.decided import counted_later
from sunlit.bundle.findings import Matter
from sunlit.bundle.logged import folded
from sunlit.bundle.manifest import Manifest
from sunlit.bundle.statements import COUNTED
from sunlit.bundle.verify import BundleVerification, verify_bundle
from sunlit.bundle.view import BundleView
from sunlit.decision.record import Kind
from sunlit.decision.store import DecisionStore
from sunlit.registry.blobs import read_blob
from sunlit.registry.bundle_findings import judge
from sunlit.registry.bundle_gather import gather
from sunlit.registry.bundle_inspection import Inspection
from sunlit.registry.bundle_parts import Gathered, Sources
from sunlit.registry.bundle_view import view_of
from sunlit.registry.decision_acts import record_access
from sunlit.registry.decision_index import Index
from sunlit.registry.decisions import Case, case_of, find
from sunlit.registry.home import Home
from sunlit.registry.manifests import kept_manifests
from sunlit.rubric.control import Rubric
from sunlit.rubric.core import core_rubric
from sunlit.rubric.evaluate import Conformity
from sunlit.statement.manifest import Manifest as FileList

USUAL: Final = ("explanation", "grounds", "input", "output", "reasons")
TOOL: Final = f"sunlit/{__version__}"


class Pages(Protocol):
    """What makes the pages for people; None where it cannot."""

    def index_html(self, view: BundleView) -> bytes: ...  # noqa: D102 - the page that is opened first
    def verify_html(self) -> bytes | None: ...  # noqa: D102 - a verifier for a browser
    def pdf(self, view: BundleView) -> bytes | None: ...  # noqa: D102 - for a court's own bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: which decision, opened how far, on which ground, as of when."""

    decision: str
    fields: tuple[str, ...] = USUAL  # none: closed
    ground: str = "An evidence bundle was asked for."
    role: str = "records office"
    as_of: datetime | None = None
    rubrics: tuple[Rubric, ...] = field(default_factory=lambda: (core_rubric(),))
    inspection: Inspection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A bundle: its bytes, what its own verification found, and what was not as expected."""

    data: bytes = field(repr=False)
    manifest: Manifest
    checked: BundleVerification
    notes: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The hex SHA-256 of the zip."""
        return sha256(self.data).hexdigest()


def make_bundle(
    store: DecisionStore, home: Home, wish: Wish, clock: Clock, pages: Pages | None = None
) -> Made:
    """Make a bundle; see the module.

    Raises:
        VerificationError: `decision.unknown`, `bundle.not-a-decision`, `bundle.as-of`, ...
        UnavailableError: `bundle.not-signed`, `bundle.no-token`, `recorder.*`, ...
    """
    case = _case(store, wish, clock.now())
    if wish.fields or wish.inspection is not None:
        # 1. whoever opens contents says so first
        record_access(store, wish.ground, wish.role, clock, of=case.seen.row.pointer)
    at = clock.now()
    sources = Sources(
        store=store, home=home, history=home.history(at), trust=home.trust(at), case=case,
        asked=wish.as_of,
    )  # fmt: skip
    # 2. gather
    got = gather(sources, wish.fields)
    # 3. findings
    conformity = _findings(sources, got, wish)
    _count(got, conformity)
    if wish.inspection is not None:
        got.inspection = (wish.inspection.seal(case.seen.row.leaf),)
    # 4. check, and lay out
    return _laid_out(sources, got, conformity, at, pages)


def _case(store: DecisionStore, wish: Wish, at: datetime) -> Case:
    with Index.opened(store) as index:
        index.update()
        case = case_of(index, find(index, wish.decision))
    record = case.seen.record
    if record.kind is not Kind.DECISION:
        raise VerificationError(
            "bundle.not-a-decision", f"this record is no decision but of kind {record.kind}",
            mend="name the decision itself, which `sunlit decision show ID --store DIR` tells",
        )  # fmt: skip
    if wish.as_of is not None and not record.time <= wish.as_of <= at:
        raise VerificationError(
            "bundle.as-of", "as of then there was no such decision yet, or nobody knows yet",
            expected="a time from that of the record on, and not in the future",
        )  # fmt: skip
    return case


def _findings(sources: Sources, got: Gathered, wish: Wish) -> Conformity | None:
    assert got.grant is not None  # noqa: S101 - gathering ended with it
    grant = got.grant
    rubric = next((one for one in wish.rubrics if one.digest == grant.rubric), None)
    if rubric is None or layout.FILE_LIST not in got.files:
        got.notes.append(
            "The findings are missing: the rubric of the grant, or the release's file list, is "
            "not here. Name the agency's profile with --profile."
        )
        return None
    got.files[layout.RUBRIC] = canonical.encode(rubric.document)
    at = sources.record.time
    history = folded(
        (
            (said.admitted_at, said.origin or "", said.index or 0, got.entry_of(row))
            for row, said in got.statements
            if said.admitted_at is not None
        ),
        sources.trust, until=at,
    )  # fmt: skip
    matter = Matter(
        release=grant.release, component=grant.component, use=grant.use, deployer=grant.deployer,
        at=at, rubric=rubric, files=_listed(got.files[layout.FILE_LIST]),
        manifests=_releases(sources.home, history, got),
    )  # fmt: skip
    conformity = judge(history, matter)
    got.files[layout.FINDINGS] = canonical.encode(conformity.to_json())
    return conformity


def _listed(data: bytes) -> Mapping[str, str]:
    return {one.name: one.sha256 for one in FileList.parse(data).files}


def _releases(home: Home, history: History, got: Gathered) -> Mapping[str, Mapping[str, str]]:
    """Lay the file lists of the releases from which change plans start into the bundle."""
    found = kept_manifests(home, history)
    for digest in found:
        got.files[f"{layout.RELEASES}{digest}.json"] = read_blob(home, digest)
    return found


def _count(got: Gathered, conformity: Conformity | None) -> None:
    got.sections = {
        name: sum(row.section == name for row, _ in got.statements) for name in COUNTED
    } | counted_later([one for _, one, _ in got.later])
    got.sections["findings"] = len(conformity.findings) if conformity else 0


def _laid_out(
    sources: Sources, got: Gathered, conformity: Conformity | None, at: datetime,
    pages: Pages | None,
) -> Made:  # fmt: skip
    """Check what was gathered as a stranger would, then add the pages that say so."""
    if pages is not None and (verifier := pages.verify_html()) is not None:
        got.files[layout.VERIFIER] = verifier
    manifest = _manifest(sources, got, at)
    checked = verify_bundle(_zipped(manifest, got), sources.trust, at, judge=judge)
    if pages is not None:
        view = view_of(sources, got, conformity, manifest, checked)
        got.files[layout.INDEX_PAGE] = pages.index_html(view)
        if (pdf := pages.pdf(view)) is not None:
            got.files[layout.PDF] = pdf
        manifest = _manifest(sources, got, at)
    return Made(
        data=_zipped(manifest, got), manifest=manifest, checked=checked, notes=tuple(got.notes)
    )


def _manifest(sources: Sources, got: Gathered, at: datetime) -> Manifest:
    return Manifest(
        made_at=at, as_of=sources.as_of, made_by=sources.home.organisation, tool=TOOL,
        decision=sources.case.seen.row.pointer, decision_id=sources.record.id,
        files={path: (sha256(data).hexdigest(), len(data)) for path, data in got.files.items()},
        sections=got.sections, inspection=got.inspection,
    )  # fmt: skip


def _zipped(manifest: Manifest, got: Gathered) -> bytes:
    stream = io.BytesIO()
    write_archive({**got.files, layout.MANIFEST: manifest.to_bytes()}, stream)
    return stream.getvalue()
