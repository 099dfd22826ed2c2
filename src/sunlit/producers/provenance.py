"""Records of how files came about: what `sunlit run` kept, and OpenLineage events.

A record counts when one of its outputs is, by digest, a file of the folder. Descriptions of the
data that such a run read come with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.claims.base import read_claim
from sunlit.claims.provenance import Dataset, Provenance
from sunlit.formats.openlineage import read_events
from sunlit.registry.producing import OWN_FOLDER, ComponentFolder, Draft, Note, Produced
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement

NAME: Final = "provenance"
KEPT: Final = f"{OWN_FOLDER}/provenance/*"
LINES: Final = (".jsonl",)
ENVELOPE: Final = ".dsse.json"
MAX_FILES: Final = 500
MEND: Final = "sunlit run --input DATA --output MODEL -- python train.py"


@dataclass(frozen=True, slots=True)
class _Read:
    """What one file held, or why it could not be read."""

    name: str
    drafts: tuple[Draft, ...] = ()
    without_digest: int = 0
    error: SunlitError | None = None


class ProvenanceProducer:
    """Makes Provenance claims, and Dataset claims for what those runs read."""

    name = NAME
    version = "1"

    def tool_version(self) -> str | None:
        """Return None: no tool is asked."""
        return None

    def inputs(self, component: ComponentFolder) -> Sequence[str]:
        """Return the records below `.sunlit`."""
        return [name for name in _names(component) if name.startswith(f"{OWN_FOLDER}/")]

    def produce(self, component: ComponentFolder) -> Produced:
        """Read every record; those about other files do not count."""
        read = [_read(component, name) for name in _names(component)]
        held = {one.sha256 for one in component.manifest.files}
        drafts = tuple(_counting([draft for one in read for draft in one.drafts], held))
        notes = [note for one in read for note in _notes(one, held)]
        if not drafts:
            notes.append(Note.of(NAME, UnavailableError(
                "producer.no-provenance", "no record says how these files came about",
                expected="a record of sunlit run, or an OpenLineage event",
                mend=MEND,
            )))  # fmt: skip
        return Produced(drafts=drafts, notes=tuple(notes))


def _names(component: ComponentFolder) -> list[str]:
    found = set(component.own_files(KEPT))
    for pattern in component.toml.lineage:
        inside = (one.name for one in component.matching(pattern))
        found |= {*inside, *component.own_files(pattern)}
    return sorted(found)[:MAX_FILES]


def _read(component: ComponentFolder, name: str) -> _Read:
    try:
        data = component.read_file(name)
        if not fnmatchcase(name, KEPT):
            return _events(name, data)
        return _Read(name, tuple(_statements(name, data)))
    except SunlitError as error:
        return _Read(name, error=error)


def _statements(name: str, data: bytes) -> Iterator[Draft]:
    # A signature is not carried over: whoever admits the record signs it in their own name.
    lines = data.splitlines() if name.endswith(LINES) else [data]
    for line in filter(None, map(bytes.strip, lines)):
        payload = Envelope.parse(line).payload if name.endswith(ENVELOPE) else line
        statement = Statement.parse(payload)
        claim = read_claim(statement.predicate_type, statement.predicate)
        yield Draft(claim=claim, subjects=statement.subjects)


def _events(name: str, data: bytes) -> _Read:
    runs = read_events(data)
    drafts = tuple(Draft(claim=one.provenance, subjects=one.outputs) for one in runs if one.outputs)
    return _Read(name, drafts, sum(one.outputs_without_digest for one in runs))


def _counting(drafts: Sequence[Draft], held: set[str]) -> Iterator[Draft]:
    inputs: set[object] = set()
    for draft in drafts:
        if isinstance(draft.claim, Provenance) and _is_about(draft, held):
            needed = draft.claim.build_definition.resolved_dependencies
            inputs |= {one.digest.get("sha256") for one in needed}
            yield draft
    seen = set[str]()
    for draft in drafts:
        digests = {one.digest.get("sha256", "") for one in draft.subjects}
        if isinstance(draft.claim, Dataset) and digests & inputs and not digests <= seen:
            seen |= digests
            yield draft


def _is_about(draft: Draft, held: set[str]) -> bool:
    return any(one.digest.get("sha256") in held for one in draft.subjects)


def _notes(read: _Read, held: set[str]) -> Iterator[Note]:
    if read.error is not None:
        yield Note.of(NAME, MalformedError(
            "producer.bad-provenance", f"{read.name}: {read.error}", mend=read.error.mend
        ))  # fmt: skip
    if read.without_digest:
        yield Note.of(NAME, UnavailableError(
            "producer.lineage-without-digests",
            f"{read.name}: {read.without_digest} outputs carry no digest, so no file matches them",
            expected="a datasetVersion facet with sha256:<hex>", mend=MEND,
        ), blocks=False)  # fmt: skip
    runs = [one for one in read.drafts if isinstance(one.claim, Provenance)]
    if runs and not any(_is_about(one, held) for one in runs):
        yield Note.of(NAME, UnavailableError(
            "producer.other-files", f"{read.name} made other files than this folder holds",
            mend=f"remove the record, or train again: {MEND}",
        ), blocks=False)  # fmt: skip
