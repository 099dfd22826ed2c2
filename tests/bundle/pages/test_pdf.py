"""The PDF is what a court asks for: numbered, linked, bookmarked, tagged, searchable."""

import io
import re

import pytest

from sunlit.bundle.pages import pdf
from sunlit.bundle.pages.paper import no_fetch
from tests.bundle.pages.views import HOSTILE, bare, view


@pytest.fixture(scope="module")
def made() -> bytes:
    """Make one, where WeasyPrint and Pango are."""
    found = pdf(view())
    if found is None:
        pytest.skip("no WeasyPrint: pip install 'sunlit[pdf]', apt-get install libpango-1.0-0")
    return found


def test_pages_are_numbered_from_one_as_the_file_counts_them(made: bytes) -> None:
    """A judge who is told page 4 finds it at 4 in any viewer."""
    pypdf = pytest.importorskip("pypdf")
    pages = pypdf.PdfReader(io.BytesIO(made)).pages

    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page.extract_text()
    assert len(pages) > 3


def test_contents_are_linked_and_every_part_has_a_bookmark(made: bytes) -> None:
    """Practice directions on electronic bundles ask for both."""
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(io.BytesIO(made))
    titles = [one["/Title"] for one in _flat(reader.outline)]
    links = [
        one.get_object() for one in reader.pages[0]["/Annots"]
        if one.get_object()["/Subtype"] == "/Link"
    ]  # fmt: skip

    for title in ("In plain words", "The record", "What this cannot tell you", "Rationale"):
        assert title in titles
    assert len(links) >= 9
    assert [one for one in titles if one.startswith("Annex")] == [
        "Annex A: What governed the decision", "Annex B: Files in this bundle",
    ]  # fmt: skip
    assert titles.index("How to check it yourself") < titles.index(
        "Annex A: What governed the decision"
    )


def test_the_chart_is_on_paper_too_with_words_for_who_cannot_see_it(made: bytes) -> None:
    """A figure with its sentence, and a table of all its parts."""
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(io.BytesIO(made))
    text = " ".join(page.extract_text() for page in reader.pages)

    assert "hatched bars" in text.lower()
    assert "−2.5, lowered" in text
    assert b"The estimate was lowered most by" in b"".join(
        one["/Alt"].encode() for one in _figures(reader.trailer["/Root"]["/StructTreeRoot"])
    )


def _figures(node: object) -> list[dict[str, str]]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [one for child in node for one in _figures(child)]
    if not isinstance(node, dict):
        return []
    found = [node] if node.get("/S") == "/Figure" and "/Alt" in node else []
    return found + (_figures(node["/K"]) if "/K" in node else [])


def _flat(outline: list[object]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for one in outline:
        found += _flat(one) if isinstance(one, list) else [one]  # type: ignore[list-item]
    return found


def test_it_is_tagged_for_a_screen_reader(made: bytes) -> None:
    """PDF/UA-1: language, marked content, a structure tree, and a title that is shown."""
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(io.BytesIO(made))
    root = reader.trailer["/Root"]

    assert root["/Lang"] == "en"
    assert bool(root["/MarkInfo"]["/Marked"])
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert reader.metadata.title == view().title


def test_its_text_can_be_searched_and_says_what_the_page_says(made: bytes) -> None:
    """A picture of a page would be of no use to an expert."""
    pypdf = pytest.importorskip("pypdf")
    text = " ".join(
        re.sub(r"\s+", " ", page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(made)).pages
    )

    for words in (
        "A case officer confirmed what the component proposed", "5. anchors Failed",
        "11. findings Not done", "None recorded.", "How to check it yourself",
    ):  # fmt: skip
        assert words in text


def test_the_same_bundle_gives_the_same_bytes(made: bytes) -> None:
    """Its digest stands in the manifest: a second making must not give another."""
    assert pdf(view()) == made


def test_hostile_and_empty_texts_make_a_pdf_too(made: bytes) -> None:
    """What people typed in must not keep a court from its bundle."""
    for other in (view(HOSTILE), bare()):
        found = pdf(other)
        assert found is not None
        assert found.startswith(b"%PDF-")


@pytest.mark.parametrize("error", [ImportError, OSError])
def test_without_weasyprint_there_is_no_pdf_and_no_error(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """The bundle is made without it, and says so."""

    def refuse(name: str) -> object:
        raise error(name)

    monkeypatch.setattr("sunlit.bundle.pages.paper.import_module", refuse)

    assert pdf(view()) is None


def test_nothing_is_fetched_for_a_pdf() -> None:
    """A value that names an image on somebody's server must not call it."""
    with pytest.raises(ValueError, match="fetches nothing"):
        no_fetch("https://tracker.example/pixel.png")
