"""Every page, as everybody sees it: public, signed in by role, and what says what is wrong.

One node is walked by its links (see `walking`), then each page is opened in one browser. What no
link leads to stands in `NOT_WALKED`, with where it is looked at instead.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from sunlit.web.sessions import DEV_COOKIE
from tests.web.conftest import Live
from tests.web.looking import PHONE, looked_at, too_wide, vnu
from tests.web.walking import NOBODY, Seen, Walk, walked

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.enable_socket
# Route -> why no link of this node leads there.
NOT_WALKED: Final = {
    "/account/passkeys/{credential}/end": "nobody here has a passkey: test_passkeys",
    "/account/sign/{act}": "needs a key that the log knows: test_acts",
    "/account/sign/{act}/receipt": "needs a signed act: test_acts",
    "/account/sign/{act}/receipt/{part}": "a file of that: test_acts",
    "/account/sign/{act}/statement": "a file of that: test_acts",
    "/components/{key}/export/{form}/losses": "a file beside an export: test_api_reading",
    "/kept/{kind}/{digest}": "this node keeps no document to fetch: test_guarded_reads",
    "/sign-in/return": "where an identity provider sends people back: test_signin",
    "/work/drafts/{draft}": "leads on to a draft by its number: test_workbench_registering",
    "/work/guarded/{kind}/{digest}": "this node keeps no guarded document: test_guarded_reads",
    "/work/problems/{number}": "the report waits to be logged: test_problems_pages",
}  # fmt: skip
# A document that stands by itself, with tests of its own; the checker's CSS is older than it.
ALONE: Final = "/verify/verify.html"


@pytest.fixture(scope="module")
def walk(live: Live) -> Walk:
    """Walk the node once."""
    return walked(live.url, live.site)


def test_every_page_is_walked_or_it_is_said_why_not(walk: Walk) -> None:
    """A new page that nothing leads to is seen by nobody, and by no test."""
    assert walk.unseen == set(NOT_WALKED)


def test_no_page_is_an_error_of_ours(walk: Walk) -> None:
    """Nothing leads to what is not there; what was asked for wrongly is said in a page."""
    broken = [one.name for one in walk.pages if one.status >= 500 and "/sign-in/" not in one.path]
    assert not broken
    assert {one.status for one in walk.pages} >= {200, 400, 404, 422}


def test_every_page_is_valid_html(walk: Walk, tmp_path: Path) -> None:
    """The Nu HTML checker finds no error; one Java reads them all."""
    pages = {one.name: one.text for one in walk.pages if one.path != ALONE}
    assert vnu(pages, tmp_path) == []


def test_every_page_is_accessible_quiet_and_narrow(walk: Walk, browser: "Browser") -> None:
    """Nothing for axe, nothing on the console, nobody else asked, nothing wider than a phone."""
    found = []
    with looked_at(browser, walk.url) as look:
        who = NOBODY
        for one in opened(walk):
            if one.who != who:
                who = one.who
                look.page.context.add_cookies(
                    [{"name": DEV_COOKIE, "value": walk.secrets[who], "url": walk.url}]
                )
            look.at(one.path, status=one.status)
            found += [f"{one.name}: {problem}" for problem in look.problems()]
            look.noise.clear()
    assert not found


def test_every_page_works_without_javascript(walk: Walk, browser: "Browser") -> None:
    """It says as much, in the width of a phone; also the pages that answer what was sent."""
    with looked_at(browser, walk.url, javascript=False) as look:
        for one in walk.pages:
            look.page.set_content(one.text, wait_until="commit")
            words = look.page.locator("main").inner_text()
            assert words.strip(), one.name
        for one in opened(walk):
            if one.who == NOBODY:
                look.at(one.path, status=one.status)
                assert not too_wide(look.page, PHONE["width"]), one.name
        assert not look.noise


def opened(walk: Walk) -> Iterator[Seen]:
    """Yield what is opened in the browser: by GET, and no document that stands by itself."""
    yield from (one for one in walk.pages if one.form is None and one.path != ALONE)
