"""The verifier in Firefox ESR, opened from disk: a good bundle, a changed one, a forged one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sunlit.bundle.pages import verify_html
from tests.bundle.pages.tampered import GOOD, by_file, by_forgery
from tests.fixtures.token_world import AT

Found = dict[str, tuple[str, str]]


async def checked(folder: Path, path: str) -> tuple[dict[str, Found], list[str], bytes]:
    """Check three bundles, one after the other; return what was found, noise, and a picture."""
    firefox = pytest.importorskip("tests.bundle.pages.firefox")
    page, trust = folder / "verify.html", folder / "trust.json"
    page.write_bytes(verify_html())
    trust.write_bytes(GOOD.trust_bytes)
    bundles = {
        "good": GOOD.bundle(),
        "tampered": dict(by_file())["changed decision/opening.json"][0],
        "forged": dict(by_forgery())["forged"][0],
    }
    (folder / "profile").mkdir()
    found: dict[str, Found] = {}
    async with firefox.session(path, folder / "profile") as session:
        await session.open(page, AT)
        for name, data in bundles.items():
            (folder / f"{name}.zip").write_bytes(data)
            found[name] = await session.check(folder / f"{name}.zip", trust)
        return found, session.noise, await session.screenshot()


@pytest.mark.enable_socket
def test_firefox_says_what_chromium_and_the_command_say(tmp_path: Path) -> None:
    """A second engine with a second cryptography; it speaks to the test on loopback only."""
    firefox = pytest.importorskip("tests.bundle.pages.firefox")
    path = firefox.firefox()
    if path is None:
        pytest.skip("no Firefox ESR on this machine: apt-get install firefox-esr")

    # In a thread of its own: Playwright keeps an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        found, noise, picture = thread.submit(asyncio.run, checked(tmp_path, path)).result()

    outcomes = {name: {one: row[0] for one, row in rows.items()} for name, rows in found.items()}
    assert set(outcomes["good"].values()) == {"Passed", "Not done"}
    assert [one for one, said in outcomes["good"].items() if said != "Passed"] == ["findings"]
    assert [one for one, said in outcomes["tampered"].items() if said == "Failed"] == ["opening"]
    assert outcomes["forged"]["registration"] == "Failed"
    assert "Passed" not in {outcomes["forged"][one] for one in ("record", "token", "statements")}
    assert noise == []
    assert picture.startswith(b"\x89PNG")
