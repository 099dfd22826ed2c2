"""Which files of a component hold weights: what tests and audits are about."""

from pathlib import PurePosixPath
from typing import Final

from sunlit.registry.producing import ComponentFolder
from sunlit.statement.intoto import Subject

MODEL_SUFFIXES: Final = frozenset({
    ".bin", ".ckpt", ".gguf", ".h5", ".joblib", ".keras", ".mlmodel", ".onnx", ".pb", ".pickle",
    ".pkl", ".pmml", ".pt", ".pth", ".safetensors", ".skops", ".tflite", ".ubj",
})  # fmt: skip
# Models whose files have names of their own: spaCy, LightGBM and XGBoost, TensorFlow, Keras.
WEIGHT_NAMES: Final = frozenset({"model", "model.json", "model.txt"})
MAX_MODEL_FILES: Final = 500


def model_files(component: ComponentFolder) -> tuple[str, ...]:
    """Return the files that hold weights: as sunlit.toml says, else as their names suggest."""
    if component.toml.model_files:
        return tuple(one.name for one in component.matching(*component.toml.model_files))
    return tuple(one.name for one in component.manifest.files if _is_model(one.name))


def _is_model(name: str) -> bool:
    path = PurePosixPath(name.lower())
    return path.suffix in MODEL_SUFFIXES or path.name in WEIGHT_NAMES


def model_subjects(component: ComponentFolder) -> tuple[Subject, ...]:
    """Return the model files as subjects, by name and digest: what an audit is made on.

    The release stands in where no file is known to hold weights.
    """
    names = set(model_files(component)[:MAX_MODEL_FILES])
    found = tuple(
        Subject(one.name, {"sha256": one.sha256})
        for one in component.manifest.files
        if one.name in names
    )
    return found or (component.subject(),)


def audited(component: ComponentFolder) -> tuple[Subject, ...]:
    """Return what a signed audit is about: the release first, then its model files."""
    release = component.subject()
    return (release, *(one for one in model_subjects(component) if one != release))
