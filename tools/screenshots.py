"""Takes a picture of every page, as everybody sees it: `python -m tools.screenshots FOLDER`.

Pages are found as `tests/web/test_every_page.py` finds them; each at 1280 and 320 px. Needs
Chromium and Playwright. For looking at, not for committing.
"""

import re
import socket
import sys
import tempfile
import threading
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from sunlit.web.app import create_app
from sunlit.web.sessions import DEV_COOKIE
from tests.bundle.pages.browser import FLAGS, chromium
from tests.web.looking import WIDTHS
from tests.web.nodes import site_at
from tests.web.walking import Walk, walked

ALONE = "/verify/verify.html"  # a document that stands by itself


def main(folder: Path) -> int:
    """Serve a small node, walk it, take pictures; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
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
            walk = walked(url, site)
            with sync_playwright() as running:
                browser = running.chromium.launch(executable_path=chromium(), args=FLAGS)
                return sum(_taken(browser, walk, width, folder) for width in WIDTHS)
        finally:
            server.should_exit = True
            thread.join()
            site.close()


def _taken(browser: Browser, walk: Walk, width: int, folder: Path) -> int:
    number = 0
    for who in dict.fromkeys(one.who for one in walk.pages):
        context = browser.new_context(viewport={"width": width, "height": 800})
        if who in walk.secrets:
            context.add_cookies([{"name": DEV_COOKIE, "value": walk.secrets[who], "url": walk.url}])
        page = context.new_page()
        for one in (it for it in walk.pages if it.who == who and it.path != ALONE):
            number += 1
            page.goto(walk.url + one.path)
            if one.form is not None:
                page.set_content(_based(one.text, walk.url), wait_until="load")
            name = re.sub(r"[^A-Za-z0-9]+", "-", one.name).strip("-")[:80]
            page.screenshot(path=folder / f"{width}-{number:03}-{name}.png", full_page=True)
        context.close()
    return number


def _based(text: str, url: str) -> str:
    """Return a page that answered a form, with its styles where they are."""
    return text.replace('href="/', f'href="{url}/').replace('src="/', f'src="{url}/')


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]))} pictures\n")
