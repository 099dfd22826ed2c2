"""Writes `sunlit.toml`: a new one with comments, or other values into one that is there.

tomlkit keeps comments, order and every key that this version does not know.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sunlit.formats.sunlit_toml import SCHEMA

# key, what it is for, an example: asked for in this order.
COMPONENT_KEYS: Final = (
    ("purl", "package URL without version; a private one carries your domain", "pkg:generic/agency.example/NAME"),  # noqa: E501
    ("version", "the release's version", "1.0.0"),
    ("kind", "model, dataset, code, pipeline, oci-image, database-snapshot or hosted-service", "model"),  # noqa: E501
    ("description", "one sentence", "What it does, for whom"),
    ("maintainer", "the organisation that keeps it: its domain", "agency.example"),
    ("contact", "a role mailbox or page, never a private person", "ai-desk@agency.example"),
    ("target", "what it predicts, exactly", "whether a person has cover today"),
    ("intended-use", "what it is for, and what it is not for", "Planning of outreach"),
    ("licence", "SPDX expression", "Apache-2.0"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What `sunlit init` found: component key -> value, model files, datasets, cards."""

    component: Mapping[str, str]
    model_files: Sequence[str] = ()
    datasets: Sequence[Mapping[str, str]] = ()
    model_card: str | None = None
    dataset_card: str | None = None


def new_document(found: Proposal) -> str:
    """Return a commented `sunlit.toml`; what was not found stands there as a comment."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Proposal) -> Iterator[str]:
    yield "# What this component is. `sunlit assure` reads it; docs/sunlit-toml.md has every key."
    yield f"schema = {SCHEMA}"
    yield ""
    yield "[component]"
    for key, meaning, example in COMPONENT_KEYS:
        value = found.component.get(key)
        if value:
            yield f"{key} = {_text(value)}  # {meaning}"
        else:
            yield f"# {key} = {_text(example)}  # to be filled in: {meaning}"
    if found.model_files:
        yield f"model-files = {_texts(found.model_files)}  # the files that hold weights"
    cards = {"model-card": found.model_card, "dataset-card": found.dataset_card}
    if any(cards.values()):
        yield ""
        yield "[documentation]"
        yield from (f"{key} = {_text(value)}" for key, value in cards.items() if value)
    yield from _datasets(found.datasets)


def _datasets(datasets: Sequence[Mapping[str, str]]) -> Iterator[str]:
    for dataset in datasets:
        yield ""
        yield "[[dataset]]"
        yield from (f"{key} = {_text(value)}" for key, value in dataset.items())
        if "licence" not in dataset:
            yield '# licence = "CC0-1.0"  # to be filled in: SPDX expression, or LicenseRef-...'
        yield '# source = "https://..."  # to be filled in: where the data comes from'
        yield '# used-for = ["training"]  # to be filled in: training, test, ...'


def _text(value: str) -> str:
    import tomlkit  # noqa: PLC0415 - only writing needs it

    return tomlkit.item(value.replace("\n", " ")).as_string()


def _texts(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"
