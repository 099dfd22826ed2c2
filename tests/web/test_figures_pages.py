"""The quarterly figures: a headline, numbers, charts with tables and CSV, what is missing."""

import csv
import io

import pytest
from starlette.testclient import TestClient

from sunlit.bootstrap.site import Site
from sunlit.node.figures import figures_of
from sunlit.views.figures import Quarter


def test_the_figures_say_how_it_is(shared_client: TestClient) -> None:
    """A component with a valid label, three imported records with a blank answer each."""
    page = shared_client.get("/figures").text

    assert "1 of 1 registered AI components have a valid safety label" in page
    assert "50% was left blank" in page
    assert "How we count" in page
    assert "What is missing" in page
    assert page.count("<figure") == 5
    assert page.count("<svg") == 5
    assert "style=" not in page


def test_each_chart_has_its_numbers_as_a_table_and_as_csv(shared_client: TestClient) -> None:
    """The same numbers three times; hostile names stay text."""
    page = shared_client.get("/figures").text
    quarter = page.split('href="/figures/')[1].split("/")[0]
    rows = list(csv.reader(io.StringIO(shared_client.get(f"/figures/{quarter}/blanks.csv").text)))

    assert rows == [["Question", "Records where it is blank", "Of all records (%)"],
                    ["Risks", "3", "100"]]  # fmt: skip
    assert "Department of Examples" in page
    assert shared_client.get(f"/figures/{quarter}/none.csv").status_code == 404


def test_a_quarter_before_the_first_statement_is_empty_and_says_so(
    shared_client: TestClient,
) -> None:
    """Nothing is made up for it; a quarter to come, or none at all, has no page."""
    page = shared_client.get("/figures/2020-q1")

    assert "No AI component is registered here." in page.text
    assert "January to March 2020" in page.text
    for bad in ("2099-q1", "2026-q5", "2026", "x", "0001-q1"):
        assert shared_client.get(f"/figures/{bad}").status_code == 404


def test_the_same_quarter_gives_the_same_figures(shared_site: Site) -> None:
    """Whatever the order of the logs, and a log that is read twice counts once."""
    at = shared_site.clock.now()
    histories = [home.history(at) for home in shared_site.homes]
    quarter = Quarter.of(at)

    first = figures_of(histories, quarter, at)

    assert figures_of(histories[::-1], quarter, at) == first
    assert figures_of([*histories, histories[0]], quarter, at) == first
    assert figures_of([], quarter, at).headline == "No AI component is registered here."


def test_what_has_not_changed_is_not_counted_again(shared_client: TestClient) -> None:
    """By its ETag."""
    tag = shared_client.get("/figures").headers["etag"]

    assert shared_client.get("/figures", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(("text", "end"), [("2026-q4", "2026-12-31"), ("2024-q1", "2024-03-31")])
def test_a_quarter_ends_with_its_last_second(text: str, end: str) -> None:
    """And the one before the first of a year is of the year before."""
    quarter = Quarter.parse(text)
    assert quarter is not None

    assert f"{quarter.end:%Y-%m-%d %H:%M:%S}" == f"{end} 23:59:59"
    assert str(quarter) == text
    assert str(Quarter(2026, 1).before()) == "2025-q4"
    assert Quarter.of(quarter.end) == quarter
