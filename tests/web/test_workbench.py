"""Officers, assessors and members of a board at work: each page leads to a signed statement."""

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from sunlit.adapters.sql.people import SqlPeople
from sunlit.bootstrap.site import Site
from sunlit.claims.authority import Role as KeyRole
from sunlit.node.assess_use import pages
from sunlit.node.known import use_key
from sunlit.node.people import Passkey, PasskeyState
from sunlit.node.permission import Role
from sunlit.registry.assessment_form import Form
from sunlit.testing.authority import BOARD, ISSUER, named_key
from sunlit.web.workbench.common import Sent
from tests.rubric.story import DEPLOYER, LABS, MAKER, USE
from tests.web.office import Worker, day, with_a_passkey, with_known_key
from tests.web.people import sign_in, with_passkey

KEY = use_key(DEPLOYER, USE)
UNTIL = day("valid_until", "2026-12-01")


@pytest.fixture
def officer(client: TestClient, site: Site) -> Worker:
    """An officer of the city, whose passkey the logs know that hold her uses."""
    return with_a_passkey(client, site, DEPLOYER, "officer", Role.OFFICER, told=(ISSUER,))


def member(client: TestClient, site: Site, number: int, role: Role = Role.BOARD_MEMBER) -> Worker:
    """Return a member of the board, whose key the trust file names."""
    return with_known_key(client, site, BOARD, named_key(f"{BOARD}/{number}"), role)


# --- tasks ------------------------------------------------------------------------------------


def test_tasks_say_why_and_what_follows(officer: Worker) -> None:
    """With shortcuts; and the calendar lists what ends, also as a file."""
    page = officer.gets("/work")
    assert '<h1 class="govuk-heading-l">Your tasks</h1>' in page
    assert "Register a component" in page

    assert "(M4) of outreach" in officer.gets("/work/calendar")
    assert officer.gets("/work/calendar.ics").startswith("BEGIN:VCALENDAR")
    assert "/work/calendar.ics" in officer.gets("/work/calendar")


def test_who_has_nothing_to_do_is_told_so(client: TestClient, site: Site) -> None:
    """An auditor has no tasks; the calendar of an organisation without uses is empty."""
    auditor = Worker(client, site, ISSUER, (Role.AUDITOR,), "auditor").arrives()
    assert "Nothing needs you now" in auditor.gets("/work")
    assert "no passkey" not in auditor.gets("/work"), "an auditor signs nothing"
    assert "Nothing of your organisation ends within a year" in auditor.gets("/work/calendar")


def test_who_cannot_sign_yet_is_told_so_first(
    client: TestClient, site: Site, officer: Worker
) -> None:
    """Without a passkey, with one that waits, and with one that the log knows: nothing."""
    assert "passkey" not in officer.gets("/work")
    new = Worker(client, site, DEPLOYER, (Role.OFFICER,), "new").arrives()
    assert "You have no passkey here yet" in new.gets("/work")
    with_passkey(site, new.person.person, known=False)
    assert "waits for the operator" in new.gets("/work")


def test_a_day_until_which_something_holds_is_part_of_it() -> None:
    """Until the 1st means until the end of the 1st; no day is none."""
    sent = Sent({"end-day": ["1"], "end-month": ["12"], "end-year": ["2026"]})
    assert sent.end_of("end") == datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)
    assert sent.end_of("other") is None


@pytest.mark.parametrize(
    "path",
    [
        "/work", "/work/calendar", "/work/calendar.ics", "/work/components/new", "/work/uses",
        f"/work/uses/{KEY}/assess", "/work/reviews", "/work/votes", f"/work/risk/{KEY}/M4",
        "/work/suspend", "/work/leave",
    ],
)  # fmt: skip
def test_nobody_works_without_signing_in(shared_client: TestClient, path: str) -> None:
    """They are led to the sign-in page."""
    found = shared_client.get(path)
    assert found.status_code == 303
    assert "/sign-in" in found.headers["location"]


# --- assessment -------------------------------------------------------------------------------


