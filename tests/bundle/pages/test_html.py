"""The pages are for everybody: without JavaScript, on a phone, on paper, for a screen reader."""

import hashlib
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from sunlit.bundle.pages import index_html, verifier_digest, verify_html
from sunlit.bundle.pages.environment import moment, shown
from sunlit.bundle.pages.shape import MAX_BARS
from sunlit.bundle.view import LIMITS
from tests.bundle.pages.browser import watch
from tests.bundle.pages.views import HOSTILE, bare, view

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT: Final = Path(__file__).parents[3]
AXE: Final = ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js"
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES: Final = {
    "index": index_html(view()), "bare": index_html(bare()), "hostile": index_html(view(HOSTILE)),
    "verify": verify_html(),
}  # fmt: skip
# With JavaScript off for the page itself, a test may still look at it.
NAMES: Final = sorted(PAGES)


class Opened:
    """A page in a tab, and the noise that it made."""

    def __init__(self, page: "Page", noise: list[str]) -> None:
        self.page = page
        self.noise = noise


@pytest.fixture(params=NAMES)
def opened(request: pytest.FixtureRequest, browser: "Browser", tmp_path: Path) -> Iterator[Opened]:
    """Open each of the pages from disk."""
    path = tmp_path / "page.html"
    path.write_bytes(PAGES[request.param])
    page, noise = browser.new_page(), list[str]()
    watch(page, noise)
    page.goto(path.as_uri())
    yield Opened(page, noise)
    page.close()


def test_no_page_breaks_a_rule_of_wcag_that_a_machine_can_see(opened: Opened) -> None:
    """WCAG 2.2 AA by axe-core, which finds some of what is wrong and never all."""
    opened.page.evaluate(AXE.read_text("utf-8"))
    found = opened.page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
    )

    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_scrolls_sideways(opened: Opened, width: int) -> None:
    """WCAG 1.4.10: at 320 px, which is 400 % zoom on a laptop, nothing needs two directions."""
    opened.page.set_viewport_size({"width": width, "height": 800})

    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_page_asks_a_network_or_complains(opened: Opened) -> None:
    """Nothing is fetched, and nothing that the page does is against its own policy."""
    opened.page.wait_for_load_state("networkidle")

    assert opened.noise == []


def test_headings_go_down_one_level_at_a_time(opened: Opened) -> None:
    """Who moves by headings must not fall into holes."""
    levels = opened.page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(one => Number(one.tagName[1]))"
    )

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_skip_link_comes_first_and_leads_to_the_content(opened: Opened) -> None:
    """Nobody should have to pass the contents with a keyboard."""
    opened.page.keyboard.press("Tab")

    assert opened.page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    assert opened.page.get_by_role("main").count() == 1


def test_the_page_for_people_needs_no_javascript(browser: "Browser", tmp_path: Path) -> None:
    """There is none in it; a browser that runs none shows all of it."""
    path = tmp_path / "index.html"
    path.write_bytes(PAGES["index"])
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())

    text = page.inner_text("main")

    assert b"<script" not in PAGES["index"]
    for words in ("In plain words", "How to challenge it", "5. anchors", "Failed", "Not done"):
        assert words in text
    parts = page.locator("h2").all_inner_texts()
    assert parts == [
        "In plain words", "How to challenge it", "What was checked when this was made",
        "What this cannot tell you", "The record", "What was opened", "Explanation",
        "What governed the decision", "Files in this bundle", "How to check it yourself",
    ]  # fmt: skip
    assert all(limit in text for limit in LIMITS)
    context.close()


def test_the_verifier_without_javascript_says_what_to_do(
    browser: "Browser", tmp_path: Path
) -> None:
    """A page that cannot check must not look as if it had."""
    path = tmp_path / "verify.html"
    path.write_bytes(verify_html())
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())

    assert "This page needs JavaScript" in page.inner_text("main")
    assert "Passed" not in page.inner_text("ol.checks")
    context.close()


def test_the_verifier_says_when_the_browser_cannot_check(
    browser: "Browser", tmp_path: Path
) -> None:
    """Browsers give no cryptography to pages that came over plain HTTP."""
    path = tmp_path / "verify.html"
    path.write_bytes(verify_html())
    page = browser.new_page()
    page.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    page.goto(path.as_uri())

    assert "This browser cannot do the checks" in page.inner_text("#say")
    assert page.is_disabled("#run")
    page.close()


def test_the_verifier_asks_for_both_files(browser: "Browser", tmp_path: Path) -> None:
    """Without a trust file of the reader's own nothing can be found out."""
    path = tmp_path / "verify.html"
    path.write_bytes(verify_html())
    page = browser.new_page()
    page.goto(path.as_uri())
    page.click("#run")

    assert "Choose both files first" in page.inner_text("#say")
    assert page.is_hidden("#result")
    page.close()


