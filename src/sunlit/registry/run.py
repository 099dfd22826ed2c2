"""Runs a training command and keeps a record of it: SLSA provenance v1, ready to be signed.

1. digest the inputs, and look at tables; 2. run the command as it is, without a shell; 3. the
inputs must be what they were, and each output new or written again; 4. keep the record, whole
or not at all. A command that fails leaves no record.
"""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit import __version__
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.base.times import Clock, format_time
from sunlit.claims.base import Claim
from sunlit.claims.provenance import (
    BuildDefinition,
    Builder,
    BuildMetadata,
    Dataset,
    Provenance,
    Resource,
    RunDetails,
)
from sunlit.formats.sunlit_toml import FILE_NAME, SunlitToml, read_toml
from sunlit.formats.tabular import Table, is_table, look_at_table
from sunlit.registry.home import write_whole
from sunlit.registry.producing import OWN_FOLDER
from sunlit.registry.run_environment import environment, scripts, source, without_secrets
from sunlit.statement.hashing import Progress
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.manifest import Manifest, read_manifest

BUILD_TYPE: Final = "urn:sunlit:buildtype:run:v1"
BUILDER: Final = "urn:sunlit:builder:run:v1"
MAX_OUTPUTS: Final = 300  # files; a statement in a log is at most 65,535 bytes
MAX_TABLES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be run, on which inputs, for which outputs, in which component's folder."""

    component: Path
    command: tuple[str, ...]
    inputs: tuple[Path, ...]
    outputs: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """An input as it was before the run. `tables` are the tables that could be looked at."""

    path: Path
    name: str
    digest: Mapping[str, str]
    tables: Mapping[str, Table]
    unread: tuple[str, ...]

    @property
    def sensitive(self) -> dict[str, str]:
        """Column -> what it seems to be, over all tables."""
        return {key: kind for one in self.tables.values() for key, kind in one.sensitive.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A run that succeeded: where its record is kept, and what it says."""

    path: Path
    provenance: Provenance
    outputs: tuple[Subject, ...]


class ChildFailedError(VerificationError):
    """The command failed; `returncode` is its own (128 + n where signal n ended it)."""

    def __init__(self, returncode: int) -> None:
        self.returncode = returncode if returncode >= 0 else 128 - returncode
        super().__init__(
            "run.command-failed", "the command failed, so nothing was recorded",
            expected="exit code 0", got=str(self.returncode),
        )  # fmt: skip


def look_at_inputs(asked: Asked, *, progress: Progress | None = None) -> tuple[Input, ...]:
    """Digest every input and look at the tables among them.

    Raises:
        MalformedError: `manifest.*`.
        UnavailableError: `manifest.*`.
    """
    return tuple(_input(asked.component, path, progress) for path in asked.inputs)


def run(asked: Asked, inputs: Sequence[Input], clock: Clock) -> Recorded:
    """Run the command and keep its record below the component's `.sunlit/provenance`.

    Raises:
        ChildFailedError: `run.command-failed`.
        MalformedError: `run.no-command`, `run.too-many-outputs`, `manifest.*`.
        VerificationError: `run.input-changed`, `run.no-output`, `run.output-unchanged`.
        UnavailableError: `manifest.*`, `home.cannot-write`.
    """
    before = {path: _state(path) for path in asked.outputs}
    found = (*source(asked.component), *_programs(asked))
    started = clock.now()
    _execute(asked.command)
    finished = clock.now()
    _check(inputs)
    outputs = tuple(one for path in asked.outputs for one in _output(asked, path, before[path]))
    if len(outputs) > MAX_OUTPUTS:
        raise MalformedError(
            "run.too-many-outputs", "the command wrote too many files for one statement",
            expected=f"at most {MAX_OUTPUTS}", got=str(len(outputs)),
            mend="name the model's own files with --output",
        )  # fmt: skip
    provenance = _provenance(asked, inputs, found, (started, finished))
    path = _keep(asked, provenance, outputs, inputs)
    return Recorded(path=path, provenance=provenance, outputs=outputs)


def _execute(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(list(command), check=False)
    except OSError as error:
        raise MalformedError(
            "run.no-command", f"cannot start {command[0]!r}", got=error.strerror,
            mend="give the command after --, for example: -- python train.py",
        ) from error  # fmt: skip
    if done.returncode:
        raise ChildFailedError(done.returncode)


def _input(component: Path, path: Path, progress: Progress | None) -> Input:
    manifest = read_manifest(path, progress=progress)
    tables, unread = dict[str, Table](), list[str]()
    for file in _files(path, manifest)[:MAX_TABLES]:
        if is_table(file):
            try:
                tables[file.name] = look_at_table(file)
            except SunlitError as error:
                unread.append(f"{file.name}: {error}")
    return Input(
        path=path, name=_name(component, path), digest=_digest(path, manifest), tables=tables,
        unread=tuple(unread),
    )  # fmt: skip


def _files(path: Path, manifest: Manifest) -> list[Path]:
    return [path / one.name for one in manifest.files] if path.is_dir() else [path]


def _digest(path: Path, manifest: Manifest) -> dict[str, str]:
    if path.is_dir():
        return {"sha256": manifest.digest, "sunlitManifestV1": manifest.digest}
    return {"sha256": manifest.files[0].sha256}


def digest_of(path: Path, *, progress: Progress | None = None) -> dict[str, str]:
    """Return the digests by which a run names a file or folder.

    Raises:
        MalformedError: `manifest.*`.
        UnavailableError: `manifest.*`.
    """
    return _digest(path, read_manifest(path, progress=progress))


def _name(component: Path, path: Path) -> str:
    whole, root = path.resolve(), component.resolve()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else whole.name


def _check(inputs: Sequence[Input]) -> None:
    for one in inputs:
        if _digest(one.path, read_manifest(one.path)) != one.digest:
            raise VerificationError(
                "run.input-changed", f"the input {one.name!r} changed while the command ran",
                mend="let the command write elsewhere than into its inputs; nothing was recorded",
            )  # fmt: skip


State = frozenset[tuple[str, int, int, int]]


def _state(path: Path) -> State | None:
    """Return what tells whether files were written again: name, inode, size and time."""
    if not path.exists():
        return None
    files = [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
    seen = ((str(one), one.stat()) for one in files)
    return frozenset((name, at.st_ino, at.st_size, at.st_mtime_ns) for name, at in seen)


def _output(asked: Asked, path: Path, before: State | None) -> Iterator[Subject]:
    after = _state(path)
    if not after:
        raise VerificationError(
            "run.no-output", f"the command did not write {str(path)!r}",
            mend="name with --output what it writes; nothing was recorded",
        )  # fmt: skip
    if after == before:
        raise VerificationError(
            "run.output-unchanged", f"the command left {str(path)!r} as it was",
            mend="name with --output what it writes; nothing was recorded",
        )  # fmt: skip
    name = _name(asked.component, path)
    for entry in read_manifest(path).files:
        inside = path.is_dir()
        full = entry.name if name == "." else f"{name}/{entry.name}" if inside else name
        yield Subject(full, {"sha256": entry.sha256})


def _paths(asked: Asked) -> frozenset[str]:
    return frozenset((*scripts(asked.command), *map(str, (*asked.inputs, *asked.outputs))))


def _programs(asked: Asked) -> Iterator[Resource]:
    for path in scripts(asked.command).values():
        digest = _digest(path, read_manifest(path))
        yield Resource(
            name=_name(asked.component, path), digest=digest, annotations={"role": "program"}
        )


def _provenance(
    asked: Asked,
    inputs: Sequence[Input],
    found: Sequence[Resource],
    times: tuple[datetime, datetime],
) -> Provenance:
    data = tuple(
        Resource(name=one.name, digest=one.digest, annotations={"role": "data"}) for one in inputs
    )
    return Provenance(
        build_definition=BuildDefinition(
            build_type=BUILD_TYPE,
            external_parameters={"command": without_secrets(asked.command, _paths(asked))},
            internal_parameters={"environment": environment(asked.command)},
            resolved_dependencies=(*data, *found),
        ),
        run_details=RunDetails(
            builder=Builder(id=BUILDER, version={"sunlit": __version__}),
            metadata=BuildMetadata(started_on=times[0], finished_on=times[1]),
        ),
    )


def _keep(
    asked: Asked, provenance: Provenance, outputs: tuple[Subject, ...], inputs: Sequence[Input]
) -> Path:
    toml = toml_of(asked.component)
    claims: list[tuple[Claim, tuple[Subject, ...]]] = [(provenance, outputs)]
    claims += [(_dataset(one, toml), (Subject(one.name, one.digest),)) for one in inputs]
    lines = [
        Statement(subjects, claim.TYPE, claim.to_predicate()).to_payload()
        for claim, subjects in claims
    ]
    metadata = provenance.run_details.metadata
    at = format_time(metadata.finished_on) if metadata and metadata.finished_on else ""
    name = f"{at.replace(':', '')}-{outputs[0].digest['sha256'][:12]}.intoto.jsonl"
    path = asked.component / OWN_FOLDER / "provenance" / name
    write_whole(path, b"\n".join(lines) + b"\n")
    return path


def toml_of(component: Path) -> SunlitToml:
    """Return what the folder's `sunlit.toml` says, nothing where there is none that can be read."""
    try:
        return read_toml((component / FILE_NAME).read_bytes())
    except (OSError, MalformedError):
        return SunlitToml()  # `sunlit assure` says what is wrong with it


def _dataset(one: Input, toml: SunlitToml) -> Dataset:
    columns = dict.fromkeys(name for table in one.tables.values() for name in table.columns)
    rows = [table.rows for table in one.tables.values()]
    looked = bool(one.tables) and not one.unread
    claim = Dataset(
        name=one.name,
        rows=sum(count or 0 for count in rows) if looked and None not in rows else None,
        columns=tuple(columns),
        sensitive_columns=tuple(one.sensitive) if looked else None,
        used_for=("training",),
    )
    said = next((entry for entry in toml.datasets if entry.path == one.name), None)
    if said is None:
        return claim
    used = said.used_for or claim.used_for
    return replace(claim, name=said.name, licence=said.licence, source=said.source, used_for=used)