def test_a_use_is_assessed_page_by_page_and_signed(officer: Worker) -> None:
    """The answers of the assessment before are there; the new one enters the deployer's word."""
    where = f"/work/uses/{KEY}/assess"
    assert "outreach" in officer.gets("/work/uses")
    assert "Begin" in officer.gets(where)
    first = officer.sends(where)
    assert "Page 4 of" in officer.gets(first)  # the first with a blank: the facts
    following = officer.sends(f"{where}/area", version="1", area="6", then="next")
    assert following == f"{where}/row"
    assert officer.sends(f"{where}/row", version="2", row="UC09", then="leave") == where
    page = officer.gets(where)
    assert "Sign the assessment" in page
    assert "6" in page

    receipt = officer.signs(officer.sends(f"/work/uses/{KEY}/sign-assessment", **UNTIL))
    assert "in the log" in receipt
    assert officer.gets(where).count("Begin") == 1


def test_answers_that_are_none_and_stale_ones_are_shown_again(officer: Worker) -> None:
    """With what was chosen; nobody's answers are overwritten unseen."""
    where = f"/work/uses/{KEY}/assess"
    officer.sends(where)
    page = officer.sends(f"{where}/area", 422, version="1", area="99")
    assert "Choose one of the answers" in page
    officer.sends(f"{where}/row", version="1", row="UC09")
    page = officer.sends(f"{where}/area", 409, version="1", area="3")

    assert "while you were at it" in page
    assert 'value="3" checked' in page
    officer.gets(f"{where}/nothing", 404)


def test_a_blank_is_not_signed(officer: Worker) -> None:
    """The page says how many there are; and until when an assessment may hold."""
    where = f"/work/uses/{KEY}/assess"
    assert officer.sends(f"/work/uses/{KEY}/sign-assessment", **UNTIL) == where
    officer.sends(where)
    officer.sends(f"{where}/area", version="1")
    page = officer.sends(f"/work/uses/{KEY}/sign-assessment", 422, **day("valid_until", "2099-1-1"))

    assert "1 question has no answer yet" in page
    assert "within the next two years" in page
    assert len(pages(Form())) > 20


def test_a_use_of_another_organisation_is_not_assessed(client: TestClient, site: Site) -> None:
    """Nor is its register edited; nor is there a use that nobody declared."""
    stranger = Worker(client, site, ISSUER, (Role.OFFICER,), "stranger").arrives()
    for path in (f"/work/uses/{KEY}/assess", f"/work/risk/{KEY}/M4"):
        stranger.gets(path, 403)
        stranger.sends(path, 403)
    assert "declared no use yet" in stranger.gets("/work/uses")
    stranger.gets("/work/uses/none/assess", 404)


def test_a_draft_leads_to_its_use(officer: Worker) -> None:
    """And one that is not there leads to the list."""
    officer.sends(f"/work/uses/{KEY}/assess")
    page = officer.gets("/work")
    draft = page.split("/work/drafts/")[1].split('"')[0]

    assert officer.client.get(f"/work/drafts/{draft}").headers["location"].endswith("/assess")
    assert officer.client.get("/work/drafts/none").headers["location"] == "/work/uses"


# --- the register -----------------------------------------------------------------------------


def test_a_cell_is_edited_with_a_signature(officer: Worker) -> None:
    """What the officer said is in the log, with the organisation's signature beside."""
    where = f"/work/risk/{KEY}/M5"
    assert where in officer.gets(f"/register/{KEY}/M5")
    seen = officer.gets(where).split('name="seen" value="')[1].split('"')[0]
    page = officer.sends(where, 422, seen=seen, choice="promised", **UNTIL)
    assert 'href="#owner"' in page
    assert 'href="#due-day"' in page
    told = {"choice": "not-needed", "text": "Section 3 of the act", "seen": seen}
    receipt = officer.signs(officer.sends(where, **told, **UNTIL))

    assert "in the log" in receipt
    assert "Not needed" in officer.gets(where)
    assert "Section 3 of the act" in officer.gets(where)


def test_the_second_of_two_officers_sees_both_versions(officer: Worker) -> None:
    """Whether the first signed before the form was sent, or before it was signed."""
    where = f"/work/risk/{KEY}/M5"
    seen = officer.gets(where).split('name="seen" value="')[1].split('"')[0]
    mine = {"choice": "done", "seen": seen, **UNTIL}
    first = officer.sends(where, text="What the first one did", **mine)
    second = officer.sends(where, text="What the second one did", **mine)
    officer.signs(first)
    assert "risk.stale" in officer.signs(second, status=409)

    due = {"due-day": "3", "due-month": "3", "due-year": "2027"}
    page = officer.sends(where, 409, text="What the second one did", **mine, **due)
    assert "What the first one did" in page
    assert "3 March 2027<" in page
    assert page.count("What the second one did") == 2
    assert "Both versions" in page
    officer.gets(f"/work/risk/{KEY}/M9", 404)


