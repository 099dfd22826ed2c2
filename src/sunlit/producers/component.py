"""Says what the component is: from `sunlit.toml`, and where that is silent, by looking."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import PurePosixPath
from typing import Final

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.claims.provenance import Component, Dataset
from sunlit.formats.sunlit_toml import DatasetEntry
from sunlit.formats.tabular import Table, is_table, look_at_table
from sunlit.registry.model_files import (
    MAX_MODEL_FILES,
    MODEL_SUFFIXES,
    WEIGHT_NAMES,
    model_files,
)
from sunlit.registry.producing import ComponentFolder, Draft, Note, Produced
from sunlit.statement.intoto import Subject
from sunlit.statement.oms_verify import oms_root

NAME: Final = "component"

DATA_SUFFIXES: Final = frozenset({
    ".arrow", ".avro", ".csv", ".feather", ".jsonl", ".ndjson", ".orc", ".parquet", ".tsv", ".xlsx",
})  # fmt: skip
CODE_SUFFIXES: Final = frozenset({
    ".c", ".cpp", ".go", ".ipynb", ".java", ".jl", ".js", ".py", ".r", ".rs", ".scala", ".ts",
})  # fmt: skip
MODEL_NAMES: Final = WEIGHT_NAMES | {"config.cfg", "tokenizer.json"}


class ComponentProducer:
    """Makes the Component claim, and one Dataset claim for each dataset that is declared."""

    name = NAME
    version = "2"

    def tool_version(self) -> str | None:
        """Return the version of what reads tables, None where that is not installed."""
        return version("pyarrow") if find_spec("pyarrow") else None

    def inputs(self, component: ComponentFolder) -> Sequence[str]:
        """Return nothing: all that it reads is in the manifest."""
        del component
        return ()

    def produce(self, component: ComponentFolder) -> Produced:
        """Say what the component is; guesses are marked in `sunlit_guessed`."""
        drafts = [Draft(claim=_claim(component), subjects=(component.subject(),))]
        notes = [*_toml_notes(component), *_bytecode(component)]
        for entry in component.toml.datasets:
            digest = _dataset_digest(component, entry)
            if digest is None:
                notes.append(_missing(entry))
                continue
            claim, table_note = _dataset(component, entry)
            notes.extend(table_note)
            drafts.append(Draft(claim=claim, subjects=(Subject(entry.name, digest),)))
        return Produced(drafts=tuple(drafts), notes=tuple(notes))


def guess_kind(names: Sequence[str]) -> str:
    """Guess model, dataset or code from file names; what holds a model file is a model."""
    paths = [PurePosixPath(name.lower()) for name in names]
    if any(path.suffix in MODEL_SUFFIXES or path.name in MODEL_NAMES for path in paths):
        return "model"
    data = sum(path.suffix in DATA_SUFFIXES for path in paths)
    code = sum(path.suffix in CODE_SUFFIXES for path in paths)
    return "dataset" if data and data >= code else "code"


def _claim(component: ComponentFolder) -> Component:
    toml, files = component.toml, component.manifest.files
    guessed = [name for name in ("purl", "version", "kind") if getattr(toml, name) is None]
    return Component(
        purl=component.purl,
        version=toml.version or "0",
        kind=toml.kind or guess_kind([one.name for one in files]),
        files=len(files),
        bytes=sum(one.size for one in files),
        description=toml.description,
        maintainer=toml.maintainer,
        contact=toml.contact,
        target=toml.target,
        intended_use=toml.intended_use,
        oms_root=oms_root(component.manifest),
        model_files=model_files(component)[:MAX_MODEL_FILES],
        extra={"guessed": guessed} if guessed else {},
    )


def _toml_notes(component: ComponentFolder) -> Iterator[Note]:
    if component.toml_error is not None:
        yield Note.of(NAME, MalformedError(
            "producer.bad-toml", f"sunlit.toml is not used ({component.toml_error})",
            mend=component.toml_error.mend,
        ))  # fmt: skip
    elif not component.toml.found:
        yield Note.of(NAME, UnavailableError(
            "producer.no-toml", "there is no sunlit.toml: name, version and kind are guesses",
            mend=f"sunlit init {component.root}",
        ), blocks=False)  # fmt: skip
    for key in component.toml.unknown:
        yield Note.of(NAME, MalformedError(
            "producer.unknown-key", f"sunlit.toml: the key {key!r} is not known and has no effect",
            mend="docs/sunlit-toml.md lists every key",
        ), blocks=False)  # fmt: skip


def _bytecode(component: ComponentFolder) -> Iterator[Note]:
    # It is bound like everything that can be loaded (spec/manifest-v1.md; OMS does the same), and
    # a Python that runs the release may write it anew.
    found = [one.name for one in component.manifest.files if "__pycache__/" in one.name]
    if found:
        yield Note.of(NAME, MalformedError(
            "producer.bytecode", "__pycache__ is part of the release, and Python may write it anew",
            got=f"{len(found)} files, the first is {found[0]!a}",
            mend="delete __pycache__, and set PYTHONDONTWRITEBYTECODE=1 where the release is run",
        ), blocks=False)  # fmt: skip


def _dataset_digest(component: ComponentFolder, entry: DatasetEntry) -> dict[str, str] | None:
    if entry.path is not None:
        found = component.entry(entry.path)
        return {"sha256": found.sha256} if found else None
    digest = (entry.digest or "").removeprefix("sha256:")
    plausible = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
    return {"sha256": digest} if plausible else None


def _dataset(component: ComponentFolder, entry: DatasetEntry) -> tuple[Dataset, list[Note]]:
    """Describe a dataset; nobody looked at one that is elsewhere, or whose reader is missing."""
    bare = Dataset(
        name=entry.name, licence=entry.licence, source=entry.source, used_for=entry.used_for
    )
    path = component.root / (entry.path or "")
    if entry.path is None or not is_table(path):
        return bare, []
    try:
        table = look_at_table(path)
    except SunlitError as error:
        return bare, [Note.of(NAME, error, blocks=False)]
    looked = replace(
        bare, rows=table.rows, columns=table.columns, sensitive_columns=tuple(table.sensitive)
    )
    return looked, [_sensitive(entry, table)] if table.sensitive else []


def _sensitive(entry: DatasetEntry, table: Table) -> Note:
    return Note.of(NAME, MalformedError(
        "producer.sensitive-columns",
        f"{entry.name}: {len(table.sensitive)} columns seem sensitive by their names",
        got=", ".join(table.sensitive)[:200],
        mend="say in the dataset card on which ground they are held, and who may see them",
    ), blocks=False)  # fmt: skip


def _missing(entry: DatasetEntry) -> Note:
    return Note.of(NAME, UnavailableError(
        "producer.dataset-missing",
        f"sunlit.toml: the dataset {entry.name!r} cannot be named by digest",
        expected="`path` of a file in the folder, or `digest` = sha256:...",
        mend="mend the [[dataset]] in sunlit.toml",
    ), blocks=False)  # fmt: skip
