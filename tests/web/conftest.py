"""A node, a client and a browser for the web's tests.

`site` and `client` are a copy of each test's own; `shared_site` and `shared_client` are one
module's, for tests that only read. `live` is a server on loopback, for the `browser`.
"""

import socket
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn

from sunlit.bootstrap.site import Site
from sunlit.testing.site import URL
from sunlit.web.app import create_app
from tests.bundle.pages.browser import FLAGS, chromium
from tests.web.nodes import site_at

with warnings.catch_warnings():
    # It would rather have httpx2; once imported here it is quiet for every test.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Open a small node that this test may change."""
    found = site_at(tmp_path / "node")
    yield found
    found.close()


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    """Return a client of this test's own node, over https."""
    with TestClient(create_app(site), base_url=URL, follow_redirects=False) as found:
        yield found


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Open a small node that no test of this module changes."""
    found = site_at(tmp_path_factory.mktemp("node"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def shared_client(shared_site: Site) -> Iterator[TestClient]:
    """Return a client that only reads."""
    with TestClient(create_app(shared_site), base_url=URL, follow_redirects=False) as found:
        yield found


@dataclass(frozen=True)
class Live:
    """A server on loopback: its address and its node."""

    url: str
    site: Site


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Serve a node of the module's own; `localhost`, since only there passkeys need no https."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # whoever comes before the server is there waits
    url = f"http://localhost:{listening.getsockname()[1]}"
    found = site_at(tmp_path_factory.mktemp("live"), url=url)
    server = uvicorn.Server(uvicorn.Config(create_app(found), log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield Live(url, found)
    server.should_exit = True
    thread.join()
    found.close()


# Not for the session: while Playwright runs, no other test of this process could call asyncio.run.
@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Start Chromium for a module; without it, or without Playwright, its tests are skipped."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()
