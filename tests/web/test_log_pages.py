"""The log explorer: what stands where, in words, with proofs; checked again in a browser."""

import json
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from sunlit.base.slugs import slug
from sunlit.bootstrap.logs import open_known
from sunlit.bootstrap.site import Site
from sunlit.log.entry import Entry
from sunlit.log.proof import TlogProof, verify_receipt
from sunlit.node.logs import size_at
from tests.web.conftest import Live

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def first(site: Site) -> str:
    """Return the address of the city's log."""
    return f"/log/{slug(site.homes[1].origin)}"


def test_the_logs_are_listed_with_size_key_and_witnesses(
    shared_client: TestClient, shared_site: Site
) -> None:
    """Each log of the node; where no witness is named, that is said."""
    found = shared_client.get("/log")

    assert found.status_code == 200
    for home in shared_site.homes:
        assert home.origin in found.text
        assert home.reader().checkpoint.root.hex() in found.text
    assert "names no witness" in found.text


def test_a_log_shows_its_entries_a_page_at_a_time(
    shared_client: TestClient, shared_site: Site
) -> None:
    """The newest first, each as a sentence, with a way to older and newer ones."""
    path = f"/log/{slug(shared_site.homes[0].origin)}"
    newest = shared_client.get(path)
    oldest = shared_client.get(f"{path}?before=5")

    assert "Entries, the newest first" in newest.text
    assert 'rel="next"' in newest.text
    assert f'href="{path}/4"' in oldest.text
    assert 'rel="prev"' in oldest.text
    assert shared_client.get(f"{path}?before=x").status_code == 404
    assert shared_client.get("/log/no-such-log").status_code == 404


def test_an_entry_says_in_a_sentence_what_it_is_then_proves_it(
    shared_client: TestClient, shared_site: Site
) -> None:
    """Sentence first, proof second, raw last; the receipt that is offered verifies."""
    path, home = first(shared_site), shared_site.homes[1]
    last = home.reader().size - 1
    found = shared_client.get(f"{path}/{last}")
    entry = shared_client.get(f"{path}/{last}/entry.json").content
    receipt = shared_client.get(f"{path}/{last}/receipt.tlog-proof").content

    order = [
        found.text.index(one) for one in ("copied the record", "Proof that", "as it was signed")
    ]
    assert order == sorted(order)
    assert "&lt;script&gt;alert" in found.text
    assert "<script>alert" not in found.text
    assert "\u202e" not in found.text.split("<pre")[0]
    assert Entry.parse(entry).admitted_at
    assert TlogProof.parse(receipt).index == last
    verify_receipt(entry, receipt, shared_site.trust().policy)


def test_what_is_no_entry_has_no_page(shared_client: TestClient, shared_site: Site) -> None:
    """A number that is too large, a word, a part that is none."""
    path = first(shared_site)

    for bad in ("9999", "x", "-1", "0/secrets", "9999/entry.json", "x/entry.json"):
        assert shared_client.get(f"{path}/{bad}").status_code == 404


def test_an_entry_is_found_by_number_statement_or_digest(
    shared_client: TestClient, shared_site: Site
) -> None:
    """In one log or in all; a statement's own address leads to its entry."""
    home = shared_site.homes[1]
    history = home.history(shared_site.clock.now())
    said = history.statements[-1]
    digest = said.subjects[0].digest["sha256"]

    assert "What was found" in shared_client.get(f"/log?q={said.statement_id}").text
    assert "copied the record" in shared_client.get(f"{first(shared_site)}?q={digest}").text
    assert "Nothing was found" in shared_client.get("/log?q=nobody").text
    assert "Nothing was found" in shared_client.get(f"{first(shared_site)}?q=ffffffff").text
    found = shared_client.get(f"/statements/{said.statement_id}")
    assert (found.status_code, found.headers["location"]) == (
        303, f"{first(shared_site)}/{said.index}",
    )  # fmt: skip
    assert shared_client.get("/statements/" + "0" * 64).status_code == 404
    assert shared_client.get("/statements/zzz").status_code == 404
    book = open_known(shared_site).log(home)
    assert book.places("0") == (0,)
    assert book.places("9999") == ()
    assert said.index in book.places(digest[:9])
    assert book.places(said.statement_id[:8]) == (said.index,)


