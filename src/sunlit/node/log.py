"""One log as a node's pages ask for it; `sunlit.projection.book` answers from a database."""

from collections.abc import Callable, Collection, Hashable, Iterator
from datetime import datetime
from typing import Protocol

from sunlit.authority.directory import Directory
from sunlit.authority.history import History
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.claims.risk import Use
from sunlit.projection.threads import Matter, Name


class Log(Protocol):
    """One log, read where it is asked and nowhere else."""

    @property
    def origin(self) -> str:
        """The log's name."""
        ...

    def stamp(self) -> Hashable:
        """Return what changes when an answer may change."""
        ...

    def begun(self) -> datetime | None:
        """Return when its first entry was admitted."""
        ...

    def every(
        self, kinds: Collection[type[Claim]], unsigned: Collection[type[Claim]] = ()
    ) -> Iterator[Admitted]:
        """Yield every statement of some kinds, in order, keeping none."""
        ...

    def repeated(self) -> Collection[str]:
        """Return the statements that this node's logs hold more than once."""
        ...

    def is_whole(self) -> bool:
        """Tell whether all that was in it when it was opened can be asked for by now."""
        ...

    def expect_whole(self) -> None:
        """See that nothing of it is left out, as it may be while a node begins, or grows.

        Raises:
            UnavailableError: `projection.behind`.
        """
        ...

    def directory(self) -> Directory:
        """Return who may sign what."""
        ...

    def named(self, *names: Name) -> History:
        """Return the statements of these names, in order."""
        ...

    def holding(self, *ids: str) -> History:
        """Return the entries that hold these statements, in order."""
        ...

    def naming(self, key: str) -> Admitted | None:
        """Return the last statement that names a component."""
        ...

    def places(self, asked: str) -> tuple[int, ...]:
        """Return the entries that a search means."""
        ...

    def bearing_on(self, matter: Matter, *, at: datetime | None = None) -> History:
        """Return the history of what bears on a matter."""
        ...

    def for_use(
        self, use: Use, files: Callable[[str], tuple[str, ...]], *, at: datetime | None = None
    ) -> History:
        """Return what a use is judged by."""
        ...
