"""Errors as pages and as problem documents; health and figures; the logs of a server."""

import errno
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Final

import pytest
from fastapi import APIRouter, FastAPI, Form
from starlette.testclient import TestClient

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.bootstrap.site import Site
from sunlit.node.permission import Action
from sunlit.testing.site import URL
from sunlit.web.app import create_app
from sunlit.web.errors import PAGES, status_of
from sunlit.web.guarding import may
from tests.web.memory_log import logged

SECRET: Final = "Jane Doe, 12 High Street"


class LostError(Exception):
    """What a database's driver raises in these tests."""


RAISED: Final[dict[str, Exception]] = {
    "malformed": MalformedError("test.malformed", "this is none", expected="one", mend="send one"),
    "stale": VerificationError("test.stale", "somebody else was quicker"),
    "refused": VerificationError("permission.refused", "You may not do this: <b>no</b>"),
    "gone": UnavailableError("test.no-such-thing", "there is no such thing"),
    "busy": UnavailableError("test.busy", "the store does not answer"),
    "full-queue": UnavailableError("submit.queue-full", "too many wait"),
    "lost": LostError(SECRET),
    "disk": OSError(errno.ENOSPC, SECRET),
    "broken": ValueError(SECRET),
    "other-os": OSError(errno.EACCES, SECRET),
}
EXPECTED: Final = {
    "malformed": 400, "stale": 409, "refused": 403, "gone": 404, "busy": 503, "full-queue": 429,
    "lost": 503, "disk": 503, "broken": 500, "other-os": 500,
}  # fmt: skip


def _app(site: Site) -> FastAPI:
    app = create_app(replace(site, lost=(LostError,)))
    router = APIRouter(dependencies=[may(Action.READ_PUBLIC)])

    @router.get("/raise/{name}")
    @router.get("/api/v1/raise/{name}")
    def raising(name: str) -> None:
        raise RAISED[name]

    @router.post("/form")
    @router.post("/api/v1/form")
    def form(number: Annotated[int, Form()]) -> dict[str, int]:
        return {"number": number}

    app.include_router(router)
    return app


@pytest.fixture(scope="module")
def failing(shared_site: Site) -> Iterator[TestClient]:
    """Return a client of a site with routes that fail."""
    with logged(), TestClient(_app(shared_site), base_url=URL, raise_server_exceptions=False,
                    follow_redirects=False) as client:  # fmt: skip
        yield client


@pytest.mark.parametrize("name", sorted(RAISED))
def test_an_error_is_a_page_in_words(failing: TestClient, name: str) -> None:
    """Its status, one heading, the way on; no value of a person, no trace, nothing to keep."""
    found = failing.get(f"/raise/{name}")

    assert found.status_code == EXPECTED[name]
    assert found.text.count("<h1") == 1
    assert SECRET not in found.text
    assert "Traceback" not in found.text
    assert "<b>no</b>" not in found.text
    assert found.headers["cache-control"] == "no-store"
    assert ("retry-after" in found.headers) == (EXPECTED[name] in {429, 503})
    assert "content-security-policy" in found.headers


@pytest.mark.parametrize("name", sorted(RAISED))
def test_below_api_an_error_is_a_problem_document(failing: TestClient, name: str) -> None:
    """RFC 9457: type, title, status, and our code where there is one."""
    found = failing.get(f"/api/v1/raise/{name}")

    assert found.headers["content-type"] == "application/problem+json"
    document = found.json()
    assert document["status"] == found.status_code == EXPECTED[name]
    assert SECRET not in found.text
    if isinstance(RAISED[name], SunlitError):
        assert document["type"] == f"urn:sunlit:error:{document['code']}"


def test_a_known_error_says_what_to_do(failing: TestClient) -> None:
    """What was expected, how to mend it, and its code."""
    text = failing.get("/raise/malformed").text

    for part in ("This is none.", "send one", "test.malformed"):
        assert part in text


def test_a_mistake_of_ours_has_a_reference_that_the_log_knows(shared_site: Site) -> None:
    """The page shows a reference; the log holds it with the place, and not what was said."""
    app = _app(shared_site)
    with logged() as out, TestClient(app, base_url=URL, raise_server_exceptions=False) as client:
        text = client.get("/raise/broken?name=Jane").text
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    mistake = next(one for one in told if one["event"] == "unexpected")
    assert mistake["reference"] in text
    assert mistake["error"] == "ValueError"
    assert any("raising" in where for where in mistake["at"])
    request = next(one for one in told if one["event"] == "request")
    assert request["route"] == "/raise/{name}"
    assert request["status"] == 500
    assert "Jane" not in out.getvalue()
    assert "testclient" not in out.getvalue()


