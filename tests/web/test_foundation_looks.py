"""How the pages are reached by keyboard; `test_every_page` looks at the pages themselves."""

from typing import TYPE_CHECKING

import pytest

from tests.web.conftest import Live
from tests.web.looking import looked_at

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.enable_socket
def test_the_keyboard_reaches_the_content_first(live: Live, browser: "Browser") -> None:
    """The first stop is the link that skips the navigation."""
    with looked_at(browser, live.url) as look:
        look.at("/")
        look.page.keyboard.press("Tab")

        assert look.page.evaluate("document.activeElement.textContent") == "Skip to main content"
