"""The register's page in a browser: readable for everybody, and no rule of WCAG is broken."""

from pathlib import Path
from typing import Final

import pytest

from sunlit.registry.register_html import register_html
from sunlit.rubric.mitigations import State
from sunlit.rubric.risk_code import scheme
from sunlit.views.register import Cell, Line, Live, register
from tests.bundle.pages.browser import FLAGS, chromium
from tests.rubric.story import LATER

AXE: Final = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def a_line(row: str, state: State) -> Line:
    """Return a line whose cells are all in one state."""
    cells = tuple(
        Cell(practice=name, state=state, why="Why.", basis="B" if row else "", owner="Office",
             due=LATER, expires="2027-01-01T00:00:00Z", statements=("ab" * 32,),
             accepted=("M1 accepted",))
        for name in scheme().practices
    )  # fmt: skip
    return Line(row=row, use=f"use-{state}", deployer="city.example", component="pkg:generic/x",
                description="A use", release="cd" * 32, code="5445", tier="high", ceiling=3,
                cells=cells, live=Live(attestation_age=3))  # fmt: skip


def test_the_page_breaks_no_rule_that_a_machine_can_see(tmp_path: Path) -> None:
    """WCAG 2.2 AA by axe-core, with every state; nothing is fetched, and nothing complains.

    The table alone scrolls sideways, in a region that the keyboard reaches.
    """
    playwright = pytest.importorskip("playwright.sync_api")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    rows = ("UC01", "UC05", "UC05", "UC12", "")
    lines = [a_line(row, state) for row, state in zip(rows, State, strict=True)]
    page_file = tmp_path / "register.html"
    page_file.write_bytes(register_html(register(LATER, "city.example", "00", lines)))
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=FLAGS)
        page, noise = browser.new_page(viewport={"width": 320, "height": 800}), []
        page.on("console", lambda message: noise.append(message.text))
        page.on("request", lambda asked: noise.append(asked.url))
        page.goto(page_file.as_uri())
        width = page.evaluate("document.documentElement.scrollWidth")
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
        )
        browser.close()

    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []
    assert width <= 320
    assert noise == [page_file.as_uri()]
