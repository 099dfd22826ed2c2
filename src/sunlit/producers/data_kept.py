"""What is known of the data that a component was trained on: kept claims, else found now.

1. the records of training name datasets by digest; 2. what is kept of those below `.sunlit/data`
counts; 3. what lacks is found where the bytes are at hand: in the folder, or where `sunlit.toml`
names them; 4. what was found is kept, so that it is found once; 5. where a dataset is sensitive or
its risk too high, a request for an independent review comes with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.base.purl import bare
from sunlit.base.times import Clock
from sunlit.capabilities.privacy.datasets import PROGRAM
from sunlit.claims.base import Claim
from sunlit.claims.privacy import Reidentification, ReviewRequest, Scan
from sunlit.claims.provenance import Provenance
from sunlit.formats.sunlit_toml import DatasetEntry
from sunlit.producers.provenance import ProvenanceProducer
from sunlit.registry.data_keep import FOLDER, Kept, is_by, keep, kept, tells_more, with_report
from sunlit.registry.ports import DataTools
from sunlit.registry.producing import ComponentFolder, Draft, Note, Produced
from sunlit.registry.run import digest_of
from sunlit.statement.intoto import Subject

NAME: Final = "privacy"
MAX_DATASETS: Final = 100
TRAINING: Final = "training"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset that a run names: its digests, and where its bytes lie, if they are at hand."""

    name: str
    digest: Mapping[str, str]
    path: Path | None = None
    said: DatasetEntry | None = None

    @property
    def sha256(self) -> str:
        """Its SHA-256, hex."""
        return self.digest["sha256"]

    @property
    def subject(self) -> Subject:
        """The dataset as a statement's subject."""
        return Subject(self.name, self.digest)


@dataclass(frozen=True, slots=True)
class DataProducer:
    """Scans and measures training data with the given tools; `clock` dates what it finds.

    With `again` what lies at hand is scanned whatever is kept of it.
    """

    tools: DataTools
    clock: Clock
    again: bool = False
    name: str = field(default=NAME, init=False)
    version: str = field(default="1", init=False)

    def tool_version(self) -> str | None:
        """Return the digest of the recognisers: other ones may find more in the same data."""
        return self.tools.recognisers()

    def inputs(self, component: ComponentFolder) -> Sequence[str]:
        """Return what is kept about datasets, and the records of training."""
        own = component.own_files(f"{FOLDER}/*")
        return [*own, *ProvenanceProducer().inputs(component)]

    def produce(self, component: ComponentFolder) -> Produced:
        """Return what is known of each training dataset."""
        files = tuple(kept(component.root))
        known = [draft for one in files for draft in one.drafts]
        drafts: list[Draft] = []
        notes = list(_broken(files))
        for dataset in training_data(component):
            about = [one for one in known if _is_about(one, dataset)]
            found, more = self._look(component, dataset, about)
            drafts += found
            notes += more
        return Produced(drafts=tuple(drafts), notes=tuple(notes))

    def _look(
        self, component: ComponentFolder, dataset: Dataset, known: Sequence[Draft]
    ) -> tuple[list[Draft], list[Note]]:
        drafts, notes = list(known), list[Note]()
        for kind in (Scan, Reidentification):
            have = [one for one in drafts if isinstance(one.claim, kind)]
            if any(self._stands(one) for one in have) or (have and dataset.path is None):
                continue
            try:
                found, note = self._find(component, dataset, kind, have)
            except SunlitError as error:
                # what is kept still counts, so that it could not be looked at again stops nothing
                notes.append(Note.of(NAME, error, blocks=not have))
                continue
            drafts = [one for one in drafts if one not in have] + found
            notes += note
        drafts += self._request(component, dataset, drafts)
        return drafts, notes

    def _stands(self, kept: Draft) -> bool:
        again = self.again and isinstance(kept.claim, Scan)
        return not again and is_by(kept.claim, self.tools.recognisers())

    def _find(
        self,
        component: ComponentFolder,
        dataset: Dataset,
        kind: type[Claim],
        known: Sequence[Draft],
    ) -> tuple[list[Draft], list[Note]]:
        if dataset.path is None:
            raise UnavailableError(
                "producer.no-data",
                f"{dataset.name}: a run read it, and its bytes are not at hand",
                expected="the dataset in the folder, or `path` of a [[dataset]] in sunlit.toml",
                mend=f"sunlit data scan PATH --component {component.root}, where the data is",
            )
        at = self.clock.now()
        if kind is Scan:
            scanned = self.tools.scan(dataset.path, at=at)
            claim: Claim = with_report(scanned.claim, scanned.reports)
            reports, read = scanned.reports, scanned.digest
        else:
            measured = self.tools.measure(dataset.path, dataset.said, at=at)
            claim, reports = with_report(measured.claim, measured.reports), measured.reports
            read = measured.digest
        if read is not None and read.get("sha256") != dataset.sha256:
            raise VerificationError(
                "producer.data-changed", f"{dataset.name}: it changed before it was looked at",
                mend="wait until nothing writes to it and try again",
            )  # fmt: skip
        drafts = [Draft(claim=claim, subjects=(dataset.subject,))]
        drafts += [one for one in known if kind is Scan and tells_more(one.claim, claim)]
        return drafts, _keep(component, drafts, reports)

    def _request(
        self, component: ComponentFolder, dataset: Dataset, known: Sequence[Draft]
    ) -> list[Draft]:
        reasons = tuple(dict.fromkeys(reason for one in known for reason in _reasons(one.claim)))
        if not reasons or any(isinstance(one.claim, ReviewRequest) for one in known):
            return []
        purl = component.toml.purl
        request = ReviewRequest(
            component=bare(purl) if purl else None, purpose=TRAINING, reasons=reasons,
            opened_on=self.clock.now(),
        )  # fmt: skip
        draft = Draft(claim=request, subjects=(dataset.subject,))
        _keep(component, [draft], {})
        return [draft]


