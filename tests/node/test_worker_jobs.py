"""What a node's worker does by itself: its day's jobs, and telling people, each once."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from threading import enumerate as enumerate_threads

import pytest

from sunlit.base.errors import UnavailableError
from sunlit.bootstrap.handlers import DAILY
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.working import Worker, run, worker
from sunlit.node.calendar import calendar
from sunlit.node.notify import Delivery, Hook, Letter, Notify
from sunlit.node.outbox import Did
from sunlit.node.remind import ROLES
from sunlit.node.submit import State
from sunlit.testing.authority import ISSUER
from sunlit.testing.clock import SetClock
from sunlit.views.tasks import Who
from tests.node.queue_world import registration
from tests.rubric.story import DEPLOYER
from tests.web.nodes import site_at, working

HOOK = Hook(organisation=DEPLOYER, url="https://hooks.example/in", secret_file="hook")
ADDRESS = "team@city.example"


@dataclass
class Told:
    """Notes what was sent instead of sending it."""

    letters: list[Letter] = field(default_factory=list[Letter])
    deliveries: list[tuple[Hook, Delivery]] = field(default_factory=list[tuple[Hook, Delivery]])

    @property
    def mailer(self) -> "ToldMail":
        """Return the part that is sent mail."""
        return ToldMail(self)

    def send(self, hook: Hook, delivery: Delivery) -> None:
        """Note a delivery."""
        self.deliveries.append((hook, delivery))


@dataclass
class ToldMail:
    """Notes letters."""

    told: Told

    def send(self, letter: Letter) -> None:
        """Note a letter."""
        self.told.letters.append(letter)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A node of two organisations."""
    found = site_at(tmp_path / "node")
    yield found
    found.close()


def configured(site: Site, told: Told) -> Worker:
    """Return the node's worker, which tells the deployer by mail and by a hook."""
    work = worker(site)
    work.handlers.notify = Notify(
        root=site.node.root, mail={DEPLOYER: (ADDRESS,)}, hooks=(HOOK,)
    )  # fmt: skip
    work.handlers.mailer, work.handlers.hooks = told.mailer, told
    return work


def until_idle(work: Worker) -> Did:
    """Do what is due until nothing is; return all that was done."""
    total = Did()
    while (did := work.later()) != Did():
        total = Did(*(one + two for one, two in zip(total, did, strict=True)))
    return total


def test_the_jobs_of_a_day_are_done_once(site: Site) -> None:
    """Also by a second worker that begins on the same day."""
    first, second = worker(site), worker(site)
    first.plan()
    second.plan()

    did = until_idle(first)

    assert (did.failed, did.dead) == (0, 0)
    assert did.done >= len(DAILY) * 2
    assert until_idle(second) == Did()
    assert first.handlers.plan(site.clock.now() + timedelta(days=1)) == len(DAILY) * 2


def test_what_ends_is_told_by_each_channel_once(site: Site) -> None:
    """The message holds a link, and nothing of what it is about."""
    told = Told()
    work = configured(site, told)
    now = site.clock.now()
    who = Who(organisation=DEPLOYER, roles=ROLES)
    months = calendar(work.handlers.known.cases(now), who, now)
    first = min(event.day for month in months for event in month.events if event.day > now)
    assert isinstance(site.clock, SetClock)
    for hours in (20, 10):  # twice within its last day
        site.clock.at = first - timedelta(hours=hours)
        work.handlers.outbox.later("remind", {"organisation": DEPLOYER}, site.clock.at)
        until_idle(work)

    assert told.letters
    assert {it.to for it in told.letters} == {ADDRESS}
    assert all(it.link.startswith(f"{site.node.url}/") for it in told.letters)
    assert len({it.id for it in told.letters}) == len(told.letters)
    assert [hook for hook, _ in told.deliveries] == [HOOK] * len(told.letters)
    assert DEPLOYER.encode() in told.deliveries[0][1].body


def test_a_damaged_log_is_reported_to_the_operator(site: Site) -> None:
    """The job is given up with its code; the operator has a task."""
    told = Told()
    work = configured(site, told)
    work.handlers.notify = replace(
        work.handlers.notify, mail={ISSUER: ("root@issuer.example",)}, hooks=()
    )
    home = site.home(DEPLOYER)
    bundle = next((home.log_directory / "tile" / "entries").rglob("000.p/*"))
    data = bundle.read_bytes()
    bundle.write_bytes(data[:-9] + b"X" + data[-8:])
    work.handlers.outbox.later("check-log", {"organisation": DEPLOYER}, site.clock.now())

    did = until_idle(work)

    assert (did.dead, did.failed) == (1, 0)
    assert [it.to for it in told.letters] == ["root@issuer.example"]


def test_what_is_not_configured_any_more_is_not_told(site: Site) -> None:
    """The settings changed while it waited."""
    told = Told()
    work = configured(site, told)
    for kind, payload in (("mail", {"to": ADDRESS}), ("webhook", {"url": HOOK.url})):
        work.handlers.outbox.later(
            kind, {"organisation": DEPLOYER, "path": "/work", **payload}, site.clock.now()
        )
    work.handlers.notify = Notify(root=site.node.root)

    assert until_idle(work) == Did(dead=2)
    assert (told.letters, told.deliveries) == ([], [])


def test_mail_waits_for_a_server_to_be_configured(site: Site) -> None:
    """An address without a server to send from is for the operator to mend."""
    work = configured(site, Told())
    work.handlers.mailer = None
    job = {"organisation": DEPLOYER, "path": "/work", "to": ADDRESS}
    work.handlers.outbox.later("mail", job, site.clock.now())

    assert work.later() == Did(failed=1)


def test_a_worker_beside_a_server_ends_when_it_is_told(site: Site) -> None:
    """What it had begun is finished; its threads are gone."""

    def names() -> set[str]:
        return {it.name for it in enumerate_threads()} & {"sunlit-admits", "sunlit-later"}

    with working(site):
        ticket = site.submissions.put(DEPLOYER, registration(2).to_bytes())
        assert site.submissions.wait(ticket, 20).state is State.REFUSED
        assert names() == {"sunlit-admits", "sunlit-later"}
    assert names() == set()


def test_a_store_that_goes_away_does_not_end_the_worker(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks again a moment later."""
    stop, asked = Event(), Event()

    def gone() -> Did:
        asked.set()
        raise UnavailableError("private.unavailable", "gone")

    monkeypatch.setattr(Worker, "later", lambda _: gone())
    thread = Thread(target=run, args=(site, stop, lambda _: None))
    thread.start()
    assert asked.wait(20)
    stop.set()
    thread.join(20)

    assert not thread.is_alive()


def test_once_admits_and_does_what_is_due(site: Site) -> None:
    """What a timer runs instead of a service."""
    ticket = site.submissions.put(DEPLOYER, registration(1).to_bytes())

    worked, _ = worker(site).once()

    assert worked.settled == 1
    assert site.submissions.wait(ticket, 0).state is State.REFUSED  # nobody knows its signer here
