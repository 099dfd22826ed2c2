"""The node of the web's tests: told once a process, then copied for whoever changes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import mkdtemp
from threading import Event, Thread
from typing import Final

from sunlit.bootstrap.site import Site, open_site
from sunlit.bootstrap.working import run
from sunlit.claims.authority import Role
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.lifecycle import TokenKind
from sunlit.claims.names import named_digest
from sunlit.log.entry import Entry
from sunlit.node.place import Node
from sunlit.registry.admit import open_ledger
from sunlit.registry.home import Home
from sunlit.registry.saying import say
from sunlit.registry.token import Terms, issue
from sunlit.rubric.core import core_rubric
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Subject
from sunlit.testing.authority import ISSUER, LOG, named_key, signed_trust
from sunlit.testing.clock import SetClock
from sunlit.testing.site import URL, make_node
from tests.registry.homes import give_trust, home_at, trust_for
from tests.registry.telling import ISSUER_KEY, Telling, telling
from tests.rubric.story import DEPLOYER, USE

CITY_KEY: Final = named_key(f"{DEPLOYER}/operator")
# As if a stranger had typed it: every page that shows a record shows this one.
HOSTILE: Final = "<script>alert('x')</script> & \u202eevil\u202c"


@cache
def told() -> tuple[Path, datetime]:
    """Tell the whole story once: the issuer's log, the city's log; return where, and the time."""
    root = Path(mkdtemp(prefix="node-"))
    with telling(root) as teller:
        teller.complete()
        _issued(teller)
        at = teller.clock.at + timedelta(hours=1)
    (root / "home").rename(root / "issuer")
    clock = SetClock(at)
    city = home_at(root / "city", DEPLOYER, clock, [Role.OPERATOR])
    issuer = Home.open(root / "issuer")
    trust = trust_for(issuer, city)
    give_trust(trust, issuer, city)
    _imported(city, clock, teller)
    make_node(
        root, {ISSUER: issuer.root, DEPLOYER: city.root}, operator=ISSUER,
        trust=signed_trust(trust),
    )  # fmt: skip
    site = open_site(root, clock=clock)
    site.project()
    site.close()
    return root, at


def site_at(root: Path, *, url: str = URL, dev: bool = False) -> Site:
    """Copy the told node to `root` and open it."""
    model, at = told()
    copytree(model, root, dirs_exist_ok=True)
    replace(Node.open(root), url=url).save()
    return open_site(root, dev=dev, clock=SetClock(at))


def _issued(teller: Telling) -> None:
    terms = Terms(kind=TokenKind.FULL, use=USE, deployer=DEPLOYER)
    issue(teller.ledger, teller.component, core_rubric(), terms, signer=ISSUER_KEY,
          at=teller.clock.at)  # fmt: skip


def _imported(city: Home, clock: SetClock, teller: Telling) -> None:
    with open_ledger(city, clock) as ledger:
        for entry in teller.story.world.entries[LOG]:  # who is who, as the issuer's log has it
            ledger.admit(Envelope.from_json(Entry.parse(entry).envelope))
        for number in (1, 2, 3):
            title = HOSTILE if number == 3 else f"Case sorting {number}"
            claim = ImportedRecord(
                register="omb", record=f"US-{number}", title=title,
                publisher="Department of Examples", source="https://register.example/list.csv",
                source_digest="ab" * 32, licence="CC0-1.0", retrieved_on=clock.at,
                published_on="2025", fields={"Purpose": title}, blanks=("Risks",),
            )  # fmt: skip
            digest = named_digest("imported-record", f"omb#US-{number}")
            say(ledger, claim, Subject(None, {"sha256": digest}), CITY_KEY)


@contextmanager
def working(site: Site) -> Iterator[None]:
    """Let a worker run beside the test, and wait at the end until it has finished its batch."""
    stop = Event()
    thread = Thread(target=run, args=(site, stop, lambda _code: None), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
