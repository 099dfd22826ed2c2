"""The pages of the workbench as browsers show them: empty, full, with what is wrong."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from starlette.testclient import TestClient

from sunlit.adapters.sql.sessions import SqlSessions
from sunlit.bootstrap.site import Site
from sunlit.node.known import use_key
from sunlit.node.people import new_secret
from sunlit.node.permission import Role
from sunlit.testing.authority import BOARD
from sunlit.web.sessions import DEV_COOKIE
from tests.rubric.story import DEPLOYER, LABS, USE
from tests.web.conftest import Live
from tests.web.looking import Look, looked_at, vnu
from tests.web.office import Worker
from tests.web.people import somebody

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KEY: Final = use_key(DEPLOYER, USE)
CITY: Final = (Role.OFFICER, Role.PUBLISHER, Role.ADMIN)
OFFICERS: Final = (
    "/work", "/work/calendar", "/work/leave", "/work/components/new", "/work/uses",
    f"/work/uses/{KEY}/assess", f"/work/risk/{KEY}/M5", "/work/suspend",
)  # fmt: skip
OTHERS: Final = (
    (LABS[2], (Role.ASSESSOR,), ("/work/reviews", f"/work/reviews/{KEY}/attest")),
    (BOARD, (Role.CHAIR,), ("/work", "/work/votes", f"/work/votes/{KEY}")),
)


def enter(look: Look, site: Site, organisation: str, *roles: Role) -> None:
    """Sign somebody in with this tab."""
    secret = new_secret()
    person = somebody(site, organisation, *roles, name="looking")
    SqlSessions(site.private).start(secret, person.id, site.clock.now())
    look.page.context.clear_cookies()
    look.page.context.add_cookies([{"name": DEV_COOKIE, "value": secret, "url": look.url}])


def press(look: Look, words: str) -> None:
    """Press a button by its words, and wait for the whole page that it leads to."""
    look.page.get_by_role("button", name=words, exact=True).first.click()
    look.page.wait_for_load_state()


@pytest.mark.enable_socket
def test_pages_that_say_what_is_wrong_are_accessible(live: Live, browser: "Browser") -> None:
    """The focus goes to the summary; the page with the most controls is read too."""
    with looked_at(browser, live.url) as look:
        enter(look, live.site, DEPLOYER, *CITY)
        look.at(f"/work/risk/{KEY}/M5").expected = {422}
        press(look, "Continue to sign")
        look.page.get_by_role("alert").wait_for()
        look.expect_good()
        assert look.page.evaluate("document.activeElement.className") == "govuk-error-summary"
        enter(look, live.site, LABS[2], Role.ASSESSOR)
        look.at(f"/work/reviews/{KEY}/attest").expect_good()


@pytest.mark.enable_socket
def test_a_draft_is_written_without_script(live: Live, browser: "Browser") -> None:
    """At the width of a phone, from the first page to where it is signed."""
    with looked_at(browser, live.url, javascript=False) as look:
        enter(look, live.site, DEPLOYER, *CITY)
        look.page.set_viewport_size({"width": 320, "height": 640})
        look.at("/work/components/new").page.get_by_label("A service that we bought").check()
        look.expected = {422}
        press(look, "Continue")
        look.page.wait_for_url("**/work/components/*")
        press(look, "Check and hand on")
        assert look.page.get_by_role("alert").inner_text().startswith("There is a problem")
        look.expect_good()
        look.page.get_by_label("Package URL").fill("pkg:generic/city.example/chat")
        look.page.get_by_label("Name").fill("Chat")
        press(look, "Check and hand on")
        look.page.wait_for_url("**/hand-on")
        look.expect_good()
        press(look, "Sign and hand on")
        look.page.wait_for_url("**/account/sign/*")

        heading = look.page.get_by_role("heading", level=1)
        assert heading.inner_text() == "Hand on the registration of Chat"


def test_the_pages_are_valid_html(client: TestClient, site: Site, tmp_path: Path) -> None:
    """The Nu HTML checker finds no error, also on pages that say what is wrong."""
    city = Worker(client, site, DEPLOYER, CITY, "city").arrives()
    found = {path: city.gets(path) for path in OFFICERS}
    where = city.sends("/work/components/new", source="hosted")
    told = {"component": "pkg:generic/city.example/x", "name": "<X>", "version": "1"}
    found["draft, wrong"] = city.sends(where, 422, then="submit", **told)
    found["draft, stale"] = city.sends(where, 409, **told)
    city.sends(where, kind="hosted-service", then="submit", **(told | {"version": "2"}))
    found["draft, shown"] = city.gets(f"{where}/hand-on")
    found["decide"] = city.gets(f"{where}/decide")
    found["cell, wrong"] = city.sends(f"/work/risk/{KEY}/M5", 422, choice="promised")
    city.sends(f"/work/uses/{KEY}/assess")
    found["begun"] = city.gets(f"/work/uses/{KEY}/assess")
    for part in ("area", "row", "facts-1", "businessDrivers-1"):
        found[part] = city.gets(f"/work/uses/{KEY}/assess/{part}")
    for organisation, roles, paths in OTHERS:
        one = Worker(client, site, organisation, roles, "other").arrives()
        found |= {f"{organisation} {path}": one.gets(path) for path in paths}

    assert vnu(found, tmp_path) == []
