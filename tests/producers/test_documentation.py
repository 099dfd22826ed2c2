"""Cards: which sections are there, empty or missing."""

from pathlib import Path

from sunlit.claims.provenance import Documentation
from sunlit.producers.documentation import DocumentationProducer
from sunlit.registry.producing import ComponentFolder
from tests.producers.folders import FOLDERS, claims, codes, written

EXAMPLE = Path(__file__).parents[2] / "examples" / "benefits-outreach"
DATASET = "---\npretty_name: D\nlicense: cc0-1.0\n---\n# D\n## Uses\nFor tests.\n"


def cards(folder: ComponentFolder) -> dict[str, Documentation]:
    """Return kind -> claim."""
    found = claims(DocumentationProducer().produce(folder), Documentation)
    return {one.card: one for one in found}


def test_the_examples_cards_are_complete() -> None:
    """And the figures of the model index travel with the claim."""
    found = cards(ComponentFolder.read(EXAMPLE))

    assert [(one.empty, one.missing) for one in found.values()] == [((), ()), ((), ())]
    assert found["dataset"].path == "data/README.md"
    assert found["model"].metadata["license"] == "apache-2.0"
    assert {"dataset": "ACS public coverage 2018, held-out sample", "metric": "roc_auc",
            "value": "0.7861"} in found["model"].metadata["results"]  # type: ignore[operator] # fmt: skip


def test_the_story_begins_with_an_empty_section(tmp_path: Path) -> None:
    """The demo takes the text out of the card, once, and puts it back."""
    card = (EXAMPLE / "README.md").read_text()
    section = (EXAMPLE / "story" / "card-section.md").read_text()
    assert card.count(section) == 1

    found = cards(written(tmp_path, {"README.md": card.replace(section, "")}))

    assert found["model"].empty == ("out-of-scope use",)
    assert found["model"].missing == ()


def test_a_folder_without_cards_is_noted() -> None:
    """One note for each kind."""
    produced = DocumentationProducer().produce(ComponentFolder.read(FOLDERS / "spacy"))

    assert codes(produced) == ["producer.no-card", "producer.no-card"]


def test_a_readme_of_data_is_a_dataset_card(tmp_path: Path) -> None:
    """Its front matter, or sunlit.toml, tells."""
    assert list(cards(written(tmp_path / "a", {"README.md": DATASET}))) == ["dataset"]
    folder = written(tmp_path / "b", {
        "README.md": "# D", "sunlit.toml": '[component]\nkind = "dataset"\n',
    })  # fmt: skip
    assert list(cards(folder)) == ["dataset"]


def test_a_named_card_is_the_card(tmp_path: Path) -> None:
    """Also where the name is unusual, and also where the file is missing."""
    toml = '[documentation]\nmodel-card = "docs/card.md"\ndataset-card = "gone.md"\n'
    produced = DocumentationProducer().produce(
        written(tmp_path, {"docs/card.md": "# A\n## Uses\nMany.", "sunlit.toml": toml})
    )

    assert claims(produced, Documentation)[0].path == "docs/card.md"
    assert codes(produced) == ["producer.bad-card"]


def test_a_broken_card_is_noted(tmp_path: Path) -> None:
    """A front matter that is no YAML hides what it would say."""
    produced = DocumentationProducer().produce(
        written(tmp_path, {"README.md": "---\na: [\n---\n", "MODEL_CARD.md": "---\n- 1\n---\n"})
    )

    assert codes(produced) == ["producer.bad-card", "producer.no-card"]
