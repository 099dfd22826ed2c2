"""A component is registered by one person and published by another; nobody else sees it before."""

import io
import zipfile
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sunlit.adapters.sql.people import SqlPeople
from sunlit.base.slugs import slug
from sunlit.bootstrap.site import Site, open_site
from sunlit.capabilities.lifecycle.catalogued import entered
from sunlit.node.people import PasskeyState
from sunlit.node.permission import Role
from sunlit.registry.home import Home
from sunlit.testing.authority import ISSUER
from sunlit.testing.site import URL, make_node
from sunlit.web.app import create_app
from tests.rubric.story import DEPLOYER
from tests.web.office import Worker, with_a_passkey
from tests.web.people import sign_in, with_passkey

PURL = "pkg:generic/city.example/letters"
MANIFEST = f"""schema = 1
[component]
purl = "{PURL}@1.0"
kind = "model"
description = "Sorts <b>letters</b>"
"""


@pytest.fixture
def writer(client: TestClient, site: Site) -> Worker:
    """An officer of the city with a passkey."""
    return with_a_passkey(client, site, DEPLOYER, "writer", Role.OFFICER)


@pytest.fixture
def checker(client: TestClient, site: Site) -> Worker:
    """Another person of the city, who may publish."""
    return with_a_passkey(client, site, DEPLOYER, "checker", Role.PUBLISHER)


def shown(site: Site) -> set[str]:
    """Return what the city's catalogue shows."""
    history = site.home(DEPLOYER).history(site.clock.now())
    return {
        one.claim.component
        for one in entered(history.statements, history.directory)
        if one.is_public and one.claim.organisation == DEPLOYER
    }


def begun(writer: Worker, text: str = MANIFEST, source: str = "manifest") -> str:
    """Begin a registration; return its path."""
    writer.arrives()
    return writer.sends("/work/components/new", source=source, text=text)


def handed_on(writer: Worker, **changes: object) -> str:
    """Fill a registration in, sign it, hand it on; return its path."""
    where = begun(writer)
    fields = {
        "component": PURL, "name": "Letters", "kind": "model", "description": "Sorts letters",
        "version": "1", "then": "submit",
    } | changes  # fmt: skip
    hand = writer.sends(where, **fields)
    assert "Not provided" in writer.gets(hand)
    writer.signs(writer.sends(hand))
    return where


def test_two_people_publish_a_component(site: Site, writer: Worker, checker: Worker) -> None:
    """Before the second has signed, nothing of it is in the log; then both statements are."""
    where = handed_on(writer)
    assert "waits for another person" in writer.gets(where)
    size = site.home(DEPLOYER).reader().size

    checker.arrives()
    assert "Check the registration of" in checker.gets("/work")
    assert "Sorts letters" in checker.gets(where)
    receipt = checker.signs(checker.sends(f"{where}/decide", move="publish"))

    assert "in the log" in receipt
    assert site.home(DEPLOYER).reader().size == size + 2
    assert shown(site) == {PURL}
    assert "Published" in checker.gets(where)


def test_the_writer_cannot_publish(site: Site, client: TestClient, writer: Worker) -> None:
    """Not though they be a publisher too; the page says that another person has to."""
    both = with_a_passkey(client, site, DEPLOYER, "both", Role.OFFICER, Role.PUBLISHER)
    where = handed_on(both)

    page = both.sends(f"{where}/decide", 409, move="publish")
    assert "another person has to do this" in page
    assert "You cannot decide on this now" in both.gets(f"{where}/decide")
    assert writer.organisation == DEPLOYER
    assert shown(site) == set()


def test_what_is_returned_is_mended_with_its_reason(
    site: Site, writer: Worker, checker: Worker
) -> None:
    """A return takes a reason; the writer sees it among the tasks."""
    where = handed_on(writer)
    checker.arrives()
    page = checker.sends(f"{where}/decide", 422, move="return", reason=" ")
    assert 'href="#reason"' in page
    checker.sends(f"{where}/decide", move="return", reason="Name the contact")

    writer.arrives()
    assert "Name the contact" in writer.gets("/work")
    assert "Name the contact" in writer.gets(where)
    assert shown(site) == set()


def test_what_was_published_is_withdrawn_with_a_reason(
    site: Site, writer: Worker, checker: Worker
) -> None:
    """The log keeps both; the catalogue shows it no more. A new draft is compared with what was."""
    where = handed_on(writer)
    checker.arrives()
    checker.signs(checker.sends(f"{where}/decide", move="publish"))
    again = handed_on(writer, licence="MIT")
    checker.arrives()
    assert "Compared with what is published" in checker.gets(again)

    checker.signs(checker.sends(f"{where}/decide", move="withdraw", reason="The wrong one"))
    assert shown(site) == set()
    assert "Withdrawn" in checker.gets(where)


def test_a_taken_back_draft_can_be_changed(writer: Worker) -> None:
    """As long as nobody has checked it."""
    where = handed_on(writer)
    assert writer.sends(f"{where}/take-back") == where
    assert "Letters" in writer.gets(where)
    writer.sends(f"{where}/discard")
    writer.gets(where, 404)


def test_what_is_wrong_is_said_above_and_beside_and_nothing_is_lost(writer: Worker) -> None:
    """Hostile text comes back as text; the title says that there is an error."""
    where = begun(writer)
    page = writer.sends(
        where, 422, component="none", name="<script>x</script>", kind="", version="1",
        then="submit", homepage="javascript:x",
    )  # fmt: skip

    assert "<title>Error:" in page
    for name in ("component", "kind", "homepage"):
        assert f'href="#{name}"' in page
        assert f'id="{name}-error"' in page
    assert 'value="&lt;script&gt;x&lt;/script&gt;"' in page
    assert "<script>x" not in page


