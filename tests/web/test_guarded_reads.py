"""What is guarded takes a role and a purpose, and leaves a statement and a row."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from sunlit.adapters.sql.acts import SqlAudit
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.working import worker
from sunlit.claims.openness import GuardedRead
from sunlit.node.guarded import is_open
from sunlit.node.permission import Role
from sunlit.registry.blobs import keep_blob, keep_guarded
from sunlit.testing.authority import ISSUER
from sunlit.testing.site import URL
from sunlit.web.app import create_app
from tests.rubric.story import DEPLOYER
from tests.web.people import SignedIn, sign_in


@pytest.fixture
def kept(site: Site) -> str:
    """Keep a report in one of the node's homes."""
    return keep_blob(site.home(DEPLOYER), b"<script>weights</script>")


@pytest.fixture
def guarded(site: Site) -> str:
    """Keep something guarded in one of the node's homes."""
    return keep_guarded(site.home(DEPLOYER), b"<script>weights</script>")


@pytest.fixture
def assessor(client: TestClient, site: Site) -> SignedIn:
    """Sign an assessor of the city in."""
    return sign_in(client, site, DEPLOYER, Role.ASSESSOR)


def test_what_is_not_known_is_guarded() -> None:
    """A kind that nobody thought of is not given out by mistake."""
    assert is_open("report")
    assert not is_open("weights")
    assert not is_open("something new")


def test_what_is_open_is_handed_out_as_a_file(client: TestClient, kept: str) -> None:
    """Anybody gets it, and no browser takes it for a page of this site."""
    found = client.get(f"/kept/report/{kept}")

    assert found.content == b"<script>weights</script>"
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-disposition"].startswith("attachment")
    for nothing in ("0" * 64, "..%2F..%2Fetc", "AB" * 32):
        assert client.get(f"/kept/report/{nothing}").status_code == 404


def test_no_word_in_an_address_opens_what_is_guarded(client: TestClient, guarded: str) -> None:
    """Where a thing lies says whether it is open."""
    assert client.get(f"/kept/report/{guarded}").status_code == 404


def test_what_is_guarded_leads_to_the_question(client: TestClient, guarded: str) -> None:
    """Nobody without a role gets further than signing in."""
    asked = client.get(f"/kept/weights/{guarded}").headers["location"]

    assert asked == f"/work/guarded/weights/{guarded}"
    assert client.get(asked).headers["location"].startswith("/sign-in?")


@pytest.mark.parametrize("purpose", ["", "short", "x" * 501, "with\na line of its own"])
def test_a_purpose_is_a_sentence(
    client: TestClient, guarded: str, assessor: SignedIn, purpose: str
) -> None:
    """Without one that can be published, nothing is handed out."""
    where = f"/work/guarded/weights/{guarded}"

    found = client.post(where, data=assessor.form(purpose=purpose))

    assert found.status_code in {400, 403, 422}
    assert b"weights</script>" not in found.content


def test_a_guarded_read_leaves_a_statement_and_a_row(site: Site, guarded: str) -> None:
    """The statement names organisation, role and purpose; only the row names the person."""
    city = replace(site, node=replace(site.node, operator=DEPLOYER))
    where = f"/work/guarded/weights/{guarded}"
    with TestClient(create_app(city), base_url=URL, follow_redirects=False) as client:
        assessor = sign_in(client, site, DEPLOYER, Role.ASSESSOR)
        assert "does not name you" in client.get(where).text
        found = client.post(where, data=assessor.form(purpose="Repeat the bias audit of May"))
    worker(city).once()

    assert found.content == b"<script>weights</script>"
    said = city.home(DEPLOYER).history(city.clock.now()).statements[-1].claim
    assert isinstance(said, GuardedRead)
    assert (said.organisation, said.role) == (DEPLOYER, "assessor")
    assert assessor.person.id not in str(said.to_predicate())
    (row,) = SqlAudit(site.private).rows(DEPLOYER, 10)
    assert row["person"] == assessor.person.id
    assert row["purpose"] == "Repeat the bias audit of May"
    assert SqlAudit(site.private).rows(ISSUER, 10) == ()
