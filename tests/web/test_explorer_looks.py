"""The forms for checking a decision and reporting a problem as browsers show them."""

from typing import TYPE_CHECKING

import pytest

from tests.web.conftest import Live
from tests.web.looking import looked_at

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.enable_socket
def test_forms_that_are_sent_are_good_too(live: Live, browser: "Browser") -> None:
    """An empty form says what is missing; a report gets its page."""
    with looked_at(browser, live.url) as look:
        for path, name in (("/decisions/check", "Check"), ("/problems/report", "Send the report")):
            look.at(path)
            look.expected = {422}
            look.page.get_by_role("button", name=name, exact=True).click()
            look.page.wait_for_selector(".govuk-error-summary")
            look.expect_good()
        look.page.check("#kind-1")
        look.page.fill("#text", "It went wrong.")
        look.page.get_by_role("button", name="Send the report", exact=True).click()
        look.page.wait_for_url("**/problems/P-*")
        look.expect_good()
