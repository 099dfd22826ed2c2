"""The risk register as a page, as files, and one page for each cell."""

import csv
import io
import json

from starlette.testclient import TestClient

from sunlit.node.known import use_key
from tests.rubric.story import DEPLOYER, USE

KEY = use_key(DEPLOYER, USE)


def test_the_register_counts_and_shows_every_use(shared_client: TestClient) -> None:
    """Twelve rows, the declared use in its own, counts above, its code."""
    found = shared_client.get("/register")

    assert found.status_code == 200
    assert "1 use of AI, with 8 safeguards." in found.text
    assert "UC01" in found.text
    assert "UC12" in found.text
    assert USE in found.text
    assert "5441" in found.text


def test_only_gaps_and_other_organisations_can_be_left_out(shared_client: TestClient) -> None:
    """A filter is a plain form; what it leaves out is gone, the rest stays."""
    gaps = shared_client.get("/register?gaps=1")
    other = shared_client.get("/register?organisation=nobody.example")

    assert "No use has a gap" in gaps.text
    assert "No use of AI is declared here yet" in other.text


def test_the_register_of_an_earlier_day_is_of_that_day(shared_client: TestClient) -> None:
    """Before anything was said there is nothing; a day that is none has no page."""
    before = shared_client.get("/register?at=2020-01-01")

    assert "As it stood on 1 January 2020" in before.text
    assert "No use of AI is declared here yet" in before.text
    assert shared_client.get("/register?at=2099-01-01").status_code == 200
    for bad in ("yesterday", "1999-12-31", "2026-13-01", "20260101"):
        assert shared_client.get(f"/register?at={bad}").status_code == 404


def test_the_register_can_be_taken_away(shared_client: TestClient) -> None:
    """CSV with a line a cell, JSON with everything, a drawing; nothing else."""
    table = shared_client.get("/register.csv")
    rows = list(csv.reader(io.StringIO(table.text)))
    document = json.loads(shared_client.get("/register.json?at=2099-01-01").text)
    drawing = shared_client.get("/register.svg")

    assert len(rows) == 9
    assert "attachment" in table.headers["content-disposition"]
    assert document["lines"][0]["use"] == USE
    assert drawing.headers["content-type"] == "image/svg+xml"
    assert shared_client.get("/register.exe").status_code == 404


def test_a_cell_has_a_page_with_its_evidence(shared_client: TestClient) -> None:
    """Each practice of the use; what is not one has no page."""
    found = shared_client.get(f"/register/{KEY}/M4")

    assert found.status_code == 200
    assert "In place" in found.text
    assert "/statements/" in found.text
    assert "Owner" not in found.text  # what is in place waits for nobody
    assert shared_client.get(f"/register/{KEY}/M9").status_code == 404
    assert shared_client.get("/register/none_23none/M1").status_code == 404


def test_what_has_not_changed_is_not_sent_again(shared_client: TestClient) -> None:
    """By its ETag, before anything is judged."""
    for path in ("/register", f"/register/{KEY}/M1"):
        tag = shared_client.get(path).headers["etag"]
        assert shared_client.get(path, headers={"If-None-Match": tag}).status_code == 304
