"""Every page, as everybody sees it: public, signed in by role, and what says what is wrong.

One node is walked by its links (see `walking`), then each page is opened in one browser. What no
link leads to stands in `NOT_WALKED`, with where it is looked at instead.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from sunlit.web.sessions import DEV_COOKIE
from tests.web.conftest import Live
from tests.web.looking import PHONE, Look, looked_at, too_wide, vnu
from tests.web.states import states
from tests.web.states_of_decisions import answers
from tests.web.walking import NOBODY, Seen, Walk, walked

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.enable_socket
# Route -> why no link of this node leads there, and the tests that go there instead.
NOT_WALKED: Final = {
    "/account/people/{person}/end": ("nobody ends their own access", "states.py"),
    "/account/passkeys/{credential}/end": ("nobody here has a passkey", "states.py"),
    "/account/sign/{act}": ("needs a key that the log knows", "states.py"),
    "/account/sign/{act}/receipt": ("needs a signed act", "states.py"),
    "/account/sign/{act}/receipt/{part}": ("a file of that", "test_acts.py"),
    "/account/sign/{act}/statement": ("a file of that", "test_acts.py"),
    "/kept/{kind}/{digest}": ("this node keeps no document", "test_guarded_reads.py"),
    "/sign-in/return": ("where an identity provider sends people back", "test_signin.py"),
    "/work/drafts/{draft}": ("leads on to a draft by its number", "test_workbench.py"),
    "/work/guarded/{kind}/{digest}": ("this node keeps no guarded document", "states.py"),
    "/work/problems/{number}": ("the report waits to be logged", "states.py"),
}  # fmt: skip
ALONE: Final = "/verify/verify.html"  # a document that stands by itself, saved and opened so


@pytest.fixture(scope="module")
def walk(live: Live) -> Walk:
    """Walk the node once."""
    return walked(live.url, live.site)


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Bring a node of its own into every other state once."""
    return states(tmp_path_factory.mktemp("states")) | answers(tmp_path_factory.mktemp("decided"))


def test_every_page_is_walked_or_it_is_said_why_not(walk: Walk) -> None:
    """A new page that nothing leads to is seen by nobody, and by no test."""
    assert walk.unseen == set(NOT_WALKED)


def test_what_is_not_walked_is_asked_for_elsewhere() -> None:
    """The test that is named goes to each part of such an address."""
    for route, (_, name) in NOT_WALKED.items():
        text = (Path(__file__).parent / name).read_text("utf-8")
        missing = [part for part in re.sub(r"{[^}]*}", " ", route).split() if part not in text]
        assert not missing, (route, missing)


def test_no_page_is_an_error_of_ours(walk: Walk) -> None:
    """Nothing leads to what is not there; what was asked for wrongly is said in a page."""
    broken = [one.name for one in walk.pages if one.status >= 500 and "/sign-in/" not in one.path]
    assert not broken
    assert {one.status for one in walk.pages} >= {200, 400, 404, 422}


def test_every_page_is_valid_html(walk: Walk, more: dict[str, str], tmp_path: Path) -> None:
    """The Nu HTML checker finds no error; one Java reads them all."""
    assert vnu({one.name: one.text for one in walk.pages} | more, tmp_path) == []


@pytest.mark.timeout(300)  # a hundred pages in one browser: half a minute of its own on two cores
def test_every_page_is_accessible_quiet_and_narrow(walk: Walk, browser: "Browser") -> None:
    """Nothing for axe, nothing on the console, nobody else asked, nothing wider than a phone.

    What answered a form is shown as it came.
    """
    found = []
    with looked_at(browser, walk.url) as look:
        who = NOBODY
        for one in opened(walk):
            if one.who != who:
                who = one.who
                look.page.context.add_cookies(
                    [{"name": DEV_COOKIE, "value": walk.secrets[who], "url": walk.url}]
                )
            if one.form is None:
                look.at(one.path, status=one.status)
            else:
                look.shown(one.path, one.text, status=one.status)
            found += _wrong(look, one.name)
    assert not found


def test_every_other_state_is_accessible_quiet_and_narrow(
    live: Live, more: dict[str, str], browser: "Browser"
) -> None:
    """The same of what no link leads to: it was got from other nodes, and is shown as it came."""
    found = []
    with looked_at(browser, live.url) as look:
        for name, text in more.items():
            look.shown("/state", text, status=200)
            found += _wrong(look, name)
    assert not found


def _wrong(look: Look, name: str) -> list[str]:
    found = [f"{name}: {problem}" for problem in look.problems()]
    look.noise.clear()
    return found


def test_the_document_that_stands_by_itself_is_good(
    walk: Walk, browser: "Browser", tmp_path: Path
) -> None:
    """Saved and opened from a disk: accessible, quiet, narrow; it asks nobody."""
    saved = tmp_path / "verify.html"
    saved.write_text(next(one.text for one in walk.pages if one.path == ALONE), encoding="utf-8")
    with looked_at(browser, "file://") as look:
        look.page.goto(saved.as_uri())
        look.expect_good()


def test_every_page_works_without_javascript(
    walk: Walk, more: dict[str, str], browser: "Browser"
) -> None:
    """It says as much, in the width of a phone; also the pages that answer what was sent."""
    with looked_at(browser, walk.url, javascript=False) as look:
        for name, text in ({one.name: one.text for one in walk.pages} | more).items():
            look.page.set_content(text, wait_until="commit")
            words = look.page.locator("main").inner_text()
            assert words.strip(), name
        for one in opened(walk):
            if one.who == NOBODY and one.form is None:
                look.at(one.path, status=one.status)
                assert not too_wide(look.page, PHONE["width"]), one.name
        assert not look.noise


def opened(walk: Walk) -> Iterator[Seen]:
    """Yield what is opened at its address: all but the document that stands by itself."""
    yield from (one for one in walk.pages if one.path != ALONE)
