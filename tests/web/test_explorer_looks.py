"""The form for reporting a problem as browsers show it.

That for checking a decision stands on nodes with decisions: `states_of_decisions.py` shows it.
"""

from typing import TYPE_CHECKING

import pytest

from tests.web.conftest import Live
from tests.web.looking import looked_at

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.enable_socket
def test_a_form_that_is_sent_is_good_too(live: Live, browser: "Browser") -> None:
    """An empty report says what is missing; a report gets its page."""
    with looked_at(browser, live.url) as look:
        look.at("/problems/report")
        look.expected = {422}
        look.page.get_by_role("button", name="Send the report", exact=True).click()
        look.page.wait_for_selector(".govuk-error-summary")
        look.page.wait_for_load_state()
        look.expect_good()
        look.page.check("#kind-1")
        look.page.fill("#text", "It went wrong.")
        look.page.get_by_role("button", name="Send the report", exact=True).click()
        look.page.wait_for_url("**/problems/P-*")
        look.expect_good()
