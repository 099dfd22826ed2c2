"""What the logs of a node say: each read where a page asks, each use judged as of now."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from threading import Lock

from sunlit.authority.directory import Directory
from sunlit.base import canonical
from sunlit.base.errors import UnavailableError
from sunlit.base.slugs import slug, unslug
from sunlit.capabilities.incident.standing import Standing, problems
from sunlit.claims.risk import Use
from sunlit.node.log import Log
from sunlit.projection.threads import PROBLEMS, USES, Matter, Name
from sunlit.registry.blobs import keep_blob
from sunlit.registry.home import Home
from sunlit.registry.register import Bench, home_bench, kept_files, uses_of
from sunlit.rubric.control import Rubric
from sunlit.rubric.evidence import Evidence
from sunlit.views.register import Line, line
from sunlit.views.tasks import Case


def use_key(deployer: str, use: str) -> str:
    """Return a use's name in addresses."""
    return slug(f"{deployer}#{use}")


@dataclass(slots=True)
class _Judged:
    """The uses of one log, judged in one minute as far as anybody asked.

    `before` are of the same minute, when the log was shorter.
    """

    minute: datetime
    stamp: Hashable
    before: dict[str, Case]
    cases: dict[str, Case] = field(default_factory=dict)
    whole: bool = False


@dataclass(slots=True)
class Known:
    """The logs of a node's homes; `homes` are asked each time, and `log` gives one to read.

    Cases are kept for a minute. When a log has grown, only those are judged again on which
    something new bears.
    """

    homes: Callable[[], Iterable[Home]]
    log: Callable[[Home], Log]
    rubric: Rubric
    _read: dict[str, Directory] = field(default_factory=dict)
    _judged: dict[str, _Judged] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def logs(self) -> Iterator[tuple[Home, Log]]:
        """Yield every log with its home."""
        for home in self.homes():
            yield home, self.log(home)

    def of(self, organisation: str) -> tuple[Home, Log]:
        """Return the home of an organisation with its log.

        Raises:
            UnavailableError: `node.no-such-organisation`.
        """
        found = next((it for it in self.homes() if it.organisation == organisation), None)
        if found is None:
            raise UnavailableError(
                "node.no-such-organisation", "this organisation has no home on this node",
                mend="sign in as somebody of an organisation that has",
            )  # fmt: skip
        return found, self.log(found)

    def directory(self, organisation: str, log: Log) -> Directory:
        """Return who may sign what by an organisation's log, and keep it for `so_far`.

        As far as it is projected: whoever is missing may be in the rest.
        """
        found = self._read[organisation] = log.directory()
        return found

    def so_far(self) -> Mapping[str, Directory]:
        """Return who is known by organisation, as it was last asked: nothing is read now."""
        return self._read

    def cases(self, at: datetime) -> tuple[Case, ...]:
        """Return every use of every log, each once: as the log says that knows most of it."""
        with self._lock:
            found = _best(one for home, log in self.logs() for one in self._all(home, log, at))
        return tuple(found[key] for key in sorted(found))

    def case(self, key: str, at: datetime) -> Case:
        """Return one use.

        Raises:
            UnavailableError: `node.no-such-use`.
        """
        with self._lock:
            found = _best(one for home, log in self.logs() for one in self._one(home, log, key, at))
        if key in found:
            return found[key]
        raise UnavailableError(
            "node.no-such-use", "no log of this node holds such a use",
            mend="look for it in the register: its deployer declares it first",
        )  # fmt: skip

    def lines(self, at: datetime) -> Iterator[Line]:
        """Yield the line of each use as it stood at a time, as the first log says that has it."""
        seen: set[str] = set()
        for home, log in self.logs():
            for use in uses_of(log.named(USES).statements, at):
                if (key := use_key(use.deployer, use.id)) not in seen:
                    seen.add(key)
                    yield self.bench(home, log, use, at).line(use)

    def line(self, key: str, at: datetime) -> Line | None:
        """Return the line of one use, where a log holds that use."""
        with suppress(UnavailableError):
            return self.case(key, at).line
        return None

    def bench(
        self, home: Home, log: Log, use: Use, at: datetime, release: str | None = None
    ) -> Bench:
        """Return what judges a use: for a release of its, or for the one that was named last."""
        if release is None:
            history = log.for_use(use, partial(_files, home), at=at)
        else:
            matter = Matter(
                release=release, files=_files(home, release), component=use.component,
                use=use.id, deployer=use.deployer,
            )  # fmt: skip
            history = log.bearing_on(matter, at=at)
        return home_bench(home, history, self.rubric, at)

    def problems(self, number: str | None = None) -> Mapping[tuple[str, str], Standing]:
        """Return problems by (organisation, number), as the log says that knows most of each."""
        found: dict[tuple[str, str], Standing] = {}
        for _, log in self.logs():
            history = log.named(PROBLEMS if number is None else ("problem", number, None))
            for one in problems(history.statements, history.directory):
                name = (one.organisation, one.claim.number)
                kept = found.setdefault(name, one)
                if len(one.updates) > len(kept.updates):
                    found[name] = one
        return found

    def keep_findings(self, case: Case) -> None:
        """Keep the findings of a use as a blob of its log's home: a session names their digest.

        Raises:
            UnavailableError: `home.cannot-write`.
        """
        keep_blob(self.of(case.host)[0], canonical.encode(case.conformity.to_json()))

    def _now(self, home: Home, log: Log, at: datetime) -> _Judged:
        minute, stamp = at.replace(second=0, microsecond=0), log.stamp()
        kept = self._judged.get(home.origin)
        if kept is None or (kept.minute, kept.stamp) != (minute, stamp):
            before = kept.before | kept.cases if kept and kept.minute == minute else {}
            kept = self._judged[home.origin] = _Judged(minute, stamp, before)
        return kept

    def _all(self, home: Home, log: Log, at: datetime) -> Iterable[Case]:
        kept = self._now(home, log, at)
        if not kept.whole:
            for use in uses_of(log.named(USES).statements, at):
                self._judge(home, log, use, at)
            kept.whole, kept.before = True, {}
        return kept.cases.values()

    def use(self, log: Log, key: str, at: datetime) -> Use | None:
        """Return the latest statement of a use, by its name in addresses."""
        found = uses_of(log.named(*_names(key)).statements, at)
        return next((one for one in found if use_key(one.deployer, one.id) == key), None)

    def _one(self, home: Home, log: Log, key: str, at: datetime) -> Iterator[Case]:
        kept = self._now(home, log, at)
        known = key in kept.cases or kept.whole
        if not known and (use := self.use(log, key, at)) is not None:
            self._judge(home, log, use, at)
        if key in kept.cases:
            yield kept.cases[key]

    def _judge(self, home: Home, log: Log, use: Use, at: datetime) -> None:
        kept, key = self._judged[home.origin], use_key(use.deployer, use.id)
        if key not in kept.cases:
            bench = self.bench(home, log, use, at)
            before = kept.before.get(key)
            kept.cases[key] = _again(before, bench, use) or _case(home, key, bench, use)


