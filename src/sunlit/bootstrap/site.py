"""A node, opened: its homes, its databases, its queue. What the website and the worker stand on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from sunlit.adapters.clock import SystemClock
from sunlit.adapters.sql.listening import Listener
from sunlit.adapters.sql.private import open_private, upgrade
from sunlit.adapters.sql.queue import SqlSubmissions
from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import SunlitError
from sunlit.base.slugs import slug
from sunlit.base.times import Clock
from sunlit.bootstrap.locks import use_locks
from sunlit.capabilities.lifecycle.queries import catalogue_state
from sunlit.node.door import Door
from sunlit.node.place import Node
from sunlit.projection.engine import answering, open_projections, reading
from sunlit.projection.project import project
from sunlit.projection.signed import Directories
from sunlit.projection.tables import POSITION
from sunlit.registry.home import Home
from sunlit.rubric.control import Rubric
from sunlit.rubric.core import core_rubric

LOST: Final[tuple[type[Exception], ...]] = (
    DBAPIError,
    PoolTimeoutError,
)  # a database that went away
_PROJECTS: Final = 0x53554E4C49540004  # ours, among PostgreSQL's advisory locks
_POSITIONS: Final = select(POSITION.c.origin, POSITION.c.size).order_by(POSITION.c.origin)


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
    def directories(self) -> Directories:
        """What was folded of keys, and verified, shared by the requests of this process."""
        return Directories()

    @cached_property
    def door(self) -> Door:
        """Where requests of this process hand in."""
        return Door(self.submissions, self.submissions.bells.settled)

    def listener(self, *, admits: bool, serves: bool) -> Listener:
        """Return what rings this process's bells while it runs."""
        return Listener(self.private, self.submissions.bells, admits=admits, serves=serves)

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

    def grown(self) -> str:
        """Return what changes when a log grows, or the trust file is another."""
        paths = [home.log_directory / "checkpoint" for home in self.homes]
        return "|".join(map(_seen, [*paths, self.node.root / "trust.json"]))

    def positions(self) -> str:
        """Return what changes when a page may change: how far logs and projections are.

        Raises:
            UnavailableError: `projection.unavailable`.
        """
        with reading(self.projections) as connection:
            rows = connection.execute(_POSITIONS).all()
        return f"{self.grown()} {[tuple(row) for row in rows]}"

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Tell whether this process is to project: where several would do the same, one does.

        Raises:
            UnavailableError: `projection.unavailable`.
        """
        if self.projections.dialect.name != "postgresql":  # one process has a SQLite file
            yield True
            return
        lock = {"lock": _PROJECTS}
        with answering(), self.projections.connect() as connection:
            chosen = connection.execution_options(isolation_level="AUTOCOMMIT")
            taken = bool(chosen.scalar(text("SELECT pg_try_advisory_lock(:lock)"), lock))
            try:
                yield taken
            finally:
                if taken:
                    _let_go(chosen, lock)

    def project(self) -> int:
        """Bring the projections up to date; return how many entries that was.

        A log that cannot be projected keeps no other from it.

        Raises:
            SunlitError: as `sunlit.projection.project.project`, of the first such log.
        """
        trust, done = self.trust(), 0
        failed: SunlitError | None = None
        for home in self.homes:
            try:
                done += project(self.projections, home, trust)
            except SunlitError as error:
                failed = failed or error
        if failed is not None:
            raise failed
        return done

    def warm(self) -> None:
        """Read into memory what the catalogue counts by, so that no visitor waits for it.

        Raises:
            UnavailableError: `projection.unavailable`.
        """
        with reading(self.projections) as connection:
            catalogue_state(connection, self.clock.now())

    def close(self) -> None:
        """Give the databases back."""
        self.private.dispose()
        self.projections.dispose()


def open_site(
    root: Path, *, dev: bool = False, clock: Clock | None = None, url: str | None = None
) -> Site:
    """Open the node at `root`; its private store is brought up to date, its projections are not.

    `url` stands for the node's own address while this runs.

    Raises:
        UnavailableError: `node.missing`, `home.missing`, `private.unavailable`,
            `projection.unavailable`.
        MalformedError: `node.malformed`, `home.malformed`, `private.url`.
    """
    use_locks()
    node, told = Node.open(root), clock or SystemClock()
    if url is not None:
        node = replace(node, url=url)
    private = open_private(node.database or f"sqlite:///{root / 'private.sqlite'}")
    upgrade(private)
    projections = open_projections(node.database or f"sqlite:///{root / 'projections.sqlite'}")
    return Site(
        node=node, homes=node.all_homes(), private=private, projections=projections,
        submissions=SqlSubmissions(engine=private, clock=told), clock=told, dev=dev,
    )  # fmt: skip


def _let_go(connection: Connection, lock: Mapping[str, int]) -> None:
    try:
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), lock)
    except DBAPIError:
        connection.invalidate()  # the lock goes with it: nobody is to take it from the pool, held
        raise


def _seen(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "-"
    return f"{found.st_mtime_ns}-{found.st_size}"