# --- reviews ----------------------------------------------------------------------------------


def test_an_independent_assessor_attests(client: TestClient, site: Site) -> None:
    """The queue, the form, what is missing, and the receipt."""
    key = named_key(f"{LABS[2]}/{KeyRole.ASSESSOR}")
    lab = with_known_key(client, site, LABS[2], key, Role.ASSESSOR)
    where = f"/work/reviews/{KEY}/attest"
    assert "Review queue" in lab.gets("/work/reviews")
    assert "Target validity" in lab.gets(where)
    page = lab.sends(where, 422, scopes="fairness", method="<b>", no_conflict="no", **UNTIL)
    assert "Choose what you are accredited for" in page
    assert "&lt;b&gt;" in page
    told = {
        "scopes": "performance", "result": "PASSED", "method": "Ran it again", "limits": "0.81",
        "no_conflict": "no", **UNTIL, **day("assessed_on", "2026-01-01"),
    }  # fmt: skip

    assert "in the log" in lab.signs(lab.sends(where, **told))
    assert LABS[2] in lab.gets(where)
    queue = lab.gets("/work/reviews")
    assert where in queue, "what is attested may be attested again"
    assert "Yours holds until 1 December 2026" in queue


def test_who_is_not_independent_is_told_why(client: TestClient, site: Site) -> None:
    """The maker's own house does not see the form; an interest is declared instead."""
    own = Worker(client, site, MAKER, (Role.ASSESSOR,), "own").arrives()
    own.gets(f"/work/reviews/{KEY}/attest", 403)

    stranger = Worker(client, site, "stranger.example", (Role.ASSESSOR,), "stranger").arrives()
    page = stranger.gets(f"/work/reviews/{KEY}/attest")
    assert "may not attest this" in page
    assert "<textarea" not in page

    key = named_key(f"{LABS[2]}/{KeyRole.ASSESSOR}")
    lab = with_known_key(client, site, LABS[2], key, Role.ASSESSOR)
    declared = lab.signs(lab.sends(f"/work/reviews/{KEY}/attest", no_conflict="yes"))
    assert "in the log" in declared
    assert "may not attest this" in lab.gets(f"/work/reviews/{KEY}/attest")


def test_a_key_that_the_log_does_not_know_attests_nothing(client: TestClient, site: Site) -> None:
    """The duties are asked with the very key, before anything is signed."""
    lab = Worker(client, site, LABS[2], (Role.ASSESSOR,), "keyless").arrives()
    told = {
        "scopes": "performance", "result": "PASSED", "method": "Ran it again", "limits": "0.81",
        "no_conflict": "no", **UNTIL, **day("assessed_on", "2026-01-01"),
    }  # fmt: skip
    page = lab.sends(f"/work/reviews/{KEY}/attest", 409, **told)
    assert "may not attest this" in page
    assert "Ran it again" in page