def test_two_times_of_a_log_are_compared(shared_client: TestClient, shared_site: Site) -> None:
    """By size or by day; what is neither, or the wrong way round, is said to be so."""
    path = f"{first(shared_site)}/compare"
    whole = shared_client.get(f"{path}?from=3")
    days = shared_client.get(f"{path}?from=2020-01-01&to=2099-01-01")

    assert "The log only grew" in whole.text
    assert "The log only grew" in days.text
    assert "Put the earlier" in shared_client.get(f"{path}?from=5&to=2").text
    assert "Enter a day" in shared_client.get(f"{path}?from=soon").text
    assert "Enter a day" in shared_client.get(f"{path}?from=999999").text
    document = json.loads(shared_client.get(f"{path}?from=3&format=json").text)
    assert document["old"]["size"] == 3
    assert document["checkpoint"]


def test_the_size_at_a_time_is_found_by_halving(shared_site: Site) -> None:
    """The same as counting the entries that were admitted by then."""
    home = shared_site.homes[0]
    reader = home.reader()
    times = [Entry.parse(one).admitted_at for one in reader.entries()]

    for at in (times[0], times[len(times) // 2], times[-1]):
        assert size_at(reader, at) == sum(one <= at for one in times)


def test_a_log_that_does_not_fit_its_checkpoint_is_named(site: Site, client: TestClient) -> None:
    """The list says so instead of showing it as if nothing were wrong."""
    checkpoint = site.homes[1].log_directory / "checkpoint"
    checkpoint.write_bytes(checkpoint.read_bytes().replace(b"\n", b"\nx", 1))

    assert "Do not rely on it" in client.get("/log").text


@pytest.fixture(scope="module")
def tab(browser: "Browser", live: Live) -> "Page":
    """Return a tab of the browser; its console must stay silent."""
    page = browser.new_page(base_url=live.url)
    page.on("console", lambda message: pytest.fail(message.text))
    return page


def results(page: "Page") -> list[str | None]:
    """Press the button and return what became of the four checks."""
    page.click("#verify-go")
    page.wait_for_selector("#verify-list:not([hidden])")
    rows = page.query_selector_all("#verify-list > li")
    return [row.get_attribute("data-result") for row in rows]


@pytest.mark.enable_socket
def test_the_browser_checks_an_entry_itself(tab: "Page", live: Live) -> None:
    """Inclusion passes, and the page says which of the four things were not done."""
    tab.goto(f"{first(live.site)}/2")
    assert results(tab) == ["passed", "undone", "undone", "undone"]
    assert "nothing failed" in (tab.text_content("#verify-said") or "")


@pytest.mark.enable_socket
def test_the_browser_checks_that_the_log_grew(tab: "Page", live: Live) -> None:
    """From an earlier size to the checkpoint that is signed now."""
    tab.goto(f"{first(live.site)}/compare?from=3")
    assert results(tab) == ["undone", "passed", "undone", "undone"]


@pytest.mark.enable_socket
def test_the_browser_notices_another_key(tab: "Page", live: Live) -> None:
    """Whoever puts in the key of another log sees the check fail."""
    tab.goto(f"{first(live.site)}/2")
    tab.fill("#vkey", live.site.homes[0].log_vkey)
    assert results(tab)[0] == "failed"
    assert "something failed" in (tab.text_content("#verify-said") or "")


@pytest.mark.enable_socket
def test_a_browser_that_cannot_check_says_so(browser: "Browser", live: Live) -> None:
    """Without a secure context there is no button, and the page says why."""
    page = browser.new_page(base_url=live.url)
    page.add_init_script("Object.defineProperty(globalThis, 'isSecureContext', {value: false})")
    page.goto(f"{first(live.site)}/2")
    page.wait_for_function("document.getElementById('verify-cannot').textContent.includes('https')")
    assert page.is_hidden("#verify-go")
    page.close()