def _names(key: str) -> Iterator[Name]:
    """Yield by what names the use of an address may be found; what was cut is among all uses."""
    text = unslug(key)
    if text is None:
        yield USES
        return
    for place in (place for place, sign in enumerate(text) if sign == "#"):
        yield "use", text[:place], text[place + 1 :]


def _files(home: Home, release: str) -> tuple[str, ...]:
    return tuple(kept_files(home, release).values())


def _again(before: Case | None, bench: Bench, use: Use) -> Case | None:
    """Return a case as it was, where nothing new bears on it."""
    if before is None or not _rests_on(before.evidence, bench.evidence(use)):
        return None
    return replace(before, conformity=replace(before.conformity, logs=bench.positions))


def _rests_on(one: Evidence, other: Evidence) -> bool:
    return (
        one.directory is other.directory
        and (one.release, one.statements, one.files, one.manifests)
        == (other.release, other.statements, other.files, other.manifests)
    )  # fmt: skip


def _case(home: Home, key: str, bench: Bench, use: Use) -> Case:
    one = bench.judge(use)
    return Case(
        host=home.organisation, key=key,
        evidence=replace(one.evidence, findings=one.conformity.findings),
        conformity=one.conformity, line=line(one.evidence, one.conformity, one.use),
    )  # fmt: skip


def _best(cases: Iterable[Case]) -> dict[str, Case]:
    found: dict[str, Case] = {}
    for case in cases:
        kept = found.setdefault(case.key, case)
        if _weight(case) > _weight(kept):
            found[case.key] = case
    return found


def _weight(case: Case) -> tuple[int, bool]:
    # Where two logs know as much, the deployer's own is the one to write to.
    return len(case.evidence.statements), case.host == case.line.deployer