def test_fields_that_are_wrong_are_named_and_not_repeated(failing: TestClient) -> None:
    """422 names the field; a page and a document alike keep what was typed to themselves."""
    page = failing.post("/form", data={"number": SECRET})
    document = failing.post("/api/v1/form", data={"number": SECRET})

    assert page.status_code == document.status_code == 422
    assert SECRET not in page.text + document.text
    assert document.json()["errors"] == [{"field": "number", "problem": "int_parsing"}]


def test_what_is_not_there_or_not_so_is_said(failing: TestClient) -> None:
    """An unknown page, a method that a page does not take, in Welsh too."""
    assert failing.get("/nowhere").status_code == 404
    assert failing.get("/api/nowhere").json()["status"] == 404
    wrong = failing.put("/form")
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "POST"
    assert "Heb ddod o hyd i'r dudalen" in failing.get("/cy/nowhere").text.replace("&#39;", "'")


def test_every_status_that_is_answered_has_a_page(shared_client: TestClient) -> None:
    """Each template renders, in each language."""
    environments = shared_client.app.state.environments  # type: ignore[attr-defined]
    for made in environments.values():
        for status in PAGES:
            assert made.get_template(f"errors/{status}.html")


@pytest.mark.parametrize(("error", "status"), [
    (MalformedError("a.b", "x"), 400), (VerificationError("a.b", "x"), 409),
    (UnavailableError("a.b", "x"), 503), (UnavailableError("a.no-such", "x"), 404),
    (MalformedError("draft.stale", "x"), 409), (SunlitError("a.b", "x"), 500),
])  # fmt: skip
def test_a_family_has_a_status(error: SunlitError, status: int) -> None:
    """What a caller can mend is 4xx, what they cannot is 5xx."""
    assert status_of(error) == status


def test_it_says_whether_it_is_alive_and_ready(client: TestClient, site: Site) -> None:
    """Alive while the process runs; ready while databases and logs are there."""
    assert client.get("/healthz/live").json() == {"live": True}
    assert client.get("/healthz").json()["ready"]
    (site.homes[0].log_directory / "checkpoint").unlink()

    found = client.get("/healthz/ready")
    assert found.status_code == 503
    assert found.json()["logs"] is False


def test_a_database_that_is_away_is_not_ready(shared_site: Site) -> None:
    """The answer says which one."""

    class Away:
        def connect(self) -> None:
            raise LostError

    site = replace(shared_site, lost=(LostError,), private=Away())  # type: ignore[arg-type]
    with TestClient(create_app(site), base_url=URL) as client:
        found = client.get("/healthz/ready")

    assert found.status_code == 503
    told = {"private": False, "projections": True, "logs": True, "growing": True, "warm": True}
    assert found.json() == {"ready": False, **told}


def test_figures_are_for_this_machine_or_for_the_token(shared_site: Site) -> None:
    """Neither a stranger, nor what a proxy passed on, sees them without the token."""
    app = create_app(shared_site, metrics_token="let-me")
    with TestClient(app, base_url=URL, follow_redirects=False) as stranger:
        stranger.get("/")
        assert stranger.get("/metrics").status_code != 200
        wrong = {"Authorization": "Bearer no"}
        assert stranger.get("/metrics", headers=wrong).status_code != 200
        found = stranger.get("/metrics", headers={"Authorization": "Bearer let-me"})
    assert found.status_code == 200
    assert 'sunlit_requests_total{method="GET",route="/",status="200"} 1.0' in found.text
    assert f'sunlit_log_size{{origin="{shared_site.homes[0].origin}"}}' in found.text
    local = TestClient(app, base_url=URL, client=("127.0.0.1", 1), follow_redirects=False)
    assert local.get("/metrics").status_code == 200
    assert local.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code != 200


def test_figures_leave_out_a_log_that_cannot_be_read(site: Site) -> None:
    """The others are there; made-up methods do not become labels."""
    (site.homes[0].log_directory / "checkpoint").write_bytes(b"none")
    app = create_app(site, metrics_token="t")
    with TestClient(app, base_url=URL) as client:
        client.request("BREW", "/")
        found = client.get("/metrics", headers={"Authorization": "Bearer t"}).text

    assert site.homes[0].origin not in found
    assert site.homes[1].origin in found
    assert 'method="other"' in found
    assert "BREW" not in found
