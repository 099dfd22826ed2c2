"""Says what the component is: from `sunlit.toml`, and where that is silent, by looking."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.claims.provenance import Component, Dataset
from sunlit.formats.sunlit_toml import DatasetEntry
from sunlit.registry.producing import ComponentFolder, Draft, Note, Produced
from sunlit.statement.intoto import Subject

NAME: Final = "component"

MODEL_SUFFIXES: Final = frozenset({
    ".bin", ".ckpt", ".gguf", ".h5", ".joblib", ".keras", ".mlmodel", ".onnx", ".pb", ".pickle",
    ".pkl", ".pmml", ".pt", ".pth", ".safetensors", ".skops", ".tflite", ".ubj",
})  # fmt: skip
DATA_SUFFIXES: Final = frozenset({
    ".arrow", ".avro", ".csv", ".feather", ".jsonl", ".ndjson", ".orc", ".parquet", ".tsv", ".xlsx",
})  # fmt: skip
CODE_SUFFIXES: Final = frozenset({
    ".c", ".cpp", ".go", ".ipynb", ".java", ".jl", ".js", ".py", ".r", ".rs", ".scala", ".ts",
})  # fmt: skip
# Models whose files have names of their own: spaCy, LightGBM and XGBoost, TensorFlow, Keras.
MODEL_NAMES: Final = frozenset({
    "config.cfg", "model.json", "model.txt", "saved_model.pb", "tokenizer.json",
})  # fmt: skip


class ComponentProducer:
    """Makes the Component claim, and one Dataset claim for each dataset that is declared."""

    name = NAME
    version = "1"

    def tool_version(self) -> str | None:
        """Return None: no tool is asked."""
        return None

    def inputs(self, component: ComponentFolder) -> Sequence[str]:
        """Return nothing: all that it reads is in the manifest."""
        del component
        return ()

    def produce(self, component: ComponentFolder) -> Produced:
        """Say what the component is; guesses are marked in `sunlit_guessed`."""
        drafts = [Draft(claim=_claim(component), subjects=(component.subject(),))]
        notes = list(_toml_notes(component))
        for entry in component.toml.datasets:
            digest = _dataset_digest(component, entry)
            if digest is None:
                notes.append(_missing(entry))
                continue
            drafts.append(Draft(claim=_dataset(entry), subjects=(Subject(entry.name, digest),)))
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


def _dataset_digest(component: ComponentFolder, entry: DatasetEntry) -> dict[str, str] | None:
    if entry.path is not None:
        found = component.entry(entry.path)
        return {"sha256": found.sha256} if found else None
    digest = (entry.digest or "").removeprefix("sha256:")
    plausible = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
    return {"sha256": digest} if plausible else None


def _dataset(entry: DatasetEntry) -> Dataset:
    return Dataset(
        name=entry.name, licence=entry.licence, source=entry.source, used_for=entry.used_for
    )


def _missing(entry: DatasetEntry) -> Note:
    return Note.of(NAME, UnavailableError(
        "producer.dataset-missing", f"sunlit.toml: the dataset {entry.name!r} cannot be named by digest",
        expected="`path` of a file in the folder, or `digest` = sha256:...",
        mend="mend the [[dataset]] in sunlit.toml",
    ), blocks=False)  # fmt: skip
