"""What is handed in while projections are behind the logs: always, on a node that grows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from sunlit.authority.statements import sign_claim
from sunlit.base.errors import UnavailableError
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.working import worker
from sunlit.claims.authority import Key, Revocation, Role
from sunlit.claims.base import Claim
from sunlit.claims.lifecycle import Publication
from sunlit.claims.risk import RiskCode, Vote
from sunlit.log.entry import Entry
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import ISSUER, ROOT, named_key
from sunlit.web.api.waiting import LOOK, PATIENCE, Places, Waiting, waiting_of
from tests.registry.homes import admit
from tests.rubric.story import DEPLOYER
from tests.web.test_api_submitting import CITY, conflict, sent

NEW: Final = named_key("new")
LONG: Final = 60.0  # seconds in which another thread comes to its turn on any machine


def registered(key: PrivateKey) -> Envelope:
    """Return the city's word that a key is an operator key of its own."""
    claim = Key(organisation=DEPLOYER, key=key.public.to_json(), roles=(Role.OPERATOR,))
    return sign_claim(claim, [CITY, key])


def told(site: Site, kind: type[Claim]) -> Envelope:
    """Return the first statement of a kind that the issuer's log holds."""
    home = site.home(ISSUER)
    said = home.history(site.clock.now()).statements
    place = next(one.index for one in said if isinstance(one.claim, kind))
    return Envelope.from_json(Entry.parse(home.reader().entry(place or 0)).envelope)


@dataclass
class Lag:
    """A node whose logs grew and whose projections did not; `looks` counts who waits.

    When somebody waits, `meanwhile` happens, in another thread.
    """

    site: Site
    client: TestClient
    meanwhile: Callable[[], object] = lambda: None
    looks: int = 0
    at: float = 0.0

    def grows(self, *envelopes: Envelope, organisation: str = DEPLOYER) -> None:
        """Enter these into a log; nobody projects them."""
        for envelope in envelopes:
            admit(self.site.home(organisation), envelope, self.site.clock)

    def places(self, most: int) -> Places:
        """Return places of which a look takes no time."""
        return Places(most, monotonic=lambda: self.at, sleep=self._waits)

    def waits(self, members: int = 1, strangers: int = 1) -> None:
        """Let so many wait."""
        self.client.app.state.waiting = Waiting(self.places(members), self.places(strangers))  # type: ignore[attr-defined]

    def _waits(self, seconds: float) -> None:
        self.looks += 1
        self.at += seconds
        done = Event()

        def work() -> None:
            self.meanwhile()
            done.set()

        Thread(target=work, daemon=True).start()
        assert done.wait(LONG)


