"""The home page, the pages about the site and the pages of errors, as browsers show them."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Live
from tests.web.looking import looked_at, vnu

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGES: Final = ("/", "/cy/", "/accessibility", "/nl/privacy", "/verify")


@pytest.mark.enable_socket
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_pages_are_accessible_quiet_and_narrow(
    live: Live,
    browser: "Browser",
    javascript: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Nothing for axe, nothing on the console, nobody else asked, nothing wider than a phone."""
    with looked_at(browser, live.url, javascript=javascript) as look:
        for path in PAGES:
            look.at(path).expect_good()
        look.at("/nowhere", status=404).expect_good()


@pytest.mark.enable_socket
def test_the_keyboard_reaches_the_content_first(live: Live, browser: "Browser") -> None:
    """The first stop is the link that skips the navigation."""
    with looked_at(browser, live.url) as look:
        look.at("/")
        look.page.keyboard.press("Tab")

        assert look.page.evaluate("document.activeElement.textContent") == "Skip to main content"


def test_pages_are_valid_html(shared_client: TestClient, tmp_path: Path) -> None:
    """The Nu HTML checker finds no error."""
    pages = {path: shared_client.get(path).text for path in (*PAGES, "/nowhere")}

    assert vnu(pages, tmp_path) == []
