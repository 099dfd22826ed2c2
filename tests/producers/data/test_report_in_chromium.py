"""The reports in a real browser: they fit a phone, say nothing on the console, ask for nothing."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sunlit.bundle.pages.environment import style
from sunlit.producers.data.report import html
from tests.bundle.pages.browser import FLAGS, chromium, watch
from tests.producers.data.report_samples import ALL, copied

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# How far the page, and the text of its charts, reach beyond the window and the drawing.
REACH = """() => [document.documentElement.scrollWidth - innerWidth,
    ...[...document.querySelectorAll('figure svg[role] text')].map((one) =>
        one.getBoundingClientRect().right - innerWidth)]"""
LIGHT, DARK = 0, 1


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Start Chromium; without it, or without Playwright, these tests are skipped."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.mark.parametrize("kind", sorted(ALL))
def test_a_report_fits_a_phone_and_asks_for_nothing(
    browser: "Browser", kind: str, tmp_path: Path
) -> None:
    """At 320 pixels nothing is wider than the window, and the policy refuses nothing of its own."""
    path = tmp_path / f"{kind}.html"
    path.write_bytes(html(ALL[kind]))
    noise: list[str] = []
    page = browser.new_page(viewport={"width": 320, "height": 800})
    watch(page, noise)
    try:
        page.goto(path.as_uri())
        reach = page.evaluate(REACH)
    finally:
        page.close()

    assert noise == []
    assert max(reach) <= 0
    assert len(reach) > 5


def test_a_hostile_name_runs_nothing(browser: "Browser", tmp_path: Path) -> None:
    """Not even where a browser reads it: no dialog, no request, no message."""
    document = copied("scan")
    name = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'>"
    document["columns"][0]["name"] = document["dataset"]["name"] = name
    path = tmp_path / "scan.html"
    path.write_bytes(html(document))
    noise: list[str] = []
    page = browser.new_page()
    watch(page, noise)
    page.on("dialog", lambda dialog: noise.append(dialog.message))
    try:
        page.goto(path.as_uri())
        shown = page.inner_text("h1")
    finally:
        page.close()

    assert noise == []
    assert name in shown


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize(
    ("name", "least"),
    [  # WCAG 2.2, 1.4.3: text 4.5; 1.4.11: what must be told apart in a drawing 3
        ("ink", 4.5), ("quiet", 4.5), ("brand", 4.5),
        ("first", 3), ("second", 3), ("third", 3), ("bad", 3), ("good", 3), ("open", 3),
    ],
)  # fmt: skip
def test_colours_stand_out_from_the_paper(theme: int, name: str, least: float) -> None:
    """Computed from the style sheets, in the light and in the dark."""
    colours = _colours(theme)

    assert _contrast(colours[name], colours["paper"]) >= least


def _colours(theme: int) -> dict[str, str]:
    own = files("sunlit.producers.data.report") / "styles" / "report.css"
    light, dark = (style("page") + own.read_text("utf-8")).split("(prefers-color-scheme: dark)")
    text = light + (dark if theme == DARK else "")
    return dict(re.findall(r"--(\w+):\s*(#[0-9a-f]{3,6})", text))


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    """Return WCAG's relative luminance of `#rgb` or `#rrggbb`."""
    digits = colour[1:] if len(colour) == 7 else "".join(one * 2 for one in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
