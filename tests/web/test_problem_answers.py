"""Officers answer what the public reported: guarded text, a row in the audit, a public answer."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from sunlit.adapters.sql.acts import SqlAudit
from sunlit.adapters.sql.problems import SqlReports
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.working import worker
from sunlit.node.permission import Role
from sunlit.testing.authority import ISSUER
from sunlit.testing.site import URL
from sunlit.web.app import create_app
from tests.rubric.story import DEPLOYER
from tests.web.office import Worker, with_a_passkey
from tests.web.test_problems_pages import SECRET, TYPED, sent

ANSWER = {"state": "fixed", "note": "The rule was put right on Monday."}


@pytest.fixture
def officer(site: Site) -> Iterator[Worker]:
    """An officer of the city, which runs this node and receives what is reported."""
    node = replace(site.node, operator=DEPLOYER)
    node.save()
    found = replace(site, node=node)
    with TestClient(create_app(found), base_url=URL, follow_redirects=False) as client:
        yield with_a_passkey(client, found, DEPLOYER, "officer", Role.OFFICER)


def _reported(officer: Worker) -> str:
    officer.client.cookies.clear()
    number = sent(officer.client)
    for _ in range(2):
        worker(officer.site).once()
    officer.arrives()
    return number


def test_a_report_is_a_task_with_a_day_and_is_answered_in_the_log(officer: Worker) -> None:
    """From the task to the text, to a signed answer that anybody reads; the text stays private."""
    number = _reported(officer)
    where = f"/work/problems/{number}"
    tasks = officer.gets("/work")
    assert f"Answer problem {number}" in tasks
    assert f'href="{where}"' in tasks
    assert "In " in tasks.split(f"Answer problem {number}")[1].split("</strong>")[0]
    listed = officer.gets("/work/problems")
    assert number in listed
    assert SECRET not in listed
    page = officer.gets(where)
    assert SECRET in page
    assert TYPED["contact"] in page
    assert TYPED["named"] in page

    receipt = officer.signs(officer.sends(where, **ANSWER))

    assert "in the log" in receipt
    public = officer.client.get(f"/problems/{number}").text
    assert "Put right" in public
    assert ANSWER["note"] in public
    assert SECRET not in public
    assert f"Answer problem {number}" not in officer.gets("/work")
    assert "Put right" in officer.gets("/work/problems")
    rows = SqlAudit(officer.site.private).rows(DEPLOYER, 10)
    read = [row for row in rows if row["what"] == "problem-read"]
    assert len(read) == 1
    assert read[0]["person"] == officer.person.person.id
    assert SECRET not in str(rows)


def test_what_is_wrong_with_an_answer_is_said_beside_it(officer: Worker) -> None:
    """No state, no note, a long one; nothing typed is lost, nothing is signed."""
    where = f"/work/problems/{_reported(officer)}"

    empty = officer.sends(where, 422)
    long = officer.sends(where, 422, state="closed", note="n" * 2_001)

    assert "Choose where it stands" in empty
    assert "Say what you did or found" in empty
    assert "at most 2,000 characters" in long
    assert "n" * 2_001 in long


def test_what_no_log_holds_yet_is_not_answered(officer: Worker) -> None:
    """The answer would be about nothing that anybody can check."""
    officer.client.cookies.clear()
    number = sent(officer.client)
    officer.arrives()

    assert "does not hold this report yet" in officer.sends(
        f"/work/problems/{number}", 422, **ANSWER
    )


def test_what_was_deleted_is_said_to_be(officer: Worker) -> None:
    """The page still leads to an answer."""
    number = _reported(officer)
    SqlReports(officer.site.private).forget(number)

    assert "It was deleted" in officer.gets(f"/work/problems/{number}")


def test_only_officers_of_whom_it_was_reported_to_read_it(officer: Worker) -> None:
    """Another organisation's officer gets neither text nor list; nor do other roles."""
    number = _reported(officer)
    where = f"/work/problems/{number}"
    other = Worker(officer.client, officer.site, ISSUER, (Role.OFFICER,), "other").arrives()
    assert number not in other.gets("/work/problems")
    assert SECRET not in other.gets(where, 403)
    other.sends(where, 403, **ANSWER)
    other.gets("/work/problems/P-0000-0000", 404)
    auditor = Worker(officer.client, officer.site, DEPLOYER, (Role.AUDITOR,), "auditor").arrives()
    assert SECRET not in auditor.gets(where, 403)
    officer.client.cookies.clear()
    assert "/sign-in" in officer.client.get(where).headers["location"]
