"""Statements are handed in by whoever signs them: once, bounded, with a receipt."""

import json
from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from sunlit.adapters.sql.queue import SqlSubmissions
from sunlit.authority.directory import Directory
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
from sunlit.node.known import Known
from sunlit.node.log import Log
from sunlit.statement.dsse import Envelope
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import ISSUER, ROOT, named_key
from sunlit.web.api.submitting import MAX_BODY, MAX_BUNDLE
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


BUNDLE = {"Content-Type": "application/vnd.in-toto.bundle"}


def bundle(*envelopes: Envelope) -> bytes:
    """Return an in-toto bundle: an envelope a line."""
    return b"".join(envelope.to_bytes() + b"\n" for envelope in envelopes)


def test_statements_that_belong_together_enter_together(site: Site, client: TestClient) -> None:
    """In their order, one submission, a receipt for each; handed in again, the same receipts."""
    both = [conflict("owns shares"), conflict("was lent rooms")]
    first = client.post(f"{API}?wait=0", content=bundle(*both), headers=BUNDLE)
    worker(site).once()
    again = client.post(f"{API}?wait=0", content=bundle(*both), headers=BUNDLE)
    told = again.json()
    receipts = [*told["receipts"], told["receipt"]]

    assert (first.status_code, again.status_code) == (202, 200)
    assert told["submission"] == first.json()["submission"]
    assert [one["statement"] for one in receipts] == [one.statement_id for one in both]
    assert receipts[1]["index"] == receipts[0]["index"] + 1
    entries = [b64decode(one["entry"]) for one in receipts]
    reader = site.home(DEPLOYER).reader()
    assert entries == [reader.entry(one["index"]) for one in receipts]


def test_one_of_a_bundle_that_is_refused_keeps_all_of_it_out(
    site: Site, client: TestClient
) -> None:
    """Nothing enters by half."""
    size = site.home(DEPLOYER).reader().size
    wrong = sign_claim(Organisation(id="new.example", name="New"), [CITY])
    place = client.post(f"{API}?wait=0", content=bundle(conflict(), wrong), headers=BUNDLE).headers[
        "location"
    ]
    worker(site).once()
    told = client.get(place).json()

    assert (told["state"], told["refusal"]["code"]) == ("refused", "admit.refused")
    assert (told["receipt"], told["receipts"]) == (None, [])
    assert site.home(DEPLOYER).reader().size == size


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "submit.group"),
        (b"\n\n", 422, "submit.group"),
        (b"\n" * 99 + bundle(*[conflict()] * 2) + b"\n", 422, "json."),
        (bundle(*[conflict()] * 17), 422, "submit.group"),
        (bundle(conflict()) + b"{}", 422, "statement.malformed-envelope"),
        (bundle(conflict()) + b"no envelope", 422, "json."),
        (bundle(conflict(), conflict(key=named_key("stranger"))), 409, "admit.unknown-signer"),
        (b"x" * (MAX_BUNDLE + 1), 413, None),
    ],
)
def test_what_is_no_bundle_of_signed_statements_is_refused_and_not_kept(
    site: Site, client: TestClient, body: bytes, status: int, code: str | None
) -> None:
    """No line is passed over: it would be acknowledged and not kept."""
    found = client.post(API, content=body, headers=BUNDLE)

    assert (found.status_code, str(found.json().get("code"))[: len(str(code))]) == (
        status, str(code),
    )  # fmt: skip
    assert site.submissions.organisations() == ()


def test_who_is_known_already_is_not_looked_for_in_the_logs(
    site: Site, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strangers, wrong hints and new keys are: they are told as before."""
    sent(client, conflict())  # reads the logs
    read: list[str] = []
    look = Known.directory

    def noting(self: Known, organisation: str, log: Log) -> Directory:
        read.append(organisation)
        return look(self, organisation, log)

    monkeypatch.setattr(Known, "directory", noting)
    known = sent(client, conflict("sits on the board"))
    assert (known.status_code, read) == (202, [])

    envelope = conflict("owes a favour")
    hidden = replace(envelope, signatures=(envelope.signatures[0]._replace(keyid="?"),))
    found = [
        sent(client, one, organisation=DEPLOYER).status_code
        for one in (hidden, conflict(key=named_key("stranger")))
    ]
    assert (found, read) == ([202, 409], [DEPLOYER, DEPLOYER])


def test_what_is_asked_in_an_unusual_way_is_answered_as_the_usual(client: TestClient) -> None:
    """Escaped, repeated, empty or unheard-of: the same answer, and the same refusal."""
    body, place = conflict("has a share").to_bytes(), f"organisation={DEPLOYER}"
    same = (f"wait=0&{place}", f"{place}&wait=0", f"wait=%30&{place}", f"wait=3&wait=0&{place}")
    wrong = ("wait=11", "wait=", "wait=-1", "wait=x&wait=0&wait=99", "wait=0&wait=%31%31")

    answers = [client.post(f"{API}?{query}", content=body, headers=KIND) for query in same]
    refused = [client.post(f"{API}?{query}", content=body, headers=KIND) for query in wrong]

    assert [one.status_code for one in answers] == [202] * len(same)
    assert len({one.text for one in answers}) == 1
    assert [one.status_code for one in refused] == [422] * len(wrong)
