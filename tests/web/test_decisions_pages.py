"""Check a decision: two facts, five answers, and what was typed stands nowhere else."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from starlette.testclient import TestClient

from sunlit.base.errors import VerificationError
from sunlit.base.slugs import slug
from sunlit.bootstrap.site import Site, open_site
from sunlit.decision.checkcode import new_code
from sunlit.node.check_decision import Answer, Where, check_decision
from sunlit.node.place import Node
from sunlit.node.setup import add_decisions
from sunlit.registry.decision_check import Result
from sunlit.registry.decision_index import Index
from sunlit.testing.authority import ISSUER
from sunlit.testing.site import URL, make_node
from sunlit.web.app import create_app
from sunlit.web.public import decisions
from tests.decisions import World, copied
from tests.rubric.story import DEPLOYER, USE

PATH = "/decisions/check"


def node_of(world: World) -> Site:
    """Make a node of a deployment's homes, which names its decision store."""
    homes = {ISSUER: world.issuer.root, DEPLOYER: world.deployer.root}
    node = make_node(world.root, homes, operator=DEPLOYER, trust=world.trust.read_bytes())
    replace(node, decisions={"letters": "store"}).save()
    return open_site(world.root, clock=world.clock)


def client_of(site: Site) -> TestClient:
    """Return a client whose turns are its own: each app counts for itself."""
    return TestClient(create_app(site), base_url=URL, follow_redirects=False)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A deployment that no test of this module changes."""
    return copied(tmp_path_factory.mktemp("decisions"))


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[Site]:
    """A node over it."""
    found = node_of(world)
    yield found
    found.close()


@pytest.fixture
def client(site: Site) -> TestClient:
    """A reader who has not asked yet."""
    return client_of(site)


def facts(world: World, name: str, days: int = 0) -> dict[str, str]:
    """Return the form as somebody with the letter fills it in."""
    with Index.opened(world.store) as index:
        index.update()
        pointer = world.pointers[name]
        row = index.at(pointer.log, pointer.index)
    assert row is not None
    year, month, day = row.time[:10].split("-")
    typed = {"code": world.codes[name], "date-day": day, "date-month": month, "date-year": year}
    if days:
        typed["date-year"] = str(int(year) + days)
    return typed


def test_the_form_asks_for_two_facts(client: TestClient) -> None:
    """And says before anybody types what the check cannot tell."""
    found = client.get(PATH)

    assert found.status_code == 200
    assert found.text.count('name="code"') == 1
    assert "cannot tell whether the decision was right" in found.text
    assert found.headers["cache-control"] == "no-store"


def test_a_decision_that_stands_passes_four_checks(client: TestClient, world: World) -> None:
    """In words, with limits, how to challenge, and downloads."""
    found = client.post(PATH, data=facts(world, "chosen"))

    assert found.status_code == 200
    assert "complete and unchanged</h1>" in found.text
    assert found.text.count("<strong>Passed.</strong>") == 4
    for words in ("What this check cannot tell you", "How to challenge", "evidence bundle"):
        assert words in found.text


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("undecided", "no human has decided yet"),
        ("unfinished", "the end of the answer is not recorded"),
    ],
)
def test_what_did_not_end_is_incomplete(
    client: TestClient, world: World, name: str, missing: str
) -> None:
    """The heading says what is missing: a human's decision, or the end of a stream."""
    found = client.post(PATH, data=facts(world, name))

    assert f"record is incomplete: {missing}</h1>" in found.text
    assert "No human review is recorded" in found.text


def test_a_record_without_its_contents_says_so(
    client: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the keys of the contents are not mounted."""

    def without(where: Where, code: str, day: date) -> Answer:
        found = check_decision(where, code, day)
        return replace(found, checked=replace(found.checked, result=Result.INCOMPLETE))

    monkeypatch.setattr(decisions, "check_decision", without)
    found = client.post(PATH, data=facts(world, "chosen"))

    assert "record is incomplete: its contents are missing</h1>" in found.text


def test_a_wrong_date_and_an_unknown_code_read_alike(client: TestClient, world: World) -> None:
    """Whoever guesses one of the two learns nothing: but for what they typed, the same page."""
    wrong = facts(world, "chosen", days=1)
    unknown = {**facts(world, "chosen"), "code": new_code()}
    pages = [client.post(PATH, data=one) for one in (wrong, unknown)]

    assert [one.status_code for one in pages] == [200, 200]
    assert pages[0].text == pages[1].text
    assert "We have no record</h1>" in pages[0].text


def test_what_was_mistyped_is_asked_again_and_nothing_is_lost(client: TestClient) -> None:
    """An empty form, no date, a code with a wrong character."""
    empty = client.post(PATH, data={})
    typed = {"code": "7QK2-M4TX-90AB-CD30", "date-day": "4", "date-month": "5",
             "date-year": "2026"}  # fmt: skip
    mistyped = client.post(PATH, data=typed)
    no_day = client.post(PATH, data={**typed, "date-month": "13"})

    assert [one.status_code for one in (empty, mistyped, no_day)] == [422] * 3
    assert "Enter the reference" in empty.text
    assert "mistyped" in mistyped.text
    assert 'value="7QK2-M4TX-90AB-CD30"' in mistyped.text
    assert "Enter the date" in no_day.text
    assert 'value="13"' in no_day.text


def test_the_code_stands_in_no_address_and_no_log(
    client: TestClient, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is sent in a form's body; what the server logs names the route only."""
    typed = facts(world, "chosen")
    found = client.post(PATH, data=typed)
    logged = capsys.readouterr()

    assert typed["code"] not in str(found.url)
    assert typed["code"] not in logged.out + logged.err
    assert "location" not in found.headers


def test_a_court_takes_the_evidence_away(client: TestClient, world: World) -> None:
    """A bundle of which nothing is opened; nothing of a record that nobody finds."""
    found = client.post("/decisions/bundle", data=facts(world, "chosen"))
    none = client.post("/decisions/bundle", data=facts(world, "chosen", days=1))

    assert found.headers["content-type"] == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(found.content)).namelist()
    assert "manifest.json" in names
    assert "decision/opening.json" not in names
    assert "index.html" in names
    assert none.status_code == 404
    assert client.post("/decisions/paper", data={}).status_code == 422


