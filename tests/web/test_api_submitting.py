"""Statements are handed in by whoever signs them: once, bounded, with a receipt."""

import json
from base64 import b64decode
from typing import Any

import pytest
from starlette.testclient import TestClient

from sunlit.adapters.sql.queue import SqlSubmissions
from sunlit.authority.statements import sign_claim
from sunlit.base.errors import UnavailableError
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.working import worker
from sunlit.claims.authority import Conflict, Organisation
from sunlit.claims.base import Claim
from sunlit.log.entry import Entry
from sunlit.log.merkle import leaf_hash
from sunlit.log.policy import Policy
from sunlit.log.proof import TlogProof, verify_inclusion_of
from sunlit.statement.dsse import Envelope
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import ISSUER, ROOT, named_key
from sunlit.web.api.submitting import MAX_BODY
from tests.rubric.story import DEPLOYER

API = "/api/v1/statements"
CITY = named_key(f"{DEPLOYER}/operator")
KIND = {"Content-Type": "application/vnd.dsse.envelope.v1+json"}


def conflict(ground: str = "owns shares", key: PrivateKey = CITY) -> Envelope:
    """Return the city's word that it is not independent of somebody."""
    claim: Claim = Conflict(organisation=DEPLOYER, with_organisation="lab.example", ground=ground)
    return sign_claim(claim, [key])


def sent(client: TestClient, envelope: Envelope, **query: str | int) -> Any:  # noqa: ANN401
    """Hand in an envelope without waiting."""
    asked = {"wait": 0} | query
    return client.post(API, content=envelope.to_bytes(), headers=KIND, params=asked)


def test_a_statement_is_kept_then_admitted_and_its_receipt_is_given(
    site: Site, client: TestClient
) -> None:
    """202 with a place to ask; when the worker was there, the receipt; handed in again, 200."""
    envelope = conflict()
    first = sent(client, envelope)
    place = first.headers["location"]
    waiting = client.get(place).json()
    worker(site).once()
    done = client.get(place).json()
    again = sent(client, envelope)
    home = site.home(DEPLOYER)

    assert (first.status_code, first.json()["state"]) == (202, "waiting")
    assert waiting["receipt"] is None
    assert done["state"] == "admitted"
    assert (again.status_code, again.json()["receipt"]) == (200, done["receipt"])
    entry, proof = b64decode(done["receipt"]["entry"]), b64decode(done["receipt"]["proof"])
    assert home.reader().entry(done["receipt"]["index"]) == entry
    assert Envelope.from_json(Entry.parse(entry).envelope).statement_id == envelope.statement_id
    policy = Policy.parse(f"log {home.log_vkey}\nquorum none\n".encode())
    found = verify_inclusion_of(leaf_hash(entry), TlogProof.parse(proof), policy)
    assert found.checkpoint.origin == done["receipt"]["log"] == home.origin


def test_what_the_log_refuses_is_a_conflict_with_its_reason(site: Site, client: TestClient) -> None:
    """An operator does not register organisations: only roots and parents do."""
    claim = Organisation(id="new.example", name="New")
    envelope = sign_claim(claim, [CITY])
    place = sent(client, envelope).headers["location"]
    worker(site).once()
    told = client.get(place).json()
    again = sent(client, envelope)
    worker(site).once()

    assert told["state"] == "refused"
    assert told["refusal"]["code"] == "admit.refused"
    assert again.status_code == 202  # what was missing may have come: it is tried again


def test_a_refusal_that_comes_while_one_waits_is_told_at_once(
    site: Site, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """409, as a problem document, with the log's own words."""
    envelope = sign_claim(Organisation(id="new.example", name="New"), [CITY])
    put = SqlSubmissions.put_all

    def put_and_work(self: SqlSubmissions, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401
        ticket = put(self, *arguments, **more)
        worker(site).once()
        return ticket

    monkeypatch.setattr(SqlSubmissions, "put_all", put_and_work)
    refused = sent(client, envelope)
    admitted = sent(client, conflict("was lent rooms"))

    assert (refused.status_code, refused.json()["code"]) == (409, "admit.refused")
    assert refused.headers["content-type"] == "application/problem+json"
    assert admitted.status_code == 201


def test_a_statement_goes_to_its_signers_log_unless_another_is_named(
    site: Site, client: TestClient
) -> None:
    """The city's to the city's; where it is named, to the issuer's."""
    before = [site.home(name).reader().size for name in (DEPLOYER, ISSUER)]
    sent(client, conflict())
    sent(client, conflict("sits on the board"), organisation=ISSUER)
    root = named_key(f"{ROOT}/operator")  # of an organisation without a home here
    sent(client, sign_claim(Organisation(id="new.example", name="New"), [root]))
    worker(site).once()
    after = [site.home(name).reader().size for name in (DEPLOYER, ISSUER)]

    assert [new - old for old, new in zip(before, after, strict=True)] == [1, 2]


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{}", "application/json", 422, "statement.malformed-envelope"),
        (b"not json", "application/json", 422, "json."),
        (b"\xff", "application/json", 422, "json."),
        (b"", "application/json", 422, "json."),
        (b"a=1", "application/x-www-form-urlencoded", 415, None),
        (b"x" * (MAX_BODY + 1), "application/json", 413, None),
        (conflict(key=named_key("stranger")).to_bytes(), "application/json", 409,
         "admit.unknown-signer"),
        (b'{"payload":"e30=","payloadType":"text/plain","signatures":[{"sig":"AA=="}]}',
         "application/json", 422, "statement."),
    ],
)  # fmt: skip
def test_what_is_no_signed_statement_is_refused_and_not_kept(
    site: Site, client: TestClient, body: bytes, kind: str, status: int, code: str | None
) -> None:
    """Wrong bytes, wrong type, too large, or by somebody whom nobody knows: nothing is queued."""
    found = client.post(API, content=body, headers={"Content-Type": kind})

    assert found.status_code == status
    assert str(json.loads(found.content).get("code")).startswith(str(code))
    assert site.submissions.organisations() == ()


def test_a_full_queue_asks_to_come_back(
    site: Site, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """429 with Retry-After, and nothing is lost that was kept."""

    def full(*_: object, **__: object) -> None:
        raise UnavailableError("submit.queue-full", "too many statements wait")

    monkeypatch.setattr(SqlSubmissions, "put_all", full)
    found = sent(client, conflict())

    assert found.status_code == 429
    assert int(found.headers["retry-after"]) > 0
    assert site.submissions.organisations() == ()


def test_an_organisation_without_a_log_here_is_not_found(client: TestClient) -> None:
    """There is no log to hand it in to."""
    assert sent(client, conflict(), organisation="nobody.example").status_code == 404
