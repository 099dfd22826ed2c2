"""Where the command's exports come from: the logs of a home, or of all homes of a node."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from sunlit.authority.history import History
from sunlit.claims.admitted import Admitted
from sunlit.formats.losses import Exported, Facts
from sunlit.node.desk import Desk, whole
from sunlit.node.desk_logs import LogView, MemoryLog
from sunlit.node.exporting import (
    Record,
    all_facts,
    catalogue,
    current_records,
    exporter,
    facts_of,
    find,
    names_in,
)
from sunlit.node.place import Node
from sunlit.registry.conformity import history_until
from sunlit.registry.export_foi import Asked
from sunlit.registry.home import Home
from sunlit.rubric.core import core_rubric
from sunlit.views.export_facts import record_facts


@dataclass(frozen=True)
class Source:
    """Homes with their histories as of a time. `publisher` and `uri` name a catalogue of them."""

    homes: tuple[Home, ...]
    histories: tuple[History, ...]
    at: datetime
    publisher: str
    uri: str

    @classmethod
    def of_home(cls, root: Path, at: datetime) -> "Source":
        """Read a home as it was at a time.

        Raises:
            UnavailableError: `home.missing`, `home.no-trust`.
        """
        home = Home.open(root)
        return cls(
            (home,), (history_until(home, at),), at, home.organisation, f"urn:sunlit:{home.origin}"
        )

    @classmethod
    def of_node(cls, root: Path, at: datetime) -> "Source":
        """Read every home of a node as it was at a time.

        Raises:
            UnavailableError: `node.missing`, `home.missing`, `home.no-trust`.
        """
        node = Node.open(root)
        homes = node.all_homes()
        histories = tuple(history_until(one, at) for one in homes)
        return cls(homes, histories, at, node.operator, f"{node.url}/components")

    @cached_property
    def logs(self) -> tuple[LogView, ...]:
        """Each log, folded in memory."""
        pairs = zip(self.homes, self.histories, strict=True)
        return tuple(MemoryLog(home, history) for home, history in pairs)

    @cached_property
    def desk(self) -> Desk:
        """What judges components of these logs."""
        return Desk(self.logs_at, core_rubric(), stamp=lambda: "read once")

    @cached_property
    def purls(self) -> Mapping[str, str]:
        """The package URL of every component that a log knows, by key."""
        return names_in([said for one in self.histories for said in one.statements])

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """The records of other registers, each as it was taken over last."""
        return current_records([said for one in self.histories for said in one.statements])

    def logs_at(self, at: datetime) -> tuple[LogView, ...]:
        """Return the logs; they were read as of one time."""
        del at
        return self.logs

    def names(self) -> tuple[str, ...]:
        """Return the name of everything that can be exported."""
        return (
            *self.purls.values(),
            *(f"{claim.register}/{claim.record}" for _, claim in self.records),
        )

    def facts(self, which: str) -> Facts:
        """Return what is known of what a name stands for.

        Raises:
            UnavailableError, VerificationError: as `find`.
        """
        key, record = find(which, self.purls, self.records)
        if record is not None:
            return record_facts(*record, self.at)
        return facts_of(self.desk, key or which, self.at)

    def views(self) -> tuple[Facts, ...]:
        """Return what is known of everything.

        Raises:
            VerificationError: `export.too-many`.
        """
        return tuple(all_facts(self.desk, tuple(self.purls), self.records, self.at))

    def export(self, name: str, which: str) -> Exported:
        """Return one component or record in a format.

        Raises:
            UnavailableError, VerificationError: as `exporter`, `find`, and the format's own.
        """
        return exporter(name)(self.facts(which))

    def catalogue(self, name: str) -> Exported:
        """Return everything in one document.

        Raises:
            UnavailableError, VerificationError: as `catalogue` and `all_facts`.
        """
        return catalogue(name, self.views(), publisher=self.publisher, uri=self.uri)

    def statements(self, which: str | None) -> "Asked":
        """Return a home and what its log held, of one component where it is named.

        Of several homes the one that knows most of the component answers.

        Raises:
            UnavailableError, VerificationError: as `find`.
        """
        if which is None:
            return self._asked(0, self.histories[0].statements)
        key, record = find(which, self.purls, self.records)
        if record is not None:
            origins = [one.origin for one in self.homes]
            return self._asked(origins.index(record[0].origin or ""), (record[0],))
        found = [
            self._asked(number, whole(log, key or "", self.at).statements)
            for number, log in enumerate(self.logs)
            if log.component(key or "") is not None
        ]
        return max(found, key=lambda one: len(one.said))

    def _asked(self, number: int, said: tuple[Admitted, ...]) -> "Asked":
        size = len(self.histories[number].statements)
        return Asked(home=self.homes[number], size=size, said=said)
