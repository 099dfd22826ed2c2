"""A node for trying things out, served to a browser, and people at work with real passkeys.

Four organisations have a home on it: the issuer and the city of the web's tests, a laboratory and
the board. Root keys lie beside it, as in the demo: so `serve --dev` names the board's new seat.
"""

import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvicorn
from fastapi import FastAPI

from sunlit.authority.statements import sign_claim
from sunlit.bootstrap.growing import Growing
from sunlit.bootstrap.site import Site, open_site
from sunlit.claims.authority import Accreditation, Key, Organisation, Role
from sunlit.claims.base import read_claim
from sunlit.log.entry import Entry
from sunlit.node.place import Node
from sunlit.registry.admit import Ledger, open_ledger
from sunlit.registry.home import Home
from sunlit.statement.by_uri import write_key_file
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement
from sunlit.testing.authority import BOARD, ROOT, named_key, signed_trust
from sunlit.testing.clock import SetClock
from sunlit.web.app import create_app
from sunlit.web.trying_out import trying_out
from tests.registry.homes import give_trust, home_at, trust_for
from tests.rubric.story import DEPLOYER, LABS
from tests.web.conftest import Live
from tests.web.nodes import told

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

LAB: Final = LABS[2]
WHO_IS_WHO: Final = (Organisation, Key, Accreditation)
AUTHENTICATOR: Final = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def trial_site(root: Path, url: str) -> Site:
    """Make the node below `root`: run by the city, with a laboratory and the board on it."""
    from shutil import copytree

    model, at = told()
    copytree(model, root, dirs_exist_ok=True)
    clock = SetClock(at)
    first = [Home.open(root / "issuer"), Home.open(root / "city")]
    more = [home_at(root / name.split(".")[0], name, clock, [Role.OPERATOR])
            for name in (LAB, BOARD)]  # fmt: skip
    trust = trust_for(*first, *more)
    give_trust(trust, *first, *more)
    (root / "trust.json").write_bytes(signed_trust(trust))
    for name, letter in (("trust/1", "a"), ("trust/2", "b"), ("trust/3", "c")):
        write_key_file(root / f"root-{letter}.pem", named_key(name))
    known = _who_is_who(first[0])
    for home in (*first, *more):
        with open_ledger(home, clock) as ledger:
            _introduced(ledger, known if home in more else ())
    node = Node.open(root)
    homes = {**node.homes, LAB: more[0].root.name, BOARD: more[1].root.name}
    replace(node, url=url, operator=DEPLOYER, homes=homes).save()
    return open_site(root, dev=True, clock=clock)


def _who_is_who(home: Home) -> Sequence[Envelope]:
    reader = home.reader()
    found = []
    for index in range(reader.checkpoint.size):
        envelope = Envelope.from_json(Entry.parse(reader.entry(index)).envelope)
        statement = Statement.parse(envelope.payload)
        if isinstance(read_claim(statement.predicate_type, statement.predicate), WHO_IS_WHO):
            found.append(envelope)
    return found


def _introduced(ledger: Ledger, known: Sequence[Envelope]) -> None:
    root, board = named_key(f"{ROOT}/operator"), named_key(f"{BOARD}/operator")
    for envelope in known:
        ledger.admit(envelope)
    ledger.admit(sign_claim(Organisation(id=BOARD, name="The board"), [root]))
    key = Key(organisation=BOARD, key=board.public.to_json(), roles=(Role.OPERATOR,))
    ledger.admit(sign_claim(key, [root, board]))


@contextmanager
def serving(app: FastAPI, listening: socket.socket | None = None) -> Iterator[str]:
    """Serve an app in a thread while this lasts; give its address."""
    listening = listening or listen()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield address(listening)
    finally:
        server.should_exit = True
        thread.join()


def listen() -> socket.socket:
    """Listen on a free port; whoever comes before the server is there waits."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening


def address(listening: socket.socket) -> str:
    """Return the address of a port; `localhost`, since only there passkeys need no https."""
    return f"http://localhost:{listening.getsockname()[1]}"


@contextmanager
def served(root: Path) -> Iterator[Live]:
    """Serve the node for trying things out, as `sunlit serve --dev` does."""
    with listen() as listening:
        site = trial_site(root, address(listening))
        app = create_app(site, growing=Growing(site))
        with trying_out(app), serving(app, listening) as url:
            yield Live(url, site)
        site.close()


@dataclass
class Somebody:
    """A person of the trial in a browser of their own, with a passkey that the logs know."""

    page: "Page"
    url: str
    noise: list[str] = field(default_factory=list)

    @classmethod
    def arrives(cls, browser: "Browser", url: str, label: str) -> "Somebody":
        """Sign in as the person with this label, make a passkey, have it agreed."""
        found = cls(browser.new_context().new_page(), url)
        page = found.page
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: found.noise.append(str(error)))
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        page.goto(f"{url}/sign-in?back=/account/passkeys")
        found.presses("Sign in", exact=True)
        found.presses(label)
        found.presses("Make a passkey")
        found.heads("Register your passkey")
        found.presses("Sign with your passkey")
        page.get_by_role("heading", name="Your passkey is ready").wait_for()
        return found

    def opens(self, path: str) -> None:
        """Open a page of the node; it answers, and not with an error."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)

    def presses(self, button: str, *, exact: bool = False) -> None:
        """Press the first button of this name; wait for the whole page that it leads to, if any."""
        self.page.get_by_role("button", name=button, exact=exact).first.click()
        self.page.wait_for_load_state()

    def follows(self, link: "Locator") -> None:
        """Follow a link, and wait for the whole page."""
        link.click()
        self.page.wait_for_load_state()

    def fills(self, **fields: str) -> None:
        """Fill text fields by the id."""
        for name, value in fields.items():
            self.page.locator(f"#{name}").fill(value)

    def chooses(self, name: str, value: str) -> None:
        """Choose a radio button or a box."""
        self.page.locator(f'input[name="{name}"][value="{value}"]').check()

    def dates(self, name: str, year: int, month: int, day: int) -> None:
        """Fill in a date's three fields."""
        parts = {"day": day, "month": month, "year": year}
        for part, number in parts.items():
            self.page.locator(f'input[name="{name}-{part}"]').fill(str(number))

    def signs(self) -> str:
        """Sign with the passkey; return the statement's id from the receipt of the log."""
        self.presses("Sign with your passkey")
        self.heads("Signed and in the log")
        link = self.page.get_by_role("link", name="See it in the log").get_attribute("href")
        found = re.search(r"\b[0-9a-f]{64}\b", link or "")
        assert found is not None
        return found[0]

    def heads(self, heading: str) -> "Locator":
        """Wait for a heading, and for what stands below it."""
        found = self.page.locator("h1, h2", has_text=heading).first
        found.wait_for()
        self.page.wait_for_load_state()
        return found

    def finds(self, statement: str, words: str) -> None:
        """Look a statement up in the log, open its entry, and read there what it says."""
        self.opens("/log")
        self.fills(q=statement)
        self.presses("Search")
        self.follows(self.page.locator("main table a").first)
        self.heads("Entry")
        said = self.page.locator("main").inner_text()
        assert statement in said
        assert words in said
        assert not self.noise, self.noise
