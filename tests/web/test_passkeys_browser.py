"""One whole way in a browser: sign in, make a passkey, have it enrolled, sign, see the receipt.

Chromium's virtual authenticator stands for the device; the provider is the one of `serve --dev`.
"""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import uvicorn

from sunlit.adapters.sql.acts import SqlActs
from sunlit.adapters.sql.people import SqlPeople
from sunlit.node.acts import COSIGN, Told, prepare
from sunlit.node.people import PasskeyState
from sunlit.web.app import create_app
from sunlit.web.trying_out import trying_out
from tests.rubric.story import DEPLOYER
from tests.web.conftest import Live
from tests.web.nodes import site_at, working
from tests.web.test_acts import CLAIM, SUBJECT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib.*"),
]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Serve a node for trying things out on `localhost`."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    url = f"http://localhost:{listening.getsockname()[1]}"
    told = site_at(tmp_path_factory.mktemp("trial"), url=url, dev=True)
    site = replace(told, node=replace(told.node, operator=DEPLOYER))
    app = create_app(site)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    with trying_out(app), working(site):
        thread.start()
        yield Live(url, site)
        server.should_exit = True
        thread.join()
    site.close()


def _sign_in(page: "Page", live: Live, label: str) -> None:
    page.goto(f"{live.url}/sign-in?back=/account")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name=label).first.click()
    page.wait_for_url(f"{live.url}/account")


def _authenticator(page: "Page") -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def _is_ours(message: "ConsoleMessage", live: Live) -> bool:
    return message.location["url"].startswith(live.url)


def test_a_person_signs_with_their_own_passkey(browser: "Browser", trial: Live) -> None:
    """From nobody to an entry in the log, without a console message or a refused request."""
    page = browser.new_context().new_page()
    page.set_default_timeout(60_000)
    said: list[str] = []
    page.on(
        "console",
        # It warns that RS256 is not offered; the log's verifiers take ES256 only.
        lambda it: said.append(it.text) if it.type == "error" and _is_ours(it, trial) else None,
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    _sign_in(page, trial, "officer")
    _authenticator(page)

    page.goto(f"{trial.url}/account/passkeys")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("heading", name="Register your passkey").wait_for()
    page.get_by_role("button", name="Sign with your passkey").click()
    page.get_by_role("heading", name="Your passkey is ready").wait_for()
    people = SqlPeople(trial.site.private)
    person = people.of(trial.site.node.operator)[0]
    (key,) = people.passkeys(person.id)
    assert key.state is PasskeyState.KNOWN

    told = Told(title="Declare a use", consequence="It is public.", back="/work", then=COSIGN)
    act = prepare(person, CLAIM, [SUBJECT], told, trial.site.clock.now())
    SqlActs(trial.site.private).put(act)
    page.goto(f"{trial.url}/account/sign/{act.id}")
    page.get_by_role("button", name="Sign with your passkey").click()
    page.get_by_role("heading", name="Signed and in the log").wait_for()
    assert not said


def test_without_javascript_the_page_says_how_to_sign(browser: "Browser", trial: Live) -> None:
    """The button is not there, the way by the command line is."""
    page = browser.new_context(java_script_enabled=False).new_page()
    _sign_in(page, trial, "publisher")
    people = SqlPeople(trial.site.private)
    person = next(
        one for one in people.of(trial.site.node.operator) if one.label.startswith("Publisher")
    )
    told = Told(title="Declare a use", consequence="It is public.", back="/work")
    act = prepare(person, CLAIM, [SUBJECT], told, trial.site.clock.now())
    SqlActs(trial.site.private).put(act)

    page.goto(f"{trial.url}/account/sign/{act.id}")
    page.get_by_text("Sign with the command line").click()

    assert page.get_by_role("link", name="Download the statement").is_visible()
    assert not page.get_by_role("button", name="Sign with your passkey").is_visible()
