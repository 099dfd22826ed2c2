"""What the desk reads from: a log that can be asked for what bears on a matter."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sunlit.authority.directory import Directory
from sunlit.authority.history import History
from sunlit.base.slugs import component_key
from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import Registration, Release
from sunlit.claims.provenance import Component
from sunlit.claims.risk import Use
from sunlit.projection.releases import Releases
from sunlit.registry.assure import positions
from sunlit.registry.bearing import Matter, Shelf
from sunlit.registry.conformity import history_until
from sunlit.registry.home import Home
from sunlit.registry.manifests import kept_manifests
from sunlit.registry.register import kept_files, uses_of
from sunlit.rubric.evaluate import Position


class LogView(Protocol):
    """One log as of a time: nothing that was admitted later is in it."""

    @property
    def position(self) -> Position:
        """How much of the log this is."""
        ...

    @property
    def directory(self) -> Directory:
        """Who may sign what, as this log knows."""
        ...

    def component(self, key: str) -> str | None:
        """Return the package URL of a component by its key, None where the log knows none."""
        ...

    def uses(self, key: str) -> tuple[Use, ...]:
        """Return the latest statement of each use of a component."""
        ...

    def release_of(self, use: Use) -> str:
        """Return the digest of the release that a use is judged for; empty where none."""
        ...

    def bearing_on(self, matter: Matter) -> tuple[Admitted, ...]:
        """Return what bears on a matter, in the log's order."""
        ...

    def files(self, release: str) -> Mapping[str, str]:
        """Return a release's files (name -> SHA-256) as far as their list is kept."""
        ...

    def manifests(self, known: Sequence[Admitted]) -> Mapping[str, Mapping[str, str]]:
        """Return the files of releases from which change plans among these start."""
        ...


class MemoryLog:
    """A home's log, folded in memory."""

    def __init__(self, home: Home, history: History) -> None:
        self._home, self._history = home, history
        self._said = history.statements
        self._shelf = Shelf(self._said)
        self._releases = Releases(self._said, history.directory)
        self._purls = _purls(self._said)

    @classmethod
    def read(cls, home: Home, at: datetime) -> "MemoryLog":
        """Fold what a home's log held at a time."""
        return cls(home, history_until(home, at))

    @property
    def position(self) -> Position:
        """How much of the log this is."""
        known = positions(self._said)
        return known[0] if known else Position(origin=self._home.origin, size=0)

    @property
    def directory(self) -> Directory:
        """Who may sign what, as this log knows."""
        return self._history.directory

    def component(self, key: str) -> str | None:
        """Return the package URL of a component by its key."""
        return self._purls.get(key)

    def uses(self, key: str) -> tuple[Use, ...]:
        """Return the latest statement of each use of a component."""
        last = self._said[-1].admitted_at if self._said else None
        if last is None:
            return ()
        return tuple(
            one for one in uses_of(self._said, last) if component_key(one.component) == key
        )

    def release_of(self, use: Use) -> str:
        """Return the digest of the release that a use is judged for."""
        return self._releases.of(use)

    def bearing_on(self, matter: Matter) -> tuple[Admitted, ...]:
        """Return what bears on a matter, in the log's order."""
        return self._shelf.bearing_on(matter)

    def files(self, release: str) -> Mapping[str, str]:
        """Return a release's files as far as their list is kept."""
        return kept_files(self._home, release)

    def manifests(self, known: Sequence[Admitted]) -> Mapping[str, Mapping[str, str]]:
        """Return the files of releases from which change plans among these start."""
        return kept_manifests(self._home, History.restored(self.directory, known))


def _purls(said: tuple[Admitted, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in said:
        claim = one.claim
        if isinstance(claim, Component | Release):
            found.setdefault(component_key(claim.purl), claim.purl)
        elif isinstance(claim, Use | Registration):
            found.setdefault(component_key(claim.component), claim.component)
    return found