def test_two_windows_do_not_overwrite_each_other(writer: Worker) -> None:
    """The second gets both versions, with what was typed in the form."""
    where = begun(writer)
    told = {"component": PURL, "kind": "model", "then": "save"}
    assert writer.sends(where, name="First", version="1", **told) == "/work"
    page = writer.sends(where, 409, name="Second", version="1", **told)

    assert "First" in page
    assert 'value="Second"' in page
    assert writer.sends(where, name="Second", version="2", **told) == "/work"


def test_a_file_that_cannot_be_read_is_said(writer: Worker) -> None:
    """And stays in the form."""
    for fields, name in (
        ({"source": "none"}, "source"), ({"source": "manifest", "text": "[["}, "text"),
        ({"source": "publiccode", "text": ""}, "text"),
        ({"source": "model-card", "text": "x" * 300_000}, "text"),
    ):  # fmt: skip
        page = writer.sends("/work/components/new", 422, **fields)
        assert f'href="#{name}"' in page


def test_a_file_is_uploaded(writer: Worker) -> None:
    """What it says is in the form, as text."""
    found = writer.client.post(
        "/work/components/new", data=writer.person.form(source="manifest"),
        files={"file": ("sunlit.toml", MANIFEST.encode())},
    )  # fmt: skip
    page = writer.gets(found.headers["location"])

    assert "Sorts &lt;b&gt;letters&lt;/b&gt;" in page
    missing, said = page.split("What the file says: check it")
    assert "What the file does not say" in missing
    assert 'id="homepage"' in missing
    assert 'id="description"' in said, "only what is missing is asked first"


def test_a_service_without_files_is_registered_too(writer: Worker) -> None:
    """It is asked for its supplier and contract instead."""
    assert "Supplier" in writer.gets(begun(writer, "", "hosted"))
    assert "Package URL" in writer.gets(begun(writer, "", "form"))


def test_what_the_log_refuses_is_back_where_it_was(
    site: Site, client: TestClient, writer: Worker
) -> None:
    """The draft says why; nothing of it is public."""
    where = handed_on(writer)
    checker = Worker(client, site, DEPLOYER, (Role.PUBLISHER,), "unheard").arrives()
    checker.passkey = with_passkey(site, checker.person.person, known=False)
    SqlPeople(site.private).move(checker.passkey[0].credential, PasskeyState.KNOWN)
    checker.signs(checker.sends(f"{where}/decide", move="publish"))
    page = checker.gets(where)

    assert "The log refused it" in page
    assert "To be checked" in page
    assert shown(site) == set()


def test_what_was_changed_after_it_was_prepared_is_not_handed_on(writer: Worker) -> None:
    """What is signed is what is checked: nothing else takes its place."""
    where = begun(writer)
    told = {"component": PURL, "name": "Letters", "kind": "model"}
    hand = writer.sends(where, version="1", then="submit", **told)
    act = writer.sends(hand)
    writer.sends(where, version="2", then="save", **(told | {"name": "Other"}))

    assert "draft.stale" in writer.signs(act, status=409)
    assert "Finish the registration" in writer.gets("/work")


def test_another_organisation_sees_nothing_of_it(
    site: Site, client: TestClient, writer: Worker
) -> None:
    """Neither the draft nor a hint that there is one, whatever their role."""
    where = handed_on(writer)
    for roles in ((Role.OFFICER,), (Role.PUBLISHER, Role.OFFICER, Role.ADMIN)):
        stranger = Worker(client, site, ISSUER, roles, "stranger").arrives()
        stranger.gets(where, 404)
        assert "Letters" not in stranger.gets("/work")
        stranger.sends(f"{where}/take-back", 404)


def test_a_draft_is_shown_to_a_colleague_as_it_is(client: TestClient, writer: Worker) -> None:
    """Who did not write it cannot change it."""
    where = begun(writer)
    colleague = Worker(client, writer.site, DEPLOYER, (Role.OFFICER,), "colleague").arrives()
    assert "Draft" in colleague.gets(where)
    colleague.sends(where, 409, name="x", version="1")
    assert colleague.sends(f"{where}/hand-on", 409)
    assert colleague.client.get(f"{where}/hand-on").status_code == 303


def test_an_organisation_leaves_with_its_history(
    site: Site, client: TestClient, tmp_path: Path
) -> None:
    """The administrator downloads it; it can be read elsewhere; nobody else gets it."""
    admin = Worker(client, site, DEPLOYER, (Role.ADMIN,), "admin").arrives()
    assert "What is not in it" in admin.gets("/work/leave")
    found = client.post("/work/leave", data=admin.person.form())
    with zipfile.ZipFile(io.BytesIO(found.content)) as packed:
        packed.extractall(tmp_path / "city")
    home, trust = Home.open(tmp_path / "city"), (site.node.root / "trust.json").read_bytes()
    make_node(tmp_path, {DEPLOYER: home.root}, operator=DEPLOYER, trust=trust)
    elsewhere = open_site(tmp_path, clock=site.clock)
    with TestClient(create_app(elsewhere), base_url=URL) as there:
        told = there.get(f"/logs/{slug(home.origin)}/checkpoint")
        assert there.get("/register").status_code == 200
    elsewhere.close()

    assert told.content == (site.home(DEPLOYER).log_directory / "checkpoint").read_bytes()
    assert len(home.history(site.clock.now()).statements) == home.reader().size > 0
    sign_in(client, site, DEPLOYER, Role.OFFICER)
    assert client.get("/work/leave").status_code == 403
