"""The quarterly figures: a headline, numbers, charts with tables and CSV, what is missing."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from sunlit.authority.history import History
from sunlit.authority.outline import outline_of
from sunlit.bootstrap.site import Site
from sunlit.claims.admitted import Admitted
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.lifecycle import Status, TokenGrant, TokenStatus
from sunlit.log.entry import Entry
from sunlit.node.figures import figures_of
from sunlit.node.known import UNREAD, Known
from sunlit.statement.dsse import PAYLOAD_TYPE, Envelope, Signature
from sunlit.statement.intoto import Statement, Subject
from sunlit.views.figures_count import counted
from sunlit.views.quarter import Quarter


def test_the_figures_say_how_it_is(shared_client: TestClient) -> None:
    """A component with a valid label, three imported records with a blank answer each."""
    page = shared_client.get("/figures").text

    assert "1 of 1 registered AI component has a valid safety label" in page
    assert "50% was left blank" in page
    assert "How we count" in page
    assert "What is missing" in page
    # No line through quarters in which no log had begun: nothing is known of them.
    assert page.count("<figure") == 4
    assert page.count("<svg") == 4
    assert page.count("a quarter before: not known") == 4
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


def test_the_same_quarter_gives_the_same_figures(shared_site: Site) -> None:
    """Whatever the order of the logs, and a log that is read twice counts once."""
    at = shared_site.clock.now()
    histories = [home.history(at) for home in shared_site.homes]
    quarter = Quarter.of(at)

    first = figures_of(histories, quarter, at)

    assert figures_of(histories[::-1], quarter, at) == first
    assert figures_of([*histories, histories[0]], quarter, at) == first
    assert figures_of([], quarter, at).headline == "No AI component is registered here."


def test_a_component_counts_as_its_own_log_says(shared_site: Site) -> None:
    """Also where another log is longer that does not know who keeps it."""
    at = shared_site.clock.now()
    histories = [home.history(at) for home in shared_site.homes]
    stranger = History()
    noise = max(histories, key=lambda one: one.size).statements
    for place, one in enumerate(noise * 2):
        stranger.take(replace(one, origin="other.example/log", index=place, signers=()))

    found = figures_of([*histories, stranger], Quarter.of(at), at)

    assert found.numbers == figures_of(histories, Quarter.of(at), at).numbers
    assert found.numbers[0].value == 1


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

    found = counted([*labels, replace(other, claim=claim)], directories, at)

    assert (found.components, found.valid) == (1, 1)
    mine = replace(labels[0], statement_id="0" * 64, claim=claim)
    assert counted([*labels, mine], directories, at).states == {"suspended": 1}


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


def test_records_of_other_registers_are_read_only_when_they_are_counted(shared_site: Site) -> None:
    """They keep their place, their name and what they are about; each log is read on."""
    at = shared_site.clock.now()
    known = Known(
        homes=lambda: shared_site.homes, trust=lambda _at: shared_site.trust(),
        rubric=shared_site.rubric,
    )  # fmt: skip

    found = known.records(at)

    assert {type(one.claim) for one in found} == {ImportedRecord}
    assert known.records(at) == found
    for home in shared_site.homes:
        whole, outlined = home.history(at), known.history(home.organisation, at)
        assert outlined.directory == whole.directory
        for one, other in zip(outlined.statements, whole.statements, strict=True):
            assert (one == other) != isinstance(other.claim, ImportedRecord)
            assert one.statement_id == other.statement_id
            assert one.subjects == other.subjects
            assert (one.index, one.admitted_at) == (other.index, other.admitted_at)


def test_only_what_is_a_record_is_left_out(shared_site: Site) -> None:
    """Not what merely speaks of one, nor what is broken: that is read whole, and refused."""
    record = ImportedRecord(
        register="r", record="1", title="t", publisher="p", source="s", source_digest="aa" * 32,
        licence="l", retrieved_on=shared_site.clock.now(),
    )  # fmt: skip
    plain = Statement((Subject("x", {"sha256": "aa" * 32}),), record.TYPE, record.to_predicate())
    speaks = replace(plain, predicate_type="urn:x:y", predicate={"predicateType": record.TYPE})

    assert _outlined(plain.to_payload()) is not None
    assert _outlined(speaks.to_payload()) is None
    assert _outlined(plain.to_payload(), kind="text/plain") is None
    assert _outlined(b"urn:sunlit:interop:imported-record:v1") is None
    assert outline_of(UNREAD, b"{", origin="o", index=0) is None


def _outlined(payload: bytes, kind: str = PAYLOAD_TYPE) -> Admitted | None:
    envelope = Envelope(kind, payload, (Signature("k", b"s"),))
    entry = Entry.of(datetime(2026, 3, 1, tzinfo=UTC), envelope.to_bytes())
    return outline_of(UNREAD, entry.to_bytes(), origin="o", index=0)
