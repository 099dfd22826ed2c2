"""One journey for each role, in a browser, from the first page to the entry in the log."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import httpx
import pytest

from sunlit.node.known import use_key
from sunlit.node.permission import Role
from sunlit.web.app import create_app
from tests.decisions import copied
from tests.rubric.story import DEPLOYER, USE
from tests.web.conftest import Live
from tests.web.looking import PHONE
from tests.web.people import somebody
from tests.web.test_api_submitting import KIND, conflict
from tests.web.test_decisions_pages import facts, node_of
from tests.web.trial import Somebody, served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib.*"),
]
KEY: Final = use_key(DEPLOYER, USE)
SERVICE: Final = "pkg:generic/city.example/translator"


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A node for trying things out, whose journeys all write into it."""
    with served(tmp_path_factory.mktemp("journeys")) as live:
        yield live


@pytest.fixture(scope="module")
def officer(browser: "Browser", trial: Live) -> Somebody:
    """The city's officer."""
    return Somebody.arrives(browser, trial.url, "officer")


@pytest.fixture(scope="module")
def publisher(browser: "Browser", trial: Live) -> Somebody:
    """Another person of the city: publisher and administrator."""
    return Somebody.arrives(browser, trial.url, "publisher")


def test_a_service_is_registered_by_one_and_published_by_another(
    officer: Somebody, publisher: Somebody
) -> None:
    """The officer hands on, the publisher signs; both statements are in the log."""
    officer.opens("/work/components/new")
    officer.chooses("source", "hosted")
    officer.presses("Continue")
    officer.heads("What it is")
    officer.fills(
        component=SERVICE, name="Translator", description="Translates letters",
        supplier="Words Ltd", contact="ai@city.example",
    )  # fmt: skip
    officer.chooses("kind", "hosted-service")
    officer.presses("Check and hand on")
    officer.presses("Sign and hand on")
    officer.presses("Sign with your passkey")
    officer.heads("Signed")

    publisher.opens("/work")
    publisher.follows(publisher.page.get_by_role("link", name="Check the registration").first)
    assert "Words Ltd" in publisher.page.locator("main").inner_text()
    publisher.presses("Publish", exact=True)
    publisher.finds(publisher.signs(), "publish")


def test_an_officer_edits_a_cell_of_the_risk_register(officer: Somebody) -> None:
    """From the gap in the register to the signed word that mends it."""
    officer.opens(f"/work/risk/{KEY}/M5")
    officer.chooses("choice", "not-needed")
    officer.fills(text="Section 3 of the act does not ask for it")
    officer.dates("valid_until", 2026, 12, 1)
    officer.presses("Continue to sign")
    officer.finds(officer.signs(), "Section 3 of the act")


def test_a_member_votes_with_a_dissent_and_publishes(browser: "Browser", trial: Live) -> None:
    """The seat is in the trust file since the passkey was made; the dissent is published."""
    member = Somebody.arrives(browser, trial.url, "member")
    member.opens("/work/votes")
    member.follows(member.page.locator("main h2 a").first)
    member.dates("closes", 2026, 2, 1)
    member.presses("Open the vote")
    member.signs()
    member.opens(f"/work/votes/{KEY}")
    member.fills(ceiling="1", dissent="The letters may shame people")
    member.chooses("dissents", "yes")
    member.dates("valid_until", 2026, 12, 1)
    member.presses("Continue to sign your vote")
    member.finds(member.signs(), "The letters may shame people")

    member.opens(f"/work/votes/{KEY}")
    member.presses("Publish the code")
    member.finds(member.signs(), "dissents")


def test_an_assessor_attests(browser: "Browser", trial: Live) -> None:
    """Another organisation's laboratory, within what it is accredited for."""
    assessor = Somebody.arrives(browser, trial.url, "assessor")
    assessor.opens("/work/reviews")
    assessor.follows(assessor.page.locator(f'main a[href$="/{KEY}/attest"]'))
    assessor.chooses("no_conflict", "no")
    assessor.chooses("scopes", "performance")
    assessor.chooses("result", "PASSED")
    assessor.fills(method="Ran it again on our own copy", limits="0.81 of 5,000 cases")
    assessor.presses("Continue to sign")
    assessor.finds(assessor.signs(), "Ran it again on our own copy")