def _reasons(claim: Claim) -> Iterator[str]:
    """Yield why an independent review is needed."""
    if isinstance(claim, Scan) and claim.sensitive:
        yield from claim.grounds or ("a scan calls it sensitive",)
    if isinstance(claim, Reidentification):
        if claim.risk > claim.threshold or any(one.met is False for one in claim.figures):
            yield f"the risk of re-identification is over the threshold ({claim.profile})"
        if claim.left_out:
            yield "columns that tell people apart were left out of the measurement"


def training_data(component: ComponentFolder) -> tuple[Dataset, ...]:
    """Return the datasets that records of training name, each once, with where their bytes lie."""
    found: dict[str, Dataset] = {}
    places = dict(_places(component))
    for draft in ProvenanceProducer().produce(component).drafts:
        if not isinstance(draft.claim, Provenance):
            continue
        for one in draft.claim.build_definition.resolved_dependencies:
            digest = {name: str(text) for name, text in one.digest.items()}
            if "sha256" not in digest or one.annotations.get("role") == PROGRAM:
                continue
            path, said = places.get(digest["sha256"], (None, None))
            found.setdefault(digest["sha256"], Dataset(
                name=one.name or digest["sha256"][:12], digest=digest, path=path, said=said,
            ))  # fmt: skip
    return tuple(found.values())[:MAX_DATASETS]


def _places(component: ComponentFolder) -> Iterator[tuple[str, tuple[Path, DatasetEntry | None]]]:
    """Yield where the bytes of a digest lie; what `sunlit.toml` says comes last, and counts."""
    for file in component.manifest.files:
        yield file.sha256, (component.root / file.name, None)
    for entry in component.toml.datasets:
        path = component.root / (entry.path or "")
        if entry.path is None or not path.exists():
            continue
        inside = component.entry(entry.path)
        try:
            digest = inside.sha256 if inside else digest_of(path)["sha256"]
        except SunlitError:
            continue  # what cannot be read is not at hand
        yield digest, (path, entry)


def _is_about(draft: Draft, dataset: Dataset) -> bool:
    return any(one.digest.get("sha256") == dataset.sha256 for one in draft.subjects)


def _keep(
    component: ComponentFolder, drafts: Sequence[Draft], reports: Mapping[str, bytes]
) -> list[Note]:
    try:
        keep(component.root, [(one.claim, one.subjects) for one in drafts], reports)
    except UnavailableError as error:  # a folder that nobody may write to is looked at all the same
        return [Note.of(NAME, error, blocks=False)]
    return []


def _broken(files: Sequence[Kept]) -> Iterator[Note]:
    for one in files:
        if one.error is not None:
            yield Note.of(NAME, one.error, blocks=False)
