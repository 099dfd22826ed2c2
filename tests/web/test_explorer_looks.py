"""The register, boards, decisions, log, problems and figures as browsers show them."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from starlette.testclient import TestClient

from sunlit.base.slugs import slug
from sunlit.bootstrap.site import Site
from sunlit.claims.risk import Vote
from sunlit.node.known import use_key
from sunlit.testing.authority import BOARD
from tests.rubric.story import DEPLOYER, USE
from tests.web.conftest import Live
from tests.web.looking import looked_at, vnu

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KEY: Final = use_key(DEPLOYER, USE)


def pages_of(site: Site) -> list[str]:
    """Return the address of each kind of page, with what fills it."""
    home = site.homes[1]
    said = site.homes[0].history(site.clock.now()).statements
    release = next(one.claim.release for one in said if isinstance(one.claim, Vote))
    log = f"/log/{slug(home.origin)}"
    return [
        "/register", f"/register/{KEY}/M1", "/boards", f"/boards/{BOARD}",
        f"/boards/{BOARD}/{release}/{KEY}", "/decisions/check", "/log?q=nothing", log,
        f"{log}/{home.reader().size - 1}", f"{log}/compare?from=2", f"{log}/compare?from=x",
        "/problems/report", "/figures",
    ]  # fmt: skip


@pytest.mark.enable_socket
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_pages_are_accessible_quiet_and_narrow(
    live: Live,
    browser: "Browser",
    javascript: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Nothing for axe, nothing on the console, nobody else asked, nothing wider than a phone."""
    with looked_at(browser, live.url, javascript=javascript) as look:
        for path in pages_of(live.site):
            look.at(path).expect_good()


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


def test_pages_are_valid_html(shared_client: TestClient, shared_site: Site, tmp_path: Path) -> None:
    """The Nu HTML checker finds no error."""
    pages = {path: shared_client.get(path).text for path in pages_of(shared_site)}

    assert vnu(pages, tmp_path) == []
