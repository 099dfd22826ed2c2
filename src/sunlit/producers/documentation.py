"""Which sections the model card and the dataset card hold, and which are empty or missing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.claims.provenance import Documentation
from sunlit.formats.card import (
    DATASET_SECTIONS,
    MODEL_SECTIONS,
    Card,
    eval_results,
    read_card,
)
from sunlit.registry.producing import ComponentFolder, Draft, Note, Produced

NAME: Final = "documentation"

MODEL_CARDS: Final = (
    "model_card.md", "modelcard.md", "model-card.md", "readme.md", "*/model_card.md",
)  # fmt: skip
DATASET_CARDS: Final = (
    "dataset_card.md", "datasetcard.md", "dataset-card.md", "data_card.md", "data/readme.md",
    "dataset/readme.md", "datasets/readme.md", "*/dataset_card.md", "readme.md",
)  # fmt: skip
# Small front matter that catalogues show; the rest stays in the card.
KEPT: Final = (
    "base_model", "datasets", "language", "library_name", "license", "license_link",
    "license_name", "metrics", "pipeline_tag", "pretty_name", "size_categories",
    "source_datasets", "tags", "task_categories",
)  # fmt: skip
MAX_KEPT: Final = 2_000  # characters of one value
MAX_RESULTS: Final = 50


class DocumentationProducer:
    """Makes a Documentation claim for each card that it finds."""

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
        """Read the cards; a card that is missing or broken is a note."""
        drafts: list[Draft] = []
        notes: list[Note] = []
        for kind in ("model", "dataset"):
            claim, error = _look(component, kind)
            if claim is not None:
                drafts.append(Draft(claim=claim, subjects=(component.subject(),)))
            if error is not None:
                notes.append(Note.of(NAME, error))
        return Produced(drafts=tuple(drafts), notes=tuple(notes))


def find_card(component: ComponentFolder, kind: str) -> str | None:
    """Return the name of the card: what sunlit.toml says, else the first that looks like one."""
    toml = component.toml
    declared = toml.model_card if kind == "model" else toml.dataset_card
    if declared is not None:
        return declared
    for name in _candidates(component, MODEL_CARDS if kind == "model" else DATASET_CARDS):
        try:
            card = read_card(component.read_file(name))
        except SunlitError:
            return name if kind == "model" else None
        # A README in the root is the card of whatever the folder mainly is.
        if "/" in name or not name.lower().startswith("readme"):
            return name
        if (card.is_dataset_card or toml.kind == "dataset") == (kind == "dataset"):
            return name
    return None


def _candidates(component: ComponentFolder, patterns: Sequence[str]) -> Iterator[str]:
    for pattern in patterns:
        yield from (one.name for one in component.matching(pattern))


def _look(component: ComponentFolder, kind: str) -> tuple[Documentation | None, SunlitError | None]:
    path = find_card(component, kind)
    if path is None:
        return None, UnavailableError(
            "producer.no-card", f"there is no {kind} card",
            expected="README.md for a model, data/README.md for its data",
            mend="docs/sunlit-toml.md lists the sections a card needs",
        )  # fmt: skip
    try:
        card = read_card(component.read_file(path))
    except SunlitError as error:
        return None, MalformedError(
            "producer.bad-card", f"the {kind} card {path!r} cannot be read ({error})",
            mend=error.mend,
        )  # fmt: skip
    return _claim(card, kind, path), None


def _claim(card: Card, kind: str, path: str) -> Documentation:
    wanted = MODEL_SECTIONS if kind == "model" else DATASET_SECTIONS
    present, empty, missing = card.examine(wanted)
    return Documentation(
        card=kind, path=path, present=present, empty=empty, missing=missing,
        metadata=_metadata(card.metadata),
    )  # fmt: skip


def _metadata(front: Mapping[str, object]) -> dict[str, object]:
    kept = {key: front[key] for key in KEPT if key in front and len(str(front[key])) <= MAX_KEPT}
    results: list[object] = [
        {"dataset": dataset[:200], "metric": metric[:200], "value": format(value, "f")}
        for dataset, metric, value in eval_results(front)[:MAX_RESULTS]
    ]
    return kept | ({"results": results} if results else {})
