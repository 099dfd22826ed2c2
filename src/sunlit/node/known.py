"""What the logs of a node say, folded once and fed only what is new; each use judged as of now."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.authority.history import History, read_unverified
from sunlit.authority.outline import outline_of
from sunlit.authority.trustfile import TrustFile
from sunlit.base import canonical
from sunlit.base.errors import UnavailableError
from sunlit.base.slugs import slug
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.claims.interop import ImportedRecord
from sunlit.registry.blobs import keep_blob
from sunlit.registry.home import Home
from sunlit.registry.register import home_bench, uses_of
from sunlit.rubric.control import Rubric
from sunlit.views.register import line
from sunlit.views.tasks import Case

UNREAD: Final[tuple[type[Claim], ...]] = (ImportedRecord,)  # that no rule acts on


def use_key(deployer: str, use: str) -> str:
    """Return a use's name in addresses."""
    return slug(f"{deployer}#{use}")


@dataclass(slots=True)
class _Log:
    """One log as far as it was read."""

    history: History
    size: int
    trust: int
    asked: datetime | None = None
    cases: tuple[Case, ...] = ()
    unread: list[int] = field(default_factory=list[int])
    records: list[Admitted] = field(default_factory=list[Admitted])


@dataclass(slots=True)
class Known:
    """The logs of a node's homes. `homes` and `trust` are asked each time: both may change.

    A log is read on from where it was read to, so a page costs what is new. Cases are judged
    again when the log grew or a minute has gone. Records of other registers keep their places in
    a history, and nothing of what they say: no rule reads it, and there are thousands.
    """

    homes: Callable[[], Iterable[Home]]
    trust: Callable[[datetime], TrustFile]
    rubric: Rubric
    _logs: dict[str, _Log] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def history(self, organisation: str, at: datetime) -> History:
        """Return what the log of an organisation's home says.

        Raises:
            UnavailableError: `node.no-such-organisation`.
        """
        with self._lock:
            return self._read(self._home(organisation), at).history

    def so_far(self) -> Mapping[str, Directory]:
        """Return who is known by organisation, as far as its log was read: nothing is read now."""
        return {
            home.organisation: log.history.directory
            for home in self.homes()
            if (log := self._logs.get(home.origin)) is not None
        }

    def cases(self, at: datetime) -> tuple[Case, ...]:
        """Return every use of every log, each once: as the log says that knows most of it."""
        found: dict[str, Case] = {}
        with self._lock:
            for home in self.homes():
                for case in self._judged(home, at):
                    kept = found.setdefault(case.key, case)
                    if _weight(case) > _weight(kept):
                        found[case.key] = case
        return tuple(found[key] for key in sorted(found))

    def case(self, key: str, at: datetime) -> Case:
        """Return one use.

        Raises:
            UnavailableError: `node.no-such-use`.
        """
        for case in self.cases(at):
            if case.key == key:
                return case
        raise UnavailableError(
            "node.no-such-use", "no log of this node holds such a use",
            mend="look for it in the register: its deployer declares it first",
        )  # fmt: skip

    def histories(self, at: datetime) -> Iterator[tuple[Home, History]]:
        """Yield every log with its home."""
        for home in self.homes():
            with self._lock:
                history = self._read(home, at).history
            yield home, history

    def records(self, at: datetime) -> tuple[Admitted, ...]:
        """Return every record of another register that a log holds, read when first asked for."""
        found: list[Admitted] = []
        with self._lock:
            for home in self.homes():
                log, reader = self._read(home, at), home.reader()
                for index in log.unread:
                    entry = reader.entry(index)
                    log.records.append(read_unverified(entry, origin=home.origin, index=index))
                log.unread.clear()
                found += log.records
        return tuple(found)

    def keep_findings(self, case: Case) -> None:
        """Keep the findings of a use as a blob of its log's home: a session names their digest.

        Raises:
            UnavailableError: `home.cannot-write`.
        """
        keep_blob(self._home(case.host), canonical.encode(case.conformity.to_json()))

    def _home(self, organisation: str) -> Home:
        found = next((it for it in self.homes() if it.organisation == organisation), None)
        if found is None:
            raise UnavailableError(
                "node.no-such-organisation", "this organisation has no home on this node",
                mend="sign in as somebody of an organisation that has",
            )  # fmt: skip
        return found

    def _read(self, home: Home, at: datetime) -> _Log:
        trust = self.trust(at)
        log = self._logs.get(home.origin)
        if log is None or log.trust != trust.version:
            log = self._logs[home.origin] = _Log(History(trust), 0, trust.version)
        reader = home.reader()
        for index, entry in enumerate(reader.entries(log.size), start=log.size):
            record = outline_of(UNREAD, entry, origin=home.origin, index=index)
            if record is None:
                log.history.feed(entry, origin=home.origin, index=index)
                log.asked = None
            else:
                log.history.take(record)
                log.unread.append(index)
        log.size = reader.size
        return log

    def _judged(self, home: Home, at: datetime) -> tuple[Case, ...]:
        log = self._read(home, at)
        minute = at.replace(second=0, microsecond=0)
        if log.asked != minute:
            log.cases = tuple(_cases(home, log.history, self.rubric, at))
            log.asked = minute
        return log.cases


def _cases(home: Home, history: History, rubric: Rubric, at: datetime) -> Iterator[Case]:
    bench = home_bench(home, history, rubric, at)
    for use in uses_of(bench.known, at):
        one = bench.judge(use)
        yield Case(
            host=home.organisation, key=use_key(use.deployer, use.id),
            evidence=replace(one.evidence, findings=one.conformity.findings),
            conformity=one.conformity, line=line(one.evidence, one.conformity, one.use),
        )  # fmt: skip


def _weight(case: Case) -> tuple[int, bool]:
    # Where two logs know as much, the deployer's own is the one to write to.
    return len(case.evidence.statements), case.host == case.line.deployer
