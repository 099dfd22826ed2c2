"""Report a problem without an account; what was written stays private, its number is public."""

import re
from dataclasses import replace
from datetime import date

import pytest
from starlette.testclient import TestClient

from sunlit.adapters.sql.problems import SqlReports
from sunlit.adapters.working_days import next_work_day
from sunlit.base.slugs import component_key
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.working import worker
from sunlit.capabilities.incident.standing import KINDS, problem_subject
from sunlit.claims.incident import Problem, ProblemState
from sunlit.node.problems import (
    NOT_KNOWN,
    Written,
    answer_claim,
    answer_day,
    claim_of,
    committed,
)
from sunlit.registry.admit import open_ledger
from sunlit.registry.saying import say
from sunlit.statement.withheld import commitment
from sunlit.testing.site import URL
from sunlit.web.app import create_app
from tests.rubric.story import DEPLOYER, PURL

PATH = "/problems/report"
SECRET = "My neighbour Jo was refused"
TYPED = {"kind": "wrong-result", "text": SECRET, "contact": "me@home.example", "named": "Letters"}
FROM_THERE = re.compile(r"/problems/(P-[0-9A-Z]{4}-[0-9A-Z]{4})\?new=1")


def sent(client: TestClient, **changes: str) -> str:
    """Send a report; return its number."""
    found = client.post(PATH, data={**TYPED, **changes})
    assert found.status_code == 303
    match = FROM_THERE.fullmatch(found.headers["location"])
    assert match is not None
    return match[1]


def test_a_report_gets_a_number_and_a_day(client: TestClient) -> None:
    """Ten working days; what was written is on no page."""
    number = sent(client)
    page = client.get(f"/problems/{number}?new=1")

    assert number in page.text
    assert "Received, not answered yet" in page.text
    assert "You will find an answer here by" in page.text
    assert SECRET not in page.text
    assert TYPED["contact"] not in page.text
    assert TYPED["named"] not in page.text


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client: TestClient) -> None:
    """No kind, no text, too much of it, a contact that is none: all at once."""
    empty = client.post(PATH, data={"contact": "x" * 301})
    long = client.post(PATH, data={**TYPED, "text": "y" * 10_001})

    assert [one.status_code for one in (empty, long)] == [422, 422]
    for words in ("Choose what kind", "Say what happened", "Shorten how we can reach you"):
        assert words in empty.text
    assert "at most 10,000 characters" in long.text
    assert 'value="wrong-result" checked' in long.text
    assert "y" * 10_001 in long.text
    assert "me@home.example" in long.text


def test_a_link_from_a_component_names_it(client: TestClient, site: Site) -> None:
    """Only a component that the logs know gets into a report; any other text stays private."""
    key = component_key(PURL)
    assert f"About {PURL.rsplit('/', 1)[-1]}." in client.get(f"{PATH}?component={key}").text
    assert "Which AI system is it about" in client.get(f"{PATH}?component=nothing~known").text

    known = SqlReports(site.private).get(sent(client, component=key))
    other = SqlReports(site.private).get(sent(client, component="<script>"))

    assert known is not None
    assert known.component == PURL
    assert other is not None
    assert other.component == NOT_KNOWN


def test_a_number_that_nobody_was_given_has_no_page(client: TestClient) -> None:
    """The search leads to a number, or back to the form."""
    assert client.get("/problems/P-0000-0000").status_code == 404
    assert (
        client.get("/problems?number= p-0000-0000 ").headers["location"] == "/problems/P-0000-0000"
    )
    assert client.get("/problems").headers["location"] == PATH


def test_nobody_floods_the_form(client: TestClient) -> None:
    """Five at once from one address, then no more for a while."""
    answers = [client.post(PATH, data={}).status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]


@pytest.fixture
def run_by_city(site: Site) -> tuple[Site, TestClient]:
    """The same node, run by the city: its home has the operator key that its log knows."""
    node = replace(site.node, operator=DEPLOYER)
    node.save()
    found = replace(site, node=node)
    return found, TestClient(create_app(found), base_url=URL, follow_redirects=False)


def test_the_worker_logs_a_number_and_a_commitment(
    run_by_city: tuple[Site, TestClient],
) -> None:
    """The text is in no entry; whoever kept the salt shows later what was written."""
    site, client = run_by_city
    number = sent(client)
    work = worker(site)
    work.once()
    work.once()
    home = site.home(DEPLOYER)
    said = [one for one in home.history(site.clock.now()).statements
            if isinstance(one.claim, Problem)]  # fmt: skip

    assert [one.claim.number for one in said if isinstance(one.claim, Problem)] == [number]
    kept = SqlReports(site.private).get(number)
    assert kept is not None
    assert kept.statement == said[0].statement_id
    assert SECRET.encode() not in home.reader().entry(said[0].index or 0)
    assert claim_of(kept) == said[0].claim
    assert "Yes, by" in client.get(f"/problems/{number}").text
    with open_ledger(home, site.clock) as ledger:
        claim = answer_claim(kept, ProblemState.FIXED, "The rule was put right.", site.clock.now())
        say(ledger, claim, problem_subject(kept.component), home.signer("operator"))
    page = client.get(f"/problems/{number}").text
    assert "Put right" in page
    assert "The rule was put right." in page


def test_what_a_reporter_wrote_can_be_deleted(client: TestClient, site: Site) -> None:
    """Number and commitment stay; nobody can say any more what they stood for."""
    number = sent(client)
    reports = SqlReports(site.private)
    kept = reports.get(number)
    assert kept is not None
    before = committed(kept)
    assert before == commitment(
        kept.salt,
        b'{"contact":"me@home.example","named":"Letters","text":"%s"}' % SECRET.encode(),
    )
    assert SECRET not in repr(kept)

    reports.forget(number)
    after = reports.get(number)

    assert after is not None
    assert (after.text, after.contact, after.named, after.salt) == ("", "", "", b"")
    assert [one.number for one in reports.of(kept.organisation)] == [number]
    work = worker(site)
    assert work.later().dead == 0  # what is forgotten before it is logged is not logged
    assert reports.get(number) == after


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 11, 2), date(2026, 11, 16)),
        (date(2026, 12, 23), date(2027, 1, 11)),  # Christmas, Boxing Day's Monday, New Year
    ],
)
def test_ten_working_days_leave_out_holidays(day: date, last: date) -> None:
    """England and Wales, from a list that is installed."""
    assert answer_day(day, next_work_day) == last


def test_every_kind_can_be_chosen(client: TestClient) -> None:
    """The form and the claim know the same short list."""
    page = client.get(PATH).text

    assert all(f'value="{kind}"' in page for kind in KINDS)
    assert all(Written(kind=kind, text="x").problems() == {} for kind in KINDS)
