"""The public pages of components, organisations and records: also with hostile words in them."""

import json
import re

import pytest
from starlette.testclient import TestClient

from sunlit.bootstrap.site import Site
from sunlit.rubric.core import core_rubric
from sunlit.testing.authority import ISSUER
from tests.rubric.story import DEPLOYER, LABS, PURL, USE
from tests.web.hostile import said_more

KEY = "generic~maker.example~outreach"
HOME = f"/components/{KEY}"
PAGES = [
    "/components", "/components?text=case&source=omb", "/components?text=nothing-like-it",
    "/components?status=valid&sort=review", HOME, f"{HOME}?at=2026-01-01", f"{HOME}/releases",
    f"{HOME}/evidence", f"{HOME}/evidence/prov-3", "/organisations", f"/organisations/{LABS[0]}",
    f"/organisations/{ISSUER}", f"/organisations/{DEPLOYER}", "/records/omb/US-3",
    f"/cy{HOME}", "/nl/components",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_there_and_names_no_script_of_a_stranger(
    shared_client: TestClient, path: str
) -> None:
    """Also where a title is one; nothing turns the direction of a line."""
    answer = shared_client.get(path)

    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]", answer.text)
    assert "style=" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/components/generic~nobody", "/components/~omb_23US-1", f"{HOME}?at=2025-01-01",
        f"{HOME}?at=yesterday", f"{HOME}?at=1999-01-01", f"{HOME}/evidence/none",
        f"{HOME}/evidence?use=other", f"{HOME}/compare", f"{HOME}/compare?from=9&to=8",
        "/organisations/stranger.example", "/records/omb/US-9", "/records/omb/_zz",
        "/components.exe",
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_to_be_not_there(shared_client: TestClient, path: str) -> None:
    """With a page, never with an error of the server."""
    assert shared_client.get(path).status_code == 404


def test_a_wrong_search_says_what_can_be_searched_by(shared_client: TestClient) -> None:
    """Nobody's value is repeated."""
    assert shared_client.get("/components?sort=zzz").status_code == 400
    assert shared_client.get("/components?after=zzz").status_code == 400


def test_the_label_shows_its_lines_in_order_and_what_it_does_not_show(
    shared_client: TestClient,
) -> None:
    """Eight titles, who signed, the link to check it; no score."""
    text = shared_client.get(HOME).text
    titles = re.findall(r'sunlit-label__number">(\d) </span>([^<]+)', text)

    assert [int(number) for number, _ in titles] == list(range(1, 9))
    assert titles[0][1] == "Verdict"
    assert "Signed by 2 of 3 board members of" in text
    assert "Check this label" in text
    assert "What this does not show" in text
    assert "Not provided" in text
    assert "until 1 January 2027" in text
    assert "score" not in text.lower()


def test_every_fact_of_the_label_leads_to_its_statement(shared_client: TestClient) -> None:
    """Or says that this site worked it out."""
    text = shared_client.get(HOME).text
    label = text[text.index('class="sunlit-label"') : text.index("What this does not show")]

    assert len(re.findall(r"/statements/[0-9a-f]{64}", label)) > 8
    assert "Worked out by this site" in label


def test_an_imported_record_says_first_that_nobody_signed_it(shared_client: TestClient) -> None:
    """In the catalogue and on its own page; blanks are blanks; its source is a link."""
    listed, text = (
        shared_client.get("/components").text,
        shared_client.get("/records/omb/US-3").text,
    )

    assert "Nobody signed this." in listed
    assert "/records/omb/US-3" in listed
    assert text.index("unsigned third-party claim") < text.index("<h1")
    assert "What it leaves blank" in text
    assert 'href="https://register.example/list.csv" rel="noreferrer nofollow"' in text
    assert "CC0-1.0" in text


def test_the_catalogue_is_given_as_files_of_the_same_search(shared_client: TestClient) -> None:
    """CSV and JSON, as something to keep."""
    found = shared_client.get("/components.json?source=omb")
    document = json.loads(found.content)
    lines = shared_client.get("/components.csv?text=case").text.splitlines()

    assert document["total"] == len(document["rows"]) == 3
    assert "attachment" in found.headers["content-disposition"]
    assert len(lines) == 3  # the head and two that match
    assert 'href="/components.csv?source=omb"' in shared_client.get("/components?source=omb").text


def test_the_labels_are_given_as_data(shared_client: TestClient) -> None:
    """Facts with who, when and which statement."""
    document = shared_client.get(f"{HOME}/label.json").json()
    line = document["labels"][0]["lines"][2]

    assert document["component"] == PURL
    assert line["facts"][0]["who"] == [DEPLOYER]
    assert document["releases"][0]["version"] == "1.0"


def test_evidence_is_of_the_use_that_was_asked_for(shared_client: TestClient) -> None:
    """A check that does not apply says why."""
    text = shared_client.get(f"{HOME}/evidence?use=city.example_23outreach").text
    apart = re.findall(r'summary-list__key">([^<]+)</dt>', text)

    assert "Holds" in text
    assert apart
    assert "Does not apply." in shared_client.get(f"{HOME}/evidence/{apart_of(text)}").text


def apart_of(text: str) -> str:
    """Return a control that the page does not list among those asked."""
    listed = set(re.findall(r"/evidence/([a-z0-9-]+)", text))
    return next(one.id for one in core_rubric().controls if one.id not in listed)


def test_a_page_that_did_not_change_is_not_sent_again(shared_client: TestClient) -> None:
    """By its tag."""
    first = shared_client.get(HOME)
    again = shared_client.get(HOME, headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_a_stopped_component_says_so_first_and_a_strangers_words_stay_words(
    client: TestClient, site: Site
) -> None:
    """A banner with the reason; every field full of markup, overrides and a very long word."""
    said_more(site)
    text = client.get(HOME).text
    listed = client.get("/components").text

    assert text.index("sunlit-stop") < text.index("sunlit-label")
    assert "Permission has been suspended since" in text
    assert text.count('class="sunlit-label"') == 2
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    for page in (text, listed, client.get(f"{HOME}/evidence").text):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>other" not in page
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]", page)
        assert "w" * 1300 not in page
        assert ">49" not in page
    assert listed.index("Suspended") < listed.index("Nobody signed this.")
    assert f'value="{DEPLOYER}_23outreach"' in client.get(f"{HOME}/evidence").text
    assert USE in text
