"""Model and dataset cards as Hugging Face has them: YAML front matter, then Markdown.

Sections are read from Markdown tokens, so that a `#` in a code block is no heading. A section
that holds nothing but a template's placeholder is empty.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sunlit.base.errors import MalformedError

if TYPE_CHECKING:
    from markdown_it.token import Token

MALFORMED: Final = "card.malformed"
MAX_DEPTH: Final = 12
MAX_FRONT: Final = 256 * 1024  # characters of front matter: the reader is slow
MAX_NESTING: Final = 32  # of YAML: the reader's time grows with the square of it
MAX_ITEMS: Final = 500

# What the templates of huggingface_hub leave to be filled in, and what people write instead.
# Held against words with single spaces between them: no `*` here can run over a text twice.
_PLACEHOLDER: Final = re.compile(
    r"(more information needed|todo|tbd|tba|to be (added|completed|defined|done|written)|n a|"
    r"coming soon|fill (me )?in|lorem ipsum.*)?",
    re.IGNORECASE,
)

Section = tuple[int, str, bool]
"""Level, normal title, and whether text stands directly below it."""

# Our choice of sections, from the templates that huggingface_hub ships (modelcard_template.md,
# datasetcard_template.md; Mitchell et al. 2019, Gebru et al. 2021); docs/sunlit-toml.md argues it.
MODEL_SECTIONS: Final[Mapping[str, frozenset[str]]] = {
    "description": frozenset({
        "model details", "model description", "model summary", "description", "overview",
        "about", "about this model", "introduction", "details",
    }),
    "uses": frozenset({
        "uses", "use", "intended use", "intended uses", "intended uses and limitations",
        "direct use", "primary intended uses", "how to use", "usage", "use cases",
    }),
    "out-of-scope use": frozenset({
        "out of scope use", "out of scope uses", "out of scope use cases", "misuse",
        "misuse and out of scope use", "prohibited uses", "what it must not be used for",
    }),
    "limitations": frozenset({
        "bias risks and limitations", "limitations", "limitations and bias", "risks",
        "limitations and biases", "bias", "ethical considerations", "known limitations",
        "risks and limitations", "caveats and recommendations", "bias risks limitations",
    }),
    "training data": frozenset({
        "training data", "training details", "training dataset", "training", "data",
        "training procedure", "training and evaluation data",
    }),
    "evaluation": frozenset({
        "evaluation", "evaluation results", "results", "testing data factors and metrics",
        "quantitative analyses", "performance", "metrics", "evaluation data", "benchmarks",
    }),
}  # fmt: skip
DATASET_SECTIONS: Final[Mapping[str, frozenset[str]]] = {
    "description": frozenset({
        "dataset details", "dataset description", "dataset summary", "description", "overview",
        "about", "summary",
    }),
    "uses": frozenset({
        "uses", "use", "intended use", "intended uses", "direct use", "out of scope use",
        "supported tasks", "supported tasks and leaderboards", "considerations for using the data",
    }),
    "structure": frozenset({
        "dataset structure", "structure", "data fields", "data instances", "data splits",
        "columns", "fields", "schema", "variables",
    }),
    "source": frozenset({
        "source data", "dataset creation", "source", "data collection and processing",
        "initial data collection and normalization", "curation rationale", "provenance",
        "collection",
    }),
    "personal information": frozenset({
        "personal and sensitive information", "personal information", "sensitive information",
        "privacy", "personal data",
    }),
    "limitations": frozenset({
        "bias risks and limitations", "limitations", "known limitations", "biases",
        "discussion of biases", "other known limitations", "risks", "ethical considerations",
    }),
}  # fmt: skip
# Front matter that only a dataset card has (hub-docs, datasetcard.md).
DATASET_KEYS: Final = frozenset({
    "annotations_creators", "configs", "dataset_info", "pretty_name", "size_categories",
    "source_datasets", "task_categories", "task_ids",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card that was read: its front matter as plain JSON values, and its sections."""

    metadata: Mapping[str, object]
    sections: tuple[Section, ...]

    def examine(
        self, wanted: Mapping[str, frozenset[str]]
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return which of the wanted sections are present, which empty, which missing."""
        present, empty, missing = list[str](), list[str](), list[str]()
        for name, titles in wanted.items():
            at = [n for n, (_, title, _) in enumerate(self.sections) if title in titles]
            if not at:
                missing.append(name)
            elif any(self._has_text(number) for number in at):
                present.append(name)
            else:
                empty.append(name)
        return tuple(present), tuple(empty), tuple(missing)

    def _has_text(self, number: int) -> bool:
        level, _, text = self.sections[number]
        for below, _, more in self.sections[number + 1 :]:
            if below <= level:
                break
            text = text or more
        return text

    @property
    def is_dataset_card(self) -> bool:
        """Tell whether the front matter is that of a dataset."""
        return bool(DATASET_KEYS & set(self.metadata))

    @property
    def licence(self) -> str | None:
        """The hub's licence id or, for `other`, the name given; None when none is given."""
        declared = self.metadata.get("license")
        if isinstance(declared, list) and declared:
            return " AND ".join(str(one) for one in declared)
        if declared == "other" and isinstance(self.metadata.get("license_name"), str):
            return str(self.metadata["license_name"])
        return declared if isinstance(declared, str) and declared else None


def read_card(data: bytes) -> Card:
    """Read a card.

    Raises:
        MalformedError: `card.malformed` when it is no UTF-8, or its front matter no YAML object.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedError(MALFORMED, "the card is no text", expected="UTF-8") from error
    front, body = _split(text.replace("\r\n", "\n"))
    return Card(metadata=_metadata(front), sections=tuple(_sections(body)))


def _split(text: str) -> tuple[str, str]:
    if not text.startswith("---\n"):
        return "", text
    end = re.search(r"^---[ \t]*$", text[4:], re.MULTILINE)
    if end is None:
        return "", text
    return text[4 : 4 + end.start()], text[4 + end.end() :]


def _metadata(front: str) -> dict[str, object]:
    import yaml  # noqa: PLC0415 - needed by cards only

    try:
        _expect_harmless(front)
        value = yaml.load(front, yaml.BaseLoader) if front.strip() else {}  # noqa: S506 - texts only
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise MalformedError(
            MALFORMED, "the front matter is not YAML", mend="mend the block between the --- lines"
        ) from error
    if not isinstance(value, dict):
        raise MalformedError(MALFORMED, "the front matter is no YAML object")
    return {str(key): _plain(item, 0) for key, item in list(value.items())[:MAX_ITEMS]}


def _expect_harmless(front: str) -> None:
    import yaml  # noqa: PLC0415 - needed by cards only

    if len(front) > MAX_FRONT:
        raise MalformedError(
            MALFORMED, "the front matter is too long", expected=f"at most {MAX_FRONT} characters"
        )
    depth = 0
    for event in yaml.parse(front, yaml.SafeLoader):
        # Aliases could make a small text a huge value; a card needs none.
        if isinstance(event, yaml.AliasEvent):
            raise MalformedError(MALFORMED, "the front matter uses YAML aliases")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_NESTING:
            raise MalformedError(MALFORMED, f"the front matter nests deeper than {MAX_NESTING}")


def _plain(value: object, depth: int) -> object:
    if depth > MAX_DEPTH:
        return "..."
    if isinstance(value, dict):
        return {str(key): _plain(one, depth + 1) for key, one in list(value.items())[:MAX_ITEMS]}
    if isinstance(value, list):
        return [_plain(one, depth + 1) for one in value[:MAX_ITEMS]]
    return str(value)


def normal_title(title: str) -> str:
    """Return a heading's text in one form: lower case, no emoji, punctuation or `[optional]`."""
    words = title.lower().replace("[optional]", "").replace("&", " and ")
    return " ".join(re.sub(r"[^\w\s]", " ", words).replace("_", " ").split())


def _sections(body: str) -> Iterable[Section]:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - needed by cards only

    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    level, title, has_text = 0, "", False
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            if title:
                yield level, title, has_text
            level, has_text = int(token.tag[1:]), False
            title = normal_title(tokens[number + 1].content) or "?"
        elif _is_text(tokens, number):
            has_text = True
    if title:
        yield level, title, has_text


def _is_text(tokens: "Sequence[Token]", number: int) -> bool:
    token = tokens[number]
    if token.type not in {"inline", "fence", "code_block"}:
        return False
    if number and tokens[number - 1].type == "heading_open":
        return False
    return not _is_placeholder(_without_comments(token.content))


def _without_comments(text: str) -> str:
    # `<!--.*?-->` would look for the end of each of a million beginnings.
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[at:start])
        at = end + len("-->")
    return "".join(kept) + text[at:]


def _is_placeholder(text: str) -> bool:
    bare = text.strip(" \t\n*_`>|.")
    if bare.startswith("{{") and bare.endswith("}}"):
        return True
    return _PLACEHOLDER.fullmatch(" ".join(re.sub(r"\W", " ", text).split())) is not None


def eval_results(metadata: Mapping[str, object]) -> tuple[tuple[str, str, Decimal], ...]:
    """Return (dataset name, metric type, value) of a `model-index`, leaving out what is broken."""
    found = []
    for model in _dicts(metadata.get("model-index")):
        for result in _dicts(model.get("results")):
            dataset = result.get("dataset")
            name = dataset.get("name") if isinstance(dataset, dict) else None
            for metric in _dicts(result.get("metrics")):
                value = _decimal(metric.get("value"))
                if isinstance(name, str) and value is not None and metric.get("type"):
                    found.append((name, str(metric["type"]), value))
    return tuple(found)


def _dicts(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _decimal(value: object) -> Decimal | None:
    text = str(value)
    plain = re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text)
    return Decimal(text) if plain else None
