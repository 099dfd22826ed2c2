"""A node, opened: its homes, its databases, its queue. What the website and the worker stand on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from sunlit.adapters.clock import SystemClock
from sunlit.adapters.sql.private import open_private, upgrade
from sunlit.adapters.sql.queue import SqlSubmissions
from sunlit.authority.trustfile import TrustFile
from sunlit.base.slugs import slug
from sunlit.base.times import Clock
from sunlit.node.place import Node
from sunlit.registry.home import Home
from sunlit.rubric.control import Rubric
from sunlit.rubric.core import core_rubric

LOST: Final[tuple[type[Exception], ...]] = (
    DBAPIError,
    PoolTimeoutError,
)  # a database that went away


@dataclass(frozen=True)
class Site:
    """A node with everything opened. `dev`: an identity provider without passwords, loopback."""

    node: Node
    homes: tuple[Home, ...]
    private: Engine
    projections: Engine
    submissions: SqlSubmissions
    clock: Clock
    dev: bool = False
    lost: tuple[type[Exception], ...] = field(default=LOST)

    def trust(self) -> TrustFile:
        """Return the trust file by which this node reads logs, as it is on disk now.

        Raises:
            UnavailableError: `node.no-trust`.
        """
        return self.node.trust(self.clock.now())

    @cached_property
    def rubric(self) -> Rubric:
        """The rubric by which pages judge."""
        return core_rubric()

    @cached_property
    def by_slug(self) -> Mapping[str, Home]:
        """The homes by the slug of their log's origin, as addresses name them."""
        return {slug(home.origin): home for home in self.homes}

    def home(self, organisation: str) -> Home:
        """Return an organisation's home.

        Raises:
            UnavailableError: `node.no-such-organisation`.
        """
        return self.node.home(organisation)

    def positions(self) -> str:
        """Return how far the projections are: what changes when a page may change."""
        return "|".join(_seen(home.log_directory / "checkpoint") for home in self.homes)

    def close(self) -> None:
        """Give the databases back."""
        self.private.dispose()
        self.projections.dispose()


def open_site(root: Path, *, dev: bool = False, clock: Clock | None = None) -> Site:
    """Open the node at `root`; its private store is brought up to date.

    Raises:
        UnavailableError: `node.missing`, `home.missing`, `private.unavailable`.
        MalformedError: `node.malformed`, `home.malformed`, `private.url`.
    """
    node, told = Node.open(root), clock or SystemClock()
    private = open_private(node.database or f"sqlite:///{root / 'private.sqlite'}")
    upgrade(private)
    return Site(
        node=node, homes=node.all_homes(), private=private, projections=private,
        submissions=SqlSubmissions(engine=private, clock=told), clock=told, dev=dev,
    )  # fmt: skip


def _seen(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "-"
    return f"{found.st_mtime_ns}-{found.st_size}"
