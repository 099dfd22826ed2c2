"""A browser for the pages: Debian's Chromium, driven by Playwright, with no network."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bundle.pages.browser import FLAGS, Verifier, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser


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


@pytest.fixture(scope="module")
def verifier(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verifier]:
    """Open `verify.html` from disk."""
    folder: Path = tmp_path_factory.mktemp("verifier")
    with Verifier(browser, folder) as opened:
        yield opened
