"""The public pages of components as browsers show and print them, with hostile words in them."""

from typing import TYPE_CHECKING, Final

import pytest
from starlette.testclient import TestClient

from sunlit.web.static import HERE
from tests.web.conftest import Live
from tests.web.hostile import said_more
from tests.web.looking import looked_at

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOME: Final = "/components/generic~maker.example~outreach"
PAGES: Final = (
    "/components", "/components?text=nothing-like-it", HOME, f"{HOME}/releases", f"{HOME}/evidence",
    f"{HOME}/evidence/prov-3", "/organisations", "/organisations/lab-a.example",
    "/records/omb/US-3",
)  # fmt: skip
HALF_A4: Final = 561  # CSS pixels: 148.5 mm
A4_INSIDE: Final = 680  # 180 mm
STYLES: Final = ("govuk/govuk.css", "sunlit.css", "components.css")


@pytest.fixture(scope="module")
def spoken(live: Live) -> Live:
    """Serve the node after strangers have written into every field."""
    said_more(live.site)
    return live


@pytest.mark.enable_socket
def test_pages_are_accessible_quiet_and_narrow(spoken: Live, browser: "Browser") -> None:
    """Nothing for axe, nothing on the console, nobody else asked, nothing wider than a phone."""
    with looked_at(browser, spoken.url) as look:
        for path in PAGES:
            look.at(path).expect_good()


@pytest.mark.enable_socket
def test_pages_work_without_scripts(spoken: Live, browser: "Browser") -> None:
    """Searching is a form, a label is text."""
    with looked_at(browser, spoken.url, javascript=False) as look:
        look.at("/components")
        look.page.get_by_role("searchbox").fill("outreach")
        look.page.get_by_role("button", name="Search", exact=True).click()
        look.page.get_by_role("link", name="outreach 1.0").click()
        look.page.wait_for_load_state()

        assert look.page.get_by_role("heading", name="Safety label").count() == 2
        assert look.problems() == []


def test_a_label_prints_on_half_a_page(shared_client: TestClient, browser: "Browser") -> None:
    """All of it, on A4 with margins."""
    css = "".join((HERE / name).read_text("utf-8") for name in STYLES)
    text = shared_client.get(HOME).text.replace("</head>", f"<style>{css}</style></head>")
    with looked_at(browser, "") as look:
        look.page.set_viewport_size({"width": A4_INSIDE, "height": 900})
        look.page.set_content(text, wait_until="commit")
        look.page.emulate_media(media="print")
        box = look.page.locator(".sunlit-label").bounding_box()

        assert box is not None
        assert 200 < box["height"] <= HALF_A4