def test_nobody_tries_one_code_after_another(client: TestClient) -> None:
    """After ten tries one has to wait; the answer says so."""
    tries = [client.post(PATH, data={"code": "x"}).status_code for _ in range(12)]

    assert tries[:10] == [422] * 10
    assert tries[-1] == 429


def test_a_changed_record_and_a_broken_store_are_told_apart(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """One is evidence, the other says nothing about the decision."""
    world = copied(tmp_path_factory.mktemp("changed"))
    typed = facts(world, "chosen")
    site = node_of(world)
    with Index.opened(world.store) as index, index.connection:
        index.connection.execute("UPDATE record SET leaf = ? WHERE kind = 'decision'", ("0" * 64,))
    changed = client_of(site).post(PATH, data=typed)
    (world.root / "store" / "guard.json").write_text("{}")
    broken = client_of(site).post(PATH, data=typed)
    site.close()

    assert "has been changed</h1>" in changed.text
    assert "could not check" in broken.text


def test_a_store_is_added_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """By its organisation and use; relative to the node, so that both move together."""
    world = copied(tmp_path_factory.mktemp("adding"))
    node_of(world).close()
    node = replace(Node.open(world.root), decisions={})
    added = add_decisions(node, world.root / "store")

    assert dict(Node.open(world.root).decisions) == {f"{DEPLOYER}#{USE}": "store"}
    with pytest.raises(VerificationError, match="already"):
        add_decisions(added, world.root / "store")


def test_a_node_without_a_decision_store_says_so(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """It is no fault of whoever asks."""
    world = copied(tmp_path_factory.mktemp("without"))
    site = node_of(world)
    replace(Node.open(world.root), decisions={}).save()
    again = open_site(world.root, clock=world.clock)
    asked = client_of(again).get(PATH)
    found = client_of(again).post(PATH, data=facts(world, "chosen"))
    again.close()
    site.close()

    assert found.status_code == 404
    assert "No decisions can be checked on this website" in asked.text
    assert 'name="code"' not in asked.text


def test_witnesses_that_signed_are_counted(client: TestClient, site: Site) -> None:
    """The log's page says how many of those in the trust file cosigned, and when."""
    page = client.get(f"/log/{slug(site.homes[0].origin)}").text

    assert "2 of 2 independent witnesses signed" in page
    assert "north.example: signed, " in page


def test_too_few_witnesses_are_called_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    """With what it means, and how far the log was when enough had signed: where that is kept."""
    world = copied(tmp_path_factory.mktemp("unwitnessed"))
    site = node_of(world)
    home = site.homes[0]
    path, size = f"/log/{slug(home.origin)}", home.reader().size
    newest = home.log_directory / "checkpoint"
    text, _, signatures = newest.read_bytes().partition(b"\n\n")
    unwitnessed = text + b"\n\n" + signatures.splitlines(keepends=True)[0]

    newest.write_bytes(unwitnessed)
    known = client_of(site).get(path).text
    listed = client_of(site).get("/log").text
    (home.log_directory / "checkpoints" / str(size)).write_bytes(unwitnessed)
    unknown = client_of(site).get(path).text
    site.close()

    assert "0 of 2 independent witnesses signed" in known
    assert "fewer than the trust file of this site asks for" in known
    assert f"Enough of them signed the log when it had {size} entries." in known
    assert "0 of 2: too few" in listed
    assert f"when it had {size} entries" not in unknown


@pytest.mark.long
def test_a_court_gets_one_pdf(client: TestClient, world: World) -> None:
    """Where WeasyPrint is installed; it takes seconds to lay out."""
    pytest.importorskip("weasyprint")
    found = client.post("/decisions/paper", data=facts(world, "chosen"))

    assert found.content.startswith(b"%PDF")
    assert found.headers["content-type"] == "application/pdf"
