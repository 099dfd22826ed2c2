"""Firefox ESR over WebDriver BiDi: the few commands that choosing two files and looking takes.

Playwright drives a Firefox of its own, not Debian's; Debian's speaks BiDi on a loopback socket.
"""

import asyncio
import base64
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import aiohttp

LISTENING: Final = re.compile(rb"WebDriver BiDi listening on (ws://127\.0\.0\.1:\d+)")
QUIET: Final = {
    "app.update.enabled": False, "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False, "network.captive-portal-service.enabled":
    False, "network.connectivity-service.enabled": False, "remote.active-protocols": 1,
    "toolkit.telemetry.reportingpolicy.firstRun": False, "browser.aboutwelcome.enabled": False,
    "app.normandy.enabled": False, "services.settings.server": "data:,",
    "extensions.systemAddon.update.enabled": False,
}  # fmt: skip
READ: Final = """() => JSON.stringify([...document.querySelectorAll('ol.checks > li')].map((line) =>
    [line.id.slice(6), line.dataset.outcome, line.querySelector('.words').textContent]))"""


def firefox() -> str | None:
    """Return where Firefox ESR is, if it is."""
    return shutil.which("firefox-esr")


class Session:
    """One BiDi session with one tab. `noise` is what the page wrote on its console."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._last = 0
        self.tab = ""
        self.noise: list[str] = []

    async def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Send a command; return its result."""
        self._last += 1
        await self._socket.send_json({"id": self._last, "method": method, "params": params})
        while True:
            answer = await self._socket.receive_json(timeout=60)
            if answer.get("method") == "log.entryAdded":
                self.noise.append(str(answer["params"].get("text")))
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer}")
                result: dict[str, Any] = answer["result"]
                return result

    async def run(self, function: str, *, wait: bool = True) -> Any:  # noqa: ANN401 - JSON
        """Call a JavaScript function in the page; return its value."""
        answer = await self.ask(
            "script.callFunction", functionDeclaration=function, awaitPromise=wait,
            target={"context": self.tab},
        )  # fmt: skip
        assert answer["type"] == "success", answer
        return answer["result"].get("value")

    async def choose(self, selector: str, path: Path) -> None:
        """Choose a file, as the reader does."""
        found = await self.ask(
            "browsingContext.locateNodes", context=self.tab,
            locator={"type": "css", "value": selector},
        )  # fmt: skip
        element = {"sharedId": found["nodes"][0]["sharedId"]}
        await self.ask("input.setFiles", context=self.tab, element=element, files=[str(path)])

    async def open(self, path: Path, at: datetime) -> None:
        """Open a page from disk, whose clock says `at`."""
        moment = int(at.timestamp() * 1000)
        await self.ask(
            "script.addPreloadScript", functionDeclaration=f"() => {{ Date.now = () => {moment}; }}"
        )
        await self.ask("browsingContext.navigate", context=self.tab, url=path.as_uri(),
                       wait="complete")  # fmt: skip

    async def check(self, bundle: Path, trust: Path) -> dict[str, tuple[str, str]]:
        """Return outcome and words of each check, by its name."""
        await self.choose("#bundle-file", bundle)
        await self.choose("#trust-file", trust)
        await self.run(
            """() => new Promise((done) => {
                const run = document.getElementById('run');
                const watch = new MutationObserver(() => { if (!run.disabled) done(); });
                run.click();
                watch.observe(run, { attributes: true });
            })"""
        )
        rows = json.loads(await self.run(READ))
        return {name: (outcome, words) for name, outcome, words in rows}

    async def screenshot(self) -> bytes:
        """Return the whole page as a PNG."""
        found = await self.ask(
            "browsingContext.captureScreenshot", context=self.tab, origin="document"
        )
        return base64.b64decode(found["data"])


@asynccontextmanager
async def session(path: str, profile: Path) -> AsyncIterator[Session]:
    """Start Firefox without a window on a fresh profile; end it afterwards."""
    lines = [
        f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in QUIET.items()
    ]
    (profile / "user.js").write_text("\n".join(lines) + "\n")
    process = await asyncio.create_subprocess_exec(
        path, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0",
        "about:blank", stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = await asyncio.wait_for(_address(process), 60)
        async with aiohttp.ClientSession() as client, client.ws_connect(
            f"{address}/session", max_msg_size=0
        ) as socket:  # fmt: skip
            opened = Session(socket)
            await opened.ask("session.new", capabilities={})
            await opened.ask("session.subscribe", events=["log.entryAdded"])
            tree = await opened.ask("browsingContext.getTree")
            opened.tab = tree["contexts"][0]["context"]
            yield opened
            await opened.ask("browser.close")
    finally:
        await _ended(process)


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    while line := await process.stderr.readline():
        if found := LISTENING.search(line):
            return found[1].decode()
    raise RuntimeError("Firefox ended before it listened")


async def _ended(process: asyncio.subprocess.Process) -> None:
    try:
        await asyncio.wait_for(process.wait(), 10)
    except TimeoutError:
        process.kill()
        await process.wait()
