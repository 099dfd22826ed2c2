"""The desk over a node's projections: a page reads what bears on it, never a whole log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from sunlit.authority.directory import Directory
from sunlit.authority.history import History
from sunlit.authority.trustfile import TrustFile
from sunlit.base.slugs import component_key
from sunlit.bootstrap.site import Site
from sunlit.capabilities.lifecycle.queries import component
from sunlit.capabilities.risk.queries import uses_of as names_of
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import Use
from sunlit.node.desk import Desk
from sunlit.node.desk_logs import LogView
from sunlit.projection.cards import OWN
from sunlit.projection.engine import reading
from sunlit.projection.releases import Releases
from sunlit.projection.shelf import SqlShelf
from sunlit.projection.signed import Directories
from sunlit.projection.threads import Matter
from sunlit.registry.bearing import bearing_on
from sunlit.registry.home import Home
from sunlit.registry.manifests import kept_manifests
from sunlit.registry.register import kept_files, uses_of
from sunlit.rubric.evaluate import Position

NOTHING: Final = Matter(release="")


class SqlLog:
    """One log as of a time, read through its rows; for one request, in one thread."""

    def __init__(
        self, engine: Engine, home: Home, trust: TrustFile, directories: Directories, at: datetime
    ) -> None:
        self._engine, self._home, self._at = engine, home, at
        self._shelf = SqlShelf(engine, {home.origin: home.reader()}, trust, directories)
        self._empty: History | None = None

    @property
    def position(self) -> Position:
        """How much of the log this is: as far as its rows go, by the time."""
        last = max((one.index or 0 for one in self._by(self._nothing())), default=-1)
        return Position(origin=self._home.origin, size=last + 1)

    @property
    def directory(self) -> Directory:
        """Who may sign what, as the whole log knows."""
        return self._nothing().directory

    def component(self, key: str) -> str | None:
        """Return the package URL of a component that the catalogue lists."""
        with reading(self._engine) as connection:
            row = component(connection, key, self._at)
        return row.component if row is not None and row.source == OWN else None

    def uses(self, key: str) -> tuple[Use, ...]:
        """Return the latest statement of each use of a component."""
        with reading(self._engine) as connection:
            names = names_of(connection, key)
        found = []
        for deployer, use in names:
            said = self.bearing_on(Matter(release="", use=use, deployer=deployer))
            found += [
                one
                for one in uses_of(said, self._at)
                if (one.deployer, one.id) == (deployer, use) and component_key(one.component) == key
            ]
        return tuple(found)

    def release_of(self, use: Use) -> str:
        """Return the digest of the release that a use is judged for."""
        history = self._shelf.for_use(use, lambda _release: (), at=self._at)
        return Releases(self._by(history), history.directory).of(use)

    def bearing_on(self, matter: Matter) -> tuple[Admitted, ...]:
        """Return what bears on a matter, in the log's order."""
        # The shelf adds the log's last entry, to say how far it looked: it need not bear on this.
        return bearing_on(self._by(self._shelf.bearing_on(matter, at=self._at)), matter)

    def files(self, release: str) -> Mapping[str, str]:
        """Return a release's files as far as their list is kept."""
        return kept_files(self._home, release)

    def manifests(self, known: Sequence[Admitted]) -> Mapping[str, Mapping[str, str]]:
        """Return the files of releases from which change plans among these start."""
        return kept_manifests(self._home, History.restored(self.directory, known))

    def _nothing(self) -> History:
        if self._empty is None:
            self._empty = self._shelf.bearing_on(NOTHING, at=self._at)
        return self._empty

    def _by(self, history: History) -> tuple[Admitted, ...]:
        return tuple(
            one
            for one in history.statements
            if one.admitted_at is not None and one.admitted_at <= self._at
        )


class SqlLogs:
    """The logs of a site, each read through its rows; what was folded of keys is shared."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def at(self, at: datetime) -> tuple[LogView, ...]:
        """Return each log as of a time."""
        trust = self._site.trust()
        return tuple(
            SqlLog(self._site.projections, home, trust, self._site.directories, at)
            for home in self._site.homes
        )


def open_desk(site: Site) -> Desk:
    """Return the desk of a site, over its projections."""
    return Desk(SqlLogs(site).at, site.rubric, stamp=site.positions)