def test_files_that_are_dropped_are_taken(browser: "Browser", tmp_path: Path) -> None:
    """A zip is the bundle; whatever else is dropped is the trust file."""
    path = tmp_path / "verify.html"
    path.write_bytes(verify_html())
    page = browser.new_page()
    page.goto(path.as_uri())
    page.evaluate("""() => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], 'evidence.zip'));
        data.items.add(new File(['x'], 'mine.json'));
        document.getElementById('drop').dispatchEvent(
            new DragEvent('drop', { dataTransfer: data, cancelable: true }));
    }""")

    assert page.inner_text("#bundle-name") == "Chosen: evidence.zip"
    assert page.inner_text("#trust-name") == "Chosen: mine.json"
    page.close()


def test_what_a_record_says_stays_text() -> None:
    """Inputs and reasons are other people's words: none becomes markup, none turns the line."""
    page = PAGES["hostile"].decode()

    assert "<script" not in page
    assert "49" not in re.findall(r"\{\{7\*7\}\}|49", page)
    assert "\u202e" not in page
    assert "\x07" not in page
    assert "[U+202E]" in page
    assert shown("a\tb\nc") == "a\tb\nc"


def test_what_is_missing_is_said() -> None:
    """An empty section could be a section that was taken out: it says that nothing is recorded."""
    assert PAGES["bare"].count(b"None recorded.") == 2
    assert PAGES["index"].count(b"None recorded.") == 8
    assert b"not recorded" in PAGES["index"]


def test_times_are_for_people_and_for_machines() -> None:
    """A clerk reads the one, a program the other; no time of the plain part is in code."""
    page = PAGES["index"].decode()

    assert '<time datetime="2026-03-02T11:30Z">2 March 2026 at 11:30 (UTC)</time>' in page
    assert '<time datetime="2026-03-02T12:00:00Z">2 March 2026 at 12:00 (UTC)</time>' in page
    assert '<time datetime="2026-03-02T11:30:00Z">2 Mar 2026, 11:30</time>' in page
    assert moment("on 2026-99-99T00:00:00Z <b>") == "on 2026-99-99T00:00:00Z &lt;b&gt;"


def test_the_explanation_is_a_chart_that_needs_no_colour_and_no_eyes() -> None:
    """Side, sign, pattern and word say it; the same stands in a sentence and in a table."""
    page = PAGES["index"].decode()
    drawn = page[page.index("<figure") : page.index("</figure>")]

    assert drawn.count("<rect x=") == MAX_BARS + 1
    assert drawn.count("url(#hatched)") == 1
    assert "4 others" in drawn
    assert "−2.5, lowered" in drawn
    assert "+1.25, raised" in drawn
    assert "+0, did nothing" in drawn
    assert "style=" not in page
    assert 'role="img" aria-label="The estimate was lowered most by' in drawn
    assert drawn.count('<th scope="row">') == 20


def test_a_source_is_said_once_for_all_that_it_says() -> None:
    """Two facts of one statement share a cell that names it, and links to its file."""
    page = PAGES["index"].decode()

    assert page.count('<td class="source" rowspan="2">') == 6
    assert '(<a href="statements/00001.entry.json">00001</a>)' in page


def test_what_is_long_is_folded_on_a_screen_and_open_in_print(
    browser: "Browser", tmp_path: Path
) -> None:
    """Nobody reads a hundred digests first; on paper nothing can be unfolded."""
    path = tmp_path / "index.html"
    path.write_bytes(PAGES["index"])
    page = browser.new_page()
    page.goto(path.as_uri())
    last = page.locator("table.files")

    assert not last.is_visible()
    page.emulate_media(media="print")
    assert last.bounding_box() is not None
    page.close()


def test_a_long_value_is_cut_and_the_page_says_so() -> None:
    """Ten thousand characters are enough for a page; the rest is in the opening."""
    assert b"Only the first 10000 characters are shown" in PAGES["index"]
    assert b"x" * 10_001 not in PAGES["index"]


def test_policies_forbid_all_but_what_is_in_the_file() -> None:
    """No network, no form, no script but the verifier's, by its hash."""
    for name in NAMES:
        policy = re.search(rb'Content-Security-Policy" content="([^"]*)"', PAGES[name])
        assert policy is not None
        assert policy[1].startswith(b"default-src &#39;none&#39;; ")
        assert b"unsafe" not in policy[1]
        assert (b"script-src" in policy[1]) == (name == "verify")


def test_the_verifier_is_the_same_bytes_wherever_it_is_made() -> None:
    """So that its digest, published elsewhere, means something."""
    verify_html.cache_clear()

    assert hashlib.sha256(verify_html()).hexdigest() == verifier_digest()
    assert verify_html() == PAGES["verify"]


def test_the_verifier_never_runs_or_inserts_data() -> None:
    """No eval, and text goes in as text."""
    page = verify_html().decode()

    for word in ("eval(", "new Function", "innerHTML", "outerHTML", "insertAdjacent", "fetch(",
                 "XMLHttpRequest", "import(", "document.write"):  # fmt: skip
        assert word not in page


def test_the_digest_in_the_handbook_is_the_verifiers() -> None:
    """Whoever compares it must not be told another."""
    page = (ROOT / "docs" / "verify-in-a-browser.md").read_text("utf-8")

    assert verifier_digest() in page