@pytest.fixture
def lag(site: Site, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> Lag:
    """Give a node whose city's log has grown, on which only `meanwhile` projects."""
    monkeypatch.setattr("sunlit.projection.project.FEW", 0)
    found = Lag(site, client)
    found.waits()
    found.grows(conflict("had grown"))
    return found


def test_whoever_is_known_hands_in_however_far_behind_the_rest_is(lag: Lag) -> None:
    """Nobody waits, and the next is not looked for at all; also of an organisation elsewhere."""
    root = sign_claim(Revocation(key_id="ab" * 32, reason="x"), [named_key(f"{ROOT}/operator")])
    lag.grows(conflict("grown too"), organisation=ISSUER)
    found = [sent(lag.client, one).status_code for one in (conflict("a"), conflict("b"), root)]

    assert (found, lag.looks) == ([202, 202, 202], 0)


def test_a_stranger_is_refused_only_when_all_was_read(lag: Lag) -> None:
    """503 and the time to come back, until nothing is left in which they may be known; then 409."""
    unknown = conflict(key=NEW)
    behind = sent(lag.client, unknown)
    named = sent(lag.client, unknown, organisation=DEPLOYER)
    looks, lag.meanwhile = lag.looks, lag.site.project
    whole = sent(lag.client, unknown)

    assert [one.status_code for one in (behind, named, whole)] == [503, 503, 409]
    assert [one.json()["code"] for one in (behind, whole)] == [
        "projection.behind", "admit.unknown-signer",
    ]  # fmt: skip
    assert int(behind.headers["retry-after"]) > 0
    assert looks == pytest.approx(2 * PATIENCE / LOOK, abs=4)
    assert lag.looks - looks == 1
    assert lag.site.submissions.organisations() == ()


def test_whoever_became_known_in_the_unread_rest_is_found_there(lag: Lag) -> None:
    """They wait for it, and go to the log that knows them, not to the operator's."""
    lag.grows(registered(NEW))
    lag.meanwhile = lag.site.project
    other = named_key("another")
    claim = Key(organisation=DEPLOYER, key=other.public.to_json(), roles=(Role.OPERATOR,))

    # It signs for itself too, which any log takes for known.
    registration = sent(lag.client, sign_claim(claim, [NEW, other]))

    assert (registration.status_code, lag.looks) == (202, 1)
    assert lag.site.submissions.organisations() == (DEPLOYER,)


def test_a_key_that_is_revoked_in_the_unread_rest_is_refused_by_the_log(lag: Lag) -> None:
    """It is let in at the door, and examined against all of the log at its place."""
    lag.grows(registered(NEW))
    lag.site.project()

    def outcome(ground: str) -> str:
        kept = sent(lag.client, conflict(ground, NEW))
        worker(lag.site).once()
        return str(lag.client.get(kept.headers["location"]).json()["state"])

    before = outcome("before")
    lag.grows(sign_claim(Revocation(key_id=NEW.public.key_id, reason="lost"), [CITY]))
    size = lag.site.home(DEPLOYER).reader().size
    after = outcome("after")

    assert (before, after, lag.looks) == ("admitted", "refused", 0)
    assert lag.site.home(DEPLOYER).reader().size == size


def test_a_publication_waits_for_what_it_publishes(lag: Lag) -> None:
    """It is in the log, and only not projected yet; what comes later is not waited for."""
    written = conflict("is to be published")
    lag.grows(registered(NEW))
    lag.site.project()
    lag.grows(written)
    claim = Publication(
        organisation=DEPLOYER, statement=written.statement_id, decision="publish", reason=None
    )
    published = sign_claim(claim, [NEW], list(Statement.parse(written.payload).subjects))
    early = sent(lag.client, published)

    def goes_on() -> None:
        lag.site.project()
        lag.grows(conflict("later"))

    looks, lag.meanwhile = lag.looks, goes_on
    found = sent(lag.client, published)

    assert (early.status_code, early.json()["code"]) == (503, "projection.behind")
    assert (found.status_code, lag.looks - looks) == (202, 1)


@pytest.mark.parametrize("kind", [Vote, RiskCode])
def test_votes_and_codes_wait_for_every_log(lag: Lag, kind: type[Claim]) -> None:
    """What bears on the use may be in another organisation's log than the one that takes them."""
    envelope = told(lag.site, kind)
    behind = sent(lag.client, envelope, organisation=ISSUER)
    looks, lag.meanwhile = lag.looks, lag.site.project
    found = sent(lag.client, envelope, organisation=ISSUER)

    assert (behind.status_code, found.status_code, lag.looks - looks) == (503, 202, 1)


def test_strangers_take_no_place_of_members(lag: Lag) -> None:
    """Where no place is left one is told at once; whoever waits for nothing needs none."""
    vote = told(lag.site, Vote)
    lag.waits(members=0, strangers=1)
    full = sent(lag.client, vote, organisation=ISSUER)
    known, looks = sent(lag.client, conflict("known")), lag.looks
    lag.waits(members=1, strangers=0)
    stranger = sent(lag.client, conflict(key=NEW))
    lag.meanwhile = lag.site.project
    member = sent(lag.client, vote, organisation=ISSUER)

    found = [one.status_code for one in (full, known, stranger, member)]
    assert (found, looks, lag.looks) == ([503, 202, 503, 202], 0, 1)


# --- places --------------------------------------------------------------------------------------


@dataclass
class Growing:
    """A log that is whole after so many looks."""

    after: int
    looks: int = 0

    def is_whole(self) -> bool:
        """Look once more."""
        self.looks += 1
        return self.looks > self.after

    def expect_whole(self) -> None:
        """Look for the last time."""
        if not self.is_whole():
            raise UnavailableError("projection.behind", "it is not whole")


@dataclass
class Time:
    """A clock that goes on while somebody waits, and what happens meanwhile."""

    at: float = 0.0
    meanwhile: Iterator[Callable[[], None]] = field(default_factory=lambda: iter(()))

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.at += seconds
        next(self.meanwhile, lambda: None)()

    def places(self, most: int) -> Places:
        """Return places by this clock."""
        return Places(most, monotonic=lambda: self.at, sleep=self.passes)


def test_one_waits_no_longer_than_needed_and_not_for_ever() -> None:
    """A look each tenth of a second, of all logs together no more than the patience."""
    time = Time()
    places = time.places(1)
    places.expect_whole([Growing(0), Growing(0)])
    at_once = time.at
    places.expect_whole([Growing(3), Growing(0)])
    soon = time.at
    with pytest.raises(UnavailableError, match="not whole"):
        places.expect_whole([Growing(999), Growing(999)])

    assert at_once == 0.0
    assert soon == pytest.approx(2 * LOOK)
    assert time.at - soon == pytest.approx(PATIENCE, abs=2 * LOOK)
    places.expect_whole([Growing(3)])  # the place is free again


def test_no_more_wait_than_there_are_places() -> None:
    """Who comes while all are taken is told at once, and whoever waits goes on."""
    time, refused = Time(), list[str]()
    places = time.places(1)

    def another() -> None:
        try:
            places.expect_whole([Growing(999)])
        except UnavailableError as error:
            refused.append(error.code)

    time.meanwhile = iter([another])
    places.expect_whole([Growing(3)])

    assert refused == ["projection.behind"]
    assert time.at == pytest.approx(2 * LOOK)


def test_a_process_has_places_for_a_few_of_its_threads(client: TestClient) -> None:
    """The same for each request, and fewer for strangers; most threads are left to pages."""
    request = Request({"type": "http", "app": client.app})
    waiting = waiting_of(request)

    assert waiting is waiting_of(request)
    assert waiting.strangers.most < waiting.members.most
    assert waiting.strangers.most + waiting.members.most <= 40 // 2
