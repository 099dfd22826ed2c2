"""Driving `verify.html` in Chromium as a reader does: choose two files, press the button."""

import shutil
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from sunlit.base.times import format_time
from sunlit.bundle.pages import verify_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS: Final = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

READ: Final = """() => Object.fromEntries([...document.querySelectorAll('ol.checks > li')].map(
    (line) => [line.id.slice(6), [line.dataset.outcome, line.querySelector('.words').textContent]]))
"""


def chromium() -> str | None:
    """Return where Chromium is, if it is."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Verifier:
    """The page, open in one tab; `noise` is what it said on the console, or asked of a network."""

    def __init__(self, browser: "Browser", folder: Path) -> None:
        self.folder = folder
        self.noise: list[str] = []
        self._browser = browser

    def __enter__(self) -> Self:
        path = self.folder / "verify.html"
        path.write_bytes(verify_html())
        self.page = self._browser.new_page()
        watch(self.page, self.noise)
        self.page.goto(path.as_uri())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.page.close()

    def check(self, bundle: bytes, trust: bytes, at: datetime) -> dict[str, tuple[str, str]]:
        """Return outcome and words of each check, by its name."""
        self.page.clock.set_fixed_time(format_time(at))
        for name, kind, data in (
            ("bundle", "application/zip", bundle), ("trust", "application/json", trust),
        ):  # fmt: skip
            file = {"name": f"{name}.bin", "mimeType": kind, "buffer": data}
            self.page.set_input_files(f"#{name}-file", file)  # type: ignore[arg-type]
        self.page.click("#run")
        self.page.wait_for_selector("#run:not([disabled])")
        assert self.page.is_visible("#result"), self.page.inner_text("#say")
        found: dict[str, tuple[str, str]] = self.page.evaluate(READ)
        return {name: (row[0], row[1]) for name, row in found.items()}


def watch(page: "Page", noise: list[str]) -> None:
    """Note console messages, errors, and every request that is not for a file on disk."""
    page.on("console", lambda message: noise.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: noise.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: None if request.url.startswith("file:")
        else noise.append(f"request: {request.url}"),
    )  # fmt: skip