def test_an_administrator_invites_one_and_ends_one(publisher: Somebody, trial: Live) -> None:
    """A code that is shown once; and somebody whose access ends at once."""
    somebody(trial.site, DEPLOYER, Role.AUDITOR, name="Office that leaves")
    publisher.opens("/account/people")
    publisher.fills(label="Night officer")
    publisher.page.locator('form[action$="/invite"] input[value="officer"]').check()
    publisher.presses("Make an invitation code")
    assert re.search(r"[A-Za-z0-9_-]{40,}", publisher.page.locator("main").inner_text())

    publisher.opens("/account/people")
    publisher.follows(publisher.page.get_by_role("link", name="Office that leaves"))
    publisher.follows(publisher.page.get_by_role("link", name="End their access"))
    publisher.heads("Do you want to end the access of Office that leaves?")
    publisher.presses("End their access")
    publisher.heads("Access ended")
    publisher.opens("/account/people")
    assert "Ended on" in publisher.page.locator("main").inner_text()
    assert not publisher.noise


def test_a_citizen_with_a_phone_and_no_scripts(browser: "Browser", trial: Live) -> None:
    """Finds a component, reads its label, reports a problem, sees its number and its entry."""
    page = _phone(browser)
    citizen = Somebody(page, trial.url)
    citizen.opens("/")
    page.locator('input[type="search"]').first.fill("outreach")
    page.locator('main form[role="search"] button, main form button').first.click()
    citizen.follows(page.locator('main a[href*="/components/"]').first)
    assert "Safety label" in page.locator("main").inner_text()
    citizen.follows(page.get_by_role("link", name="Report a problem with this component"))
    page.locator('input[name="kind"][value="unfair"]').check()
    page.locator('textarea[name="text"]').fill("My neighbour was refused")
    citizen.presses("Send the report")
    number = page.locator(".govuk-panel strong").inner_text()
    assert re.fullmatch(r"P-[0-9A-Z]{4}-[0-9A-Z]{4}", number)
    _logged(citizen, number)
    assert number in page.locator("main").inner_text()


def test_a_citizen_checks_a_letter(
    browser: "Browser", tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two facts of the letter, one answer; and the record's entry in the log of its deployer."""
    world = copied(tmp_path_factory.mktemp("letters"))
    site = node_of(world)
    typed = facts(world, "chosen")
    page = _phone(browser)
    with serving(create_app(site)) as url:
        citizen = Somebody(page, url)
        citizen.opens("/decisions/check")
        for name, value in typed.items():
            page.locator(f'input[name="{name}"]').fill(value)
        citizen.presses("Check", exact=True)
        assert "complete and unchanged" in page.locator("main").inner_text()
    site.close()


def _phone(browser: "Browser") -> "Page":
    page = browser.new_context(java_script_enabled=False, viewport=PHONE).new_page()
    page.set_default_timeout(60_000)
    return page


def _logged(citizen: Somebody, number: str) -> None:
    """Wait until the page of a problem leads to its entry, and open that."""
    citizen.opens(f"/problems/{number}")
    link = citizen.page.locator('main a[href*="/statements/"]')
    for _ in range(240):
        if link.count():
            break
        citizen.page.wait_for_timeout(250)
        citizen.page.reload()
    link.first.click()
    citizen.heads("Entry")


def test_an_engineer_hands_a_statement_in(trial: Live) -> None:
    """One request, and a receipt that names the entry."""
    envelope = conflict("shares an office")
    url = f"{trial.url}/api/v1/statements"
    with httpx.Client(timeout=60, follow_redirects=True) as engineer:
        for _ in range(6):  # again is no harm, and a busy machine may take more than ten seconds
            told = engineer.post(
                url, content=envelope.to_bytes(), headers=KIND, params={"wait": 10}
            ).json()
            if told["state"] != "waiting":
                break
        entry = engineer.get(f"{trial.url}/statements/{envelope.statement_id}")

    assert told["state"] == "admitted"
    assert "shares an office" in entry.text