def test_a_token_is_suspended_by_its_issuers_key(
    client: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page gives the command, since no person's key can; a name does not hide whose it is."""
    publisher = Worker(client, site, DEPLOYER, (Role.PUBLISHER,), "publisher").arrives()
    app = client.app
    assert isinstance(app, FastAPI)
    kept = (site.positions(), {ISSUER: "The Issuer", DEPLOYER: "The City"})
    monkeypatch.setattr(app.state, "names", kept, raising=False)

    found = publisher.gets("/work/suspend")

    assert "sunlit token suspend" in found
    assert f'Issued by The Issuer <span class="sunlit-hash">{ISSUER}</span>' in found
    assert f'Used by: The City <span class="sunlit-hash">{DEPLOYER}</span>' in found


# --- the board --------------------------------------------------------------------------------


def test_a_board_opens_votes_dissents_and_publishes(client: TestClient, site: Site) -> None:
    """Seats, quorum and reasons are shown; the chair publishes what two agree on."""
    where = f"/work/votes/{KEY}"
    chair = member(client, site, 1, Role.CHAIR)
    assert "outreach" in chair.gets("/work/votes")
    assert "in the log" in chair.signs(
        chair.sends(f"{where}/open", note="Please", **day("closes", "2026-02-01"))
    )
    told = {"area": "5", "impact": "70", "autonomy": "4", "ceiling": "2", "dissents": "no", **UNTIL}
    chair.signs(chair.sends(where, **told))
    assert "members that it takes agree" in chair.sends(f"{where}/publish", 409)
    second = member(client, site, 2)
    second.signs(second.sends(where, **told))
    third = member(client, site, 3)
    seatless, _ = with_passkey(site, third.person.person, known=False)
    SqlPeople(site.private).move(seatless.credential, PasskeyState.KNOWN)
    assert seatless.credential not in third.gets(third.sends(where, **told)), "no seat, no vote"
    page = third.sends(where, 422, **(told | {"dissents": "yes", "ceiling": "99"}))
    assert "Give the reason for your dissent" in page
    third.signs(third.sends(where, **(told | {"dissents": "yes", "dissent": "It harms <i>"})))

    chair.arrives()
    page = chair.gets(where)
    assert "Dissents: It harms &lt;i&gt;" in page
    assert "The members agree on" in page
    assert "in the log" in chair.signs(chair.sends(f"{where}/publish"))
    assert "The code is published" in chair.gets(where)


def test_no_code_is_made_of_the_vote_of_who_assessed_it_with_another_key(
    client: TestClient, site: Site
) -> None:
    """It is asked again where the code is made: whose keys are whose may be known only since."""
    where = f"/work/votes/{KEY}"
    chair = member(client, site, 1, Role.CHAIR)
    chair.signs(chair.sends(f"{where}/open", **day("closes", "2026-02-01")))
    told = {"area": "5", "impact": "70", "autonomy": "4", "ceiling": "2", "dissents": "no", **UNTIL}
    chair.signs(chair.sends(where, **told))
    second = member(client, site, 2)
    second.signs(second.sends(where, **told))
    lab = named_key(f"{LABS[0]}/{KeyRole.ASSESSOR}")
    SqlPeople(site.private).add_passkey(Passkey(
        credential="lab", person=second.person.person.id, key=lab.public, label="Laboratory",
        since=site.clock.now(), state=PasskeyState.KNOWN,
    ))  # fmt: skip

    page = chair.arrives().gets(where)
    assert "A member voted on what they made or assessed, with another key" in page
    assert "the member stands aside with that seat" in page
    assert page.count("/statements/") >= 2
    assert "with another key" in chair.sends(f"{where}/publish", 409)


def test_who_stands_aside_has_no_vote_any_more(client: TestClient, site: Site) -> None:
    """The reason is asked for, and shown to the others."""
    where = f"/work/votes/{KEY}"
    second = member(client, site, 2)
    page = second.sends(f"{where}/recuse", 422, reason="")
    assert 'href="#reason"' in page
    assert 'name="area" type="radio" value="5" checked' in page, "the vote's form stays filled in"
    second.signs(second.sends(f"{where}/recuse", reason="An interest"))
    page = second.gets(where)

    assert "Stood aside: An interest" in page
    assert "You may not vote on this" in page
    assert "You may not vote on this" in second.sends(where, 422)
    assert 'href="#closes-day"' in second.sends(f"{where}/open", 422, **day("closes", "2020-1-1"))


def test_a_member_without_a_seat_reads_only(client: TestClient, site: Site) -> None:
    """And an organisation without a board has nothing to vote on."""
    guest = Worker(client, site, BOARD, (Role.BOARD_MEMBER,), "guest").arrives()
    assert "none of your passkeys has a seat" in guest.gets(f"/work/votes/{KEY}")
    other = Worker(client, site, DEPLOYER, (Role.BOARD_MEMBER,), "other").arrives()
    assert "Nothing is before your board" in other.gets("/work/votes")
    other.gets(f"/work/votes/{KEY}", 404)
    sign_in(client, site, BOARD, Role.BOARD_MEMBER)
    assert client.post(f"/work/votes/{KEY}/publish").status_code == 403
