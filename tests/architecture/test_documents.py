"""The documents that the project promises exist and are complete."""

import re
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.architecture.project import ROOT, named

PROMISED: Final = [
    "README.md", "ARCHITECTURE.md", "LICENSE", "SECURITY.md", "CONTRIBUTING.md",
    "CODE_OF_CONDUCT.md", "CHANGELOG.md", "publiccode.yml", "docs/glossary.md",
    "docs/adr/README.md", "docs/adr/template.md", "docs/reference/errors.md",
]  # fmt: skip
# The design's words: each has its line in the glossary.
WORDS: Final = [
    "component", "release", "use", "statement", "withheld", "claim", "entry", "log", "receipt",
    "trust file", "node", "rubric", "finding", "conformity", "risk code", "safety token",
    "safety label", "guard", "decision record", "evidence bundle",
]  # fmt: skip
# The field's own terms, which a newcomer meets on the first day.
TERMS: Final = [
    "attestation", "envelope", "predicate", "subject", "digest", "manifest", "checkpoint",
    "inclusion proof", "consistency proof", "witness", "cosignature", "signed note", "purl",
    "quasi-identifier", "equivalence class", "k-anonymity", "advisory", "provenance", "AI-BOM",
    "accreditation", "control", "HOLDS", "FAILS", "UNKNOWN", "capability", "producer", "mirror",
    "status list", "quorum", "salted commitment",
    "decision log", "decision store", "segment", "anchor", "check code", "binding", "break-glass",
    "outcome", "contest", "review", "legal hold", "retention period", "explanation", "estimand",
    "residual", "replay",
]  # fmt: skip
KINDS: Final = {"added", "changed", "fixed", "removed", "security"}
DECISIONS: Final = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))


@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_document_exists(name: str) -> None:
    """A public body looks for these by name."""
    assert (ROOT / name).is_file()


def test_every_page_is_reached_from_the_readme() -> None:
    """Else nobody finds it; and no link leads to nothing."""
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        links = re.findall(r"\]\(([^)#:\s]+)[^):]*\)", page.read_text(encoding="utf-8"))
        waiting += [(page.parent / link).resolve(strict=True) for link in links]

    assert set((ROOT / "docs").rglob("*.md")) - reached == {ROOT / "docs/adr/template.md"} - reached


@pytest.mark.parametrize("word", [*WORDS, *TERMS])
def test_the_glossary_defines(word: str) -> None:
    """One word, one thing: every word of the design and the field has a line."""
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")

    assert re.search(
        rf"^\| \*\*{re.escape(word)}\*\*[ ,(|]", glossary, re.MULTILINE | re.IGNORECASE
    )


@pytest.mark.parametrize("path", DECISIONS, ids=named)
def test_a_decision_is_in_the_index(path: Path) -> None:
    """Else nobody finds it."""
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")

    assert f"]({path.name})" in index


@pytest.mark.parametrize("path", DECISIONS, ids=named)
def test_a_decision_has_the_parts_of_the_template(path: Path) -> None:
    """What was decided, why, what else was possible and what it costs."""
    text = path.read_text(encoding="utf-8")

    missing = [
        part for part in ("Status:", "## Context", "## Decision", "## Consequences")
        if part not in text
    ]  # fmt: skip
    assert not missing


def test_decisions_are_numbered_without_gaps() -> None:
    """0001, 0002 and so on; a number is never used twice."""
    numbers = [int(path.name[:4]) for path in DECISIONS]

    assert numbers == list(range(1, len(numbers) + 1))


def test_changelog_fragments_are_of_a_kind_that_is_read() -> None:
    """Towncrier passes over a fragment of a kind that it does not know, without a word."""
    fragments = [path for path in (ROOT / "changes").iterdir() if path.name != "README.md"]

    odd = [
        named(path) for path in fragments
        if path.suffix != ".md" or path.name.split(".")[-2] not in KINDS
    ]  # fmt: skip
    assert not odd


def test_relative_links_lead_somewhere() -> None:
    """A link to a file that was moved is found here, not by a reader."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "spec").rglob("*.md")]

    broken = [
        f"{named(page)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", _prose(page))
        if "://" not in target and not target.startswith("mailto:")
        if not (page.parent / target).exists()
    ]
    assert not broken


def test_publiccode_has_what_the_standard_requires() -> None:
    """The keys that publiccode.yml 0.7 makes mandatory, with the bounds that it sets."""
    document = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))

    assert document["publiccodeYmlVersion"] == "0"
    assert document["url"]
    assert document["platforms"]
    assert document["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert document["softwareType"] in {"standalone/backend", "standalone/web", "standalone/other"}
    for language in document["description"].values():
        assert len(language["shortDescription"]) <= 150
        assert 150 <= len(language["longDescription"]) <= 10_000
        assert language["features"]
    assert document["legal"]["license"] == "Apache-2.0"
    assert document["maintenance"]["type"] == "community"
    assert document["maintenance"]["contacts"]
    assert document["localisation"]["localisationReady"] in {True, False}
    assert document["localisation"]["availableLanguages"]


def _prose(page: Path) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
