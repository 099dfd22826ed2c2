"""Takes a picture of every page, as everybody sees it.

    python -m tools.screenshots FOLDER [URL [ONLY]]

Pages are found as `tests/web/test_every_page.py` finds them, with the states that no link leads
to; each at 1280 and 320 px, and on paper where people print. With a URL, the public pages of the
node that is served there; it may be empty. With ONLY, a regular expression, those pages alone in
whose names it is found: "officer /work", "state act". Needs Chromium and Playwright. For looking
at, not for committing.
"""

import re
import socket
import sys
import tempfile
import threading
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from sunlit.web.app import create_app
from sunlit.web.sessions import DEV_COOKIE
from tests.bundle.pages.browser import FLAGS, chromium
from tests.web.looking import WIDTHS, Look
from tests.web.nodes import site_at
from tests.web.states import states
from tests.web.states_of_decisions import answers
from tests.web.walking import NOBODY, Walk, as_anybody, walked

ALONE = "/verify/verify.html"  # a document that stands by itself
PRINTED = re.compile(r"/(components/[^/]+|figures|decisions/check|register)$")
PAPER = 680  # CSS pixels: A4 inside its margins


def main(folder: Path, url: str = "", only: str = "") -> int:
    """Serve a small node, walk it, take pictures; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    if url:
        return _pictures(as_anybody(url), folder, {}, only)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    url = f"http://localhost:{listening.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as place:
        site = site_at(Path(place) / "node", url=url)
        server = uvicorn.Server(uvicorn.Config(create_app(site), log_config=None, lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            return _pictures(walked(url, site), folder, _more(Path(place), only), only)
        finally:
            server.should_exit = True
            thread.join()
            site.close()


def _more(place: Path, only: str) -> dict[str, str]:
    if only and "state" not in only:
        return {}
    every = states(place / "states") | answers(place / "decided")
    return {name: text for name, text in every.items() if re.search(only, f"state {name}")}


def _pictures(walk: Walk, folder: Path, more: dict[str, str], only: str) -> int:
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium(), args=FLAGS)
        return sum(_taken(browser, walk, more, width, folder, only) for width in WIDTHS)


def _taken(
    browser: Browser, walk: Walk, more: dict[str, str], width: int, folder: Path, only: str
) -> int:  # fmt: skip
    number = 0
    for who in dict.fromkeys(one.who for one in walk.pages):
        context = browser.new_context(viewport={"width": width, "height": 800})
        if who in walk.secrets:
            context.add_cookies([{"name": DEV_COOKIE, "value": walk.secrets[who], "url": walk.url}])
        look = Look(context.new_page(), walk.url)
        for one in (it for it in walk.pages if it.who == who and it.path != ALONE):
            number += 1
            if re.search(only, one.name) is None:
                continue
            if one.form is None:
                look.page.goto(walk.url + one.path)
            else:
                look.shown(one.path, one.text, status=one.status)
            _picture(look.page, folder, f"{width}-{number:03}-{_name(one.name)}")
            if width > PAPER and who == NOBODY and PRINTED.search(one.path):
                look.page.emulate_media(media="print")
                look.page.set_viewport_size({"width": PAPER, "height": 900})
                _picture(look.page, folder, f"paper-{number:03}-{_name(one.name)}")
                look.page.emulate_media(media="screen")
                look.page.set_viewport_size({"width": width, "height": 800})
        for name, text in more.items() if who == NOBODY else ():
            look.shown("/state", text, status=200)
            _picture(look.page, folder, f"{width}-state-{_name(name)}")
        context.close()
    return len(list(folder.glob(f"{width}-*.png")))


def _picture(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def _name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:80]


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]), *sys.argv[2:4])} pictures\n")
