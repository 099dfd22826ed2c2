"""The quarterly figures: a headline, numbers, charts with tables and CSV, what is missing."""

import csv
import io
from dataclasses import replace
from heapq import merge

import pytest
from starlette.testclient import TestClient

from sunlit.authority.directory import Directory
from sunlit.bootstrap.logs import open_known
from sunlit.bootstrap.site import Site
from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import Status, TokenGrant, TokenStatus
from sunlit.node.figures import UNSIGNED, figures_of, order
from sunlit.views.figures_count import KINDS, counted_at
from sunlit.views.quarter import Quarter


def test_the_figures_say_how_it_is(shared_client: TestClient) -> None:
    """A component with a valid label, three imported records with a blank answer each."""
    page = shared_client.get("/figures").text

    assert "1 of 1 registered AI component has a valid safety label" in page
    assert "50% of the answers are blank" in page
    assert "How we count" in page
    assert "What is missing" in page
    # No line through quarters in which no log had begun: nothing is known of them.
    assert page.count("<figure") == 4
    assert page.count("<svg") == 4
    assert page.count("numbers of the quarter before are not known") == 1
    assert "a quarter before:" not in page
    assert "Other quarters" not in page
    assert "style=" not in page


def test_each_chart_has_its_numbers_as_a_table_and_as_csv(shared_client: TestClient) -> None:
    """The same numbers three times; hostile names stay text."""
    page = shared_client.get("/figures").text
    quarter = page.split('href="/figures/')[1].split("/")[0]
    rows = list(csv.reader(io.StringIO(shared_client.get(f"/figures/{quarter}/blanks.csv").text)))

    assert rows == [["Question", "Records where it is blank", "Records that are asked it",
                     "Left blank (%)"], ["Risks", "3", "3", "100"]]  # fmt: skip
    assert "Department of Examples" in page
    assert shared_client.get(f"/figures/{quarter}/none.csv").status_code == 404


def test_a_quarter_before_the_first_statement_is_empty_and_says_so(
    shared_client: TestClient,
) -> None:
    """Nothing is made up for it; a quarter to come, or none at all, has no page."""
    page = shared_client.get("/figures/2020-q1")

    assert "Nothing is known of this quarter." in page.text
    assert "does not mean that no AI was used" in page.text
    assert "January to March 2020" in page.text
    assert "<svg" not in page.text
    assert "sunlit-numbers" not in page.text  # no zero stands for what nobody recorded
    for bad in ("2099-q1", "2026-q5", "2026", "x", "0001-q1"):
        assert shared_client.get(f"/figures/{bad}").status_code == 404


def _whole(site: Site) -> tuple[list[Admitted], dict[str, Directory]]:
    """Return what all logs say, in the order of time, and who is who by each."""
    histories = {home.origin: home.history(site.clock.now()) for home in site.homes}
    said = [one for history in histories.values() for one in history.statements]
    said.sort(key=lambda one: (one.admitted_at or site.clock.now(), one.origin, one.index))
    return said, {origin: history.directory for origin, history in histories.items()}


def test_a_stream_of_what_is_counted_counts_as_all_that_was_said(shared_site: Site) -> None:
    """At every end at once, whatever the order of the logs."""
    at, (said, directories) = shared_site.clock.now(), _whole(shared_site)
    logs = [log for _, log in open_known(shared_site).logs()]
    times = sorted(it.admitted_at for it in said if it.admitted_at is not None)
    ends = (times[0], times[len(times) // 2], times[-4], at)

    streamed = merge(*(it.every(KINDS, UNSIGNED) for it in logs), key=order)
    found = counted_at(streamed, directories, ends, logs[0].repeated())

    assert found == tuple(counted_at(said, directories, [end])[0] for end in ends)
    assert (found[-1].components, found[-1].records) == (1, 3)
    quarter = Quarter.of(at)
    assert figures_of(logs[::-1], quarter, at) == figures_of(logs, quarter, at)
    assert figures_of([], quarter, at).headline == "No AI component is registered here."


def test_a_component_counts_as_its_own_log_says(shared_site: Site) -> None:
    """Also where another log is longer that does not know who keeps it."""
    at, (said, directories) = shared_site.clock.now(), _whole(shared_site)
    noise = [
        replace(one, origin="other.example/log", index=place, signers=())
        for place, one in enumerate(said * 2)
    ]

    (found,) = counted_at(
        sorted([*said, *noise], key=order), directories | {"other.example/log": Directory.empty()},
        [at],
    )  # fmt: skip

    assert (found,) == counted_at(said, directories, [at])
    assert found.components == 1


def test_a_label_makes_a_component_and_only_its_issuer_changes_it(shared_site: Site) -> None:
    """Whoever else says that it is suspended."""
    at = shared_site.clock.now()
    histories = [home.history(at) for home in shared_site.homes]
    directories = {one.origin or "": it.directory for it in histories for one in it.statements[:1]}
    said = [one for it in histories for one in it.statements]
    labels = [one for one in said if isinstance(one.claim, TokenGrant)]
    other = next(one for one in said if not isinstance(one.claim, TokenGrant)
                 and directories[one.origin or ""].organisations(one)
                 - {label.claim.issuer for label in labels
                    if isinstance(label.claim, TokenGrant)})  # fmt: skip
    claim = TokenStatus(grant=labels[0].statement_id, status=Status.SUSPENDED, reason="r")

    (found,) = counted_at([*labels, replace(other, claim=claim)], directories, [at])

    assert (found.components, found.valid) == (1, 1)
    mine = replace(labels[0], statement_id="0" * 64, claim=claim)
    assert counted_at([*labels, mine], directories, [at])[0].states == {"suspended": 1}


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
