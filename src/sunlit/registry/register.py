"""The risk register of a home: every use in its log judged as of a time, as one view.

A home that mirrors others holds their statements, so its register is of all of them. A use is
judged for the release that the board, a token or a mitigation named last; where nobody named one,
for the release of the component that was declared last.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sunlit.authority.history import History
from sunlit.base.errors import SunlitError
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import Use
from sunlit.projection.releases import Releases
from sunlit.registry.assure import engine_digest, positions
from sunlit.registry.bearing import Matter, Shelf
from sunlit.registry.blobs import read_blob
from sunlit.registry.home import Home
from sunlit.registry.manifests import kept_manifests
from sunlit.registry.spread import spread
from sunlit.registry.wiring import RULES
from sunlit.rubric.control import Rubric
from sunlit.rubric.evaluate import Conformity, evaluate
from sunlit.rubric.evidence import Evidence
from sunlit.statement.manifest import Manifest
from sunlit.views.register import Line, Register, line, register

__all__ = [
    "Bench", "Judged", "Releases", "home_bench", "home_register", "kept_files", "uses_of",
]  # fmt: skip

Step = Callable[[int, int], None]
Files = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One use, judged: its statements and its findings."""

    use: Use
    evidence: Evidence
    conformity: Conformity


def home_register(
    home: Home, rubric: Rubric, at: datetime, step: Step = lambda _done, _all: None
) -> Register:
    """Return the register of everything that a home's log holds, as of a time."""
    history = home.history(at)
    bench = home_bench(home, history, rubric, at)
    found = uses_of(bench.known, at)
    lines = []
    step(0, len(found))
    for number, one in enumerate(spread(bench.line, found), 1):
        lines.append(one)
        step(number, len(found))
    return register(at, home.organisation, rubric.digest, lines, bench.positions)


def home_bench(home: Home, history: History, rubric: Rubric, at: datetime) -> "Bench":
    """Return what judges the uses of a home as of a time."""
    return Bench(
        history, rubric, at, lambda release: kept_files(home, release),
        manifests=kept_manifests(home, history),
    )  # fmt: skip


class Bench:
    """Judges many uses of one log as of one time; the log is looked through once.

    `files` gives a release's files, as far as its list is kept.
    """

    def __init__(
        self,
        history: History,
        rubric: Rubric,
        at: datetime,
        files: Files,
        *,
        manifests: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.known = tuple(said for said in history.statements if _by(said, at))
        self.positions = positions(self.known)
        self._directory, self._rubric, self._at = history.directory, rubric, at
        self._files, self._manifests = files, manifests or {}
        self._shelf, self._releases = Shelf(self.known), Releases(self.known, history.directory)

    def line(self, use: Use) -> Line:
        """Judge one use and say it as a line of the register."""
        one = self.judge(use)
        return line(one.evidence, one.conformity, one.use)

    def judge(self, use: Use, release: str | None = None) -> Judged:
        """Judge one use from what the log held, for a release of its or for the one named last."""
        evidence = self.evidence(use, release)
        conformity = evaluate(
            self._rubric, evidence, RULES, engine=engine_digest(), logs=self.positions
        )
        return Judged(use=use, evidence=evidence, conformity=conformity)

    def evidence(self, use: Use, release: str | None = None) -> Evidence:
        """Return what a use is judged by."""
        release = release or self._releases.of(use)
        digests = self._files(release)
        matter = Matter(
            release=release, files=tuple(digests.values()), component=use.component, use=use.id,
            deployer=use.deployer,
        )  # fmt: skip
        return Evidence(
            release=release, component=use.component, use=use.id, deployer=use.deployer,
            at=self._at, directory=self._directory, statements=self._shelf.bearing_on(matter),
            files=digests, manifests=self._manifests,
        )  # fmt: skip


def uses_of(known: tuple[Admitted, ...], at: datetime) -> tuple[Use, ...]:
    """Return the latest statement of each use that was there by then, in order of name."""
    latest: dict[tuple[str, str], Use] = {}
    for said in known:
        if isinstance(said.claim, Use) and _by(said, at):
            latest[said.claim.deployer, said.claim.id] = said.claim
    return tuple(latest[name] for name in sorted(latest))


def _by(said: Admitted, at: datetime) -> bool:
    return said.admitted_at is not None and said.admitted_at <= at


def kept_files(home: Home, release: str) -> Mapping[str, str]:
    """Return a release's files where its list is kept, nothing where it is not."""
    if not release:
        return {}
    try:
        manifest = Manifest.parse(read_blob(home, release))
    except SunlitError:
        return {}
    return {entry.name: entry.sha256 for entry in manifest.files}
