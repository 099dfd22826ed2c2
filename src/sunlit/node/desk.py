"""The desk: what pages show of a component, computed from statements, kept for a while.

Findings are never stored. What was judged is kept in memory by (component, logs, rubric, day), so
that whoever asks next does not wait: a log that grew, another rubric, another day ask again, and so
does the first second at which a finding stops holding.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final, Generic, TypeVar

from sunlit.base.errors import UnavailableError
from sunlit.base.purl import bare
from sunlit.base.slugs import component_key
from sunlit.base.times import parse_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.names import named_digest
from sunlit.claims.risk import Use
from sunlit.node.desk_logs import LogView
from sunlit.registry.assure import engine_digest
from sunlit.registry.bearing import Matter
from sunlit.registry.wiring import RULES
from sunlit.rubric.control import Rubric
from sunlit.rubric.evaluate import evaluate
from sunlit.rubric.evidence import Evidence
from sunlit.views.catalogue_record import RecordView, record_view
from sunlit.views.component import ComponentView, Judged, component_view
from sunlit.views.component_controls import Controls, controls
from sunlit.views.organisation import OrganisationView, organisation, organisations
from sunlit.views.releases import ReleaseLine, digest_of
from sunlit.views.releases_compare import Section, Side, compare

T = TypeVar("T")
KEPT: Final = 128  # components whose judgement is kept
Logs = Callable[[datetime], Sequence[LogView]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A component, judged: the view for its page, and each use for the pages behind it."""

    view: ComponentView
    judged: tuple[Judged, ...]
    uses: tuple[Use, ...]
    until: datetime | None

    def use(self, deployer: str | None, use: str | None) -> Judged | None:
        """Return one use; the first where none is named."""
        for one in self.judged:
            if deployer in (None, one.evidence.deployer) and use in (None, one.evidence.use):
                return one
        return None


class Kept(Generic[T]):
    """A few values by key; the one that was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._found: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """Return what is kept."""
        with self._lock:
            found = self._found.get(key)
            if found is not None:
                self._found.move_to_end(key)
            return found

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value."""
        with self._lock:
            self._found[key] = value
            while len(self._found) > self._most:
                self._found.popitem(last=False)

    def __len__(self) -> int:
        return len(self._found)


class Desk:
    """Reads components from the logs of a node.

    `logs` gives each log as of a time, `stamp` what changes whenever one of them grows:
    without it nothing is kept.
    """

    def __init__(
        self,
        logs: Logs,
        rubric: Rubric,
        *,
        stamp: Callable[[], str] | None = None,
        keep: int = KEPT,
    ) -> None:
        self._logs, self.rubric, self._stamp = logs, rubric, stamp
        self._kept: Kept[Seen] = Kept(keep)

    def logs(self, at: datetime) -> Sequence[LogView]:
        """Return the logs that it reads, as of a time."""
        return self._logs(at)

    def component(self, key: str, at: datetime) -> Seen:
        """Return a component by its key, judged as of a time.

        Raises:
            UnavailableError: `desk.no-such-component`.
        """
        # Asked before the logs are read: what grows meanwhile is looked at next time.
        stamp = self._stamp() if self._stamp else None
        place = (key, stamp, self.rubric.digest, at.date())
        kept = self._kept.get(place)
        if kept is not None and kept.view.at <= at and (kept.until is None or at < kept.until):
            return kept
        logs = self._knowing(key, at)
        seen = self._look(key, logs, at)
        if stamp is not None:
            self._kept.put(place, seen)
        return seen

    def _knowing(self, key: str, at: datetime) -> list[LogView]:
        logs = [log for log in self._logs(at) if log.component(key) is not None]
        if not logs:
            raise _no_such_component()
        return logs

    def _look(self, key: str, logs: Sequence[LogView], at: datetime) -> Seen:
        told: dict[tuple[str, str], tuple[Use, Judged]] = {}
        for log in logs:
            for use in log.uses(key):
                one = judge(log, use, self.rubric, at)
                name = use.deployer, use.id
                if name not in told or _knows(one) > _knows(told[name][1]):
                    told[name] = use, one
        base = max((whole(log, key, at) for log in logs), key=lambda it: len(it.statements))
        if not base.statements and not told:
            raise _no_such_component()  # not yet, at that time
        judged = tuple(one for _, one in told.values())
        ends = [parse_time(one.conformity.expires) for one in judged if one.conformity.expires]
        return Seen(
            view=component_view(base, judged), judged=judged,
            uses=tuple(use for use, _ in told.values()),
            until=min((it for it in ends if it > at), default=None),
        )  # fmt: skip

    def controls(self, judged: Judged) -> Controls:
        """Return every control of one use of a component."""
        return controls(self.rubric, judged.evidence, judged.conformity)

    def compare(
        self, key: str, ends: tuple[ReleaseLine, ReleaseLine], use: Use | None, at: datetime
    ) -> tuple[Section, ...]:
        """Return what differs between two releases of a component, under a use if one is named."""
        logs = self._knowing(key, at)
        before, after = (
            max((self._side(log, key, one.release, use, at) for log in logs), key=_told)
            for one in ends
        )
        return compare(before, after)

    def _side(self, log: LogView, key: str, release: str, use: Use | None, at: datetime) -> Side:
        asked = use or Use(
            id="", deployer="", component=log.component(key) or "", description="", area=9
        )
        one = judge(log, asked, self.rubric, at, release=release)
        files = log.files(release)
        return Side(release=release, evidence=one.evidence, conformity=one.conformity,
                    files=files or None)  # fmt: skip

    def record(self, register: str, record: str, at: datetime) -> RecordView:
        """Return a record of another register, as it was taken over last.

        Raises:
            UnavailableError: `desk.no-such-record`.
        """
        digest = named_digest("imported-record", f"{register}#{record}")
        for log in self._logs(at):
            known = log.bearing_on(Matter(release=digest))
            found = record_view(known, log.directory, register, record)
            if found is not None:
                return found
        raise UnavailableError(
            "desk.no-such-record", "no log of this node holds such a record",
            mend="search for it under /components",
        )  # fmt: skip

    def organisations(self, at: datetime) -> tuple[OrganisationView, ...]:
        """Return every organisation that a log knows, by name: as the log that knows most of it."""
        found: dict[str, OrganisationView] = {}
        for log in self._logs(at):
            for one in organisations(log.directory, at):
                kept = found.setdefault(one.id, one)
                if (len(one.accreditations), len(one.keys)) > (
                    len(kept.accreditations), len(kept.keys),
                ):  # fmt: skip
                    found[one.id] = one
        return tuple(sorted(found.values(), key=lambda one: (one.name.casefold(), one.id)))

    def organisation(self, id_: str, at: datetime) -> OrganisationView:
        """Return one organisation, as the log says that knows most keys of it.

        Raises:
            UnavailableError: `desk.no-such-organisation`.
        """
        found = [
            view
            for log in self._logs(at)
            if (view := organisation(log.directory, id_, at)) is not None
        ]
        if not found:
            raise UnavailableError(
                "desk.no-such-organisation", "no log of this node knows such an organisation",
                mend="look for it under /organisations",
            )  # fmt: skip
        return max(found, key=lambda one: (len(one.accreditations), len(one.keys)))


def _no_such_component() -> UnavailableError:
    return UnavailableError(
        "desk.no-such-component", "no log of this node knows such a component",
        mend="search for it under /components",
    )  # fmt: skip


def _told(side: Side) -> int:
    return len(side.evidence.statements) + (side.files is not None)


def _knows(one: Judged) -> int:
    return len(one.evidence.statements)


def judge(
    log: LogView, use: Use, rubric: Rubric, at: datetime, *, release: str | None = None
) -> Judged:
    """Judge one use from what a log held; for another release where one is named."""
    release = log.release_of(use) if release is None else release
    files = log.files(release)
    named = bool(use.id)
    matter = Matter(
        release=release, files=tuple(files.values()), component=use.component,
        use=use.id if named else None, deployer=use.deployer if named else None,
    )  # fmt: skip
    known = log.bearing_on(matter)
    evidence = Evidence(
        release=release, component=use.component, use=matter.use, deployer=matter.deployer, at=at,
        directory=log.directory, statements=known, files=files, manifests=log.manifests(known),
    )  # fmt: skip
    conformity = evaluate(rubric, evidence, RULES, engine=engine_digest(), logs=(log.position,))
    return Judged(evidence=evidence, conformity=conformity)


def whole(log: LogView, key: str, at: datetime) -> Evidence:
    """Return all that a log says of a component's releases; about the newest, and of no use."""
    purl = log.component(key) or ""
    named = log.bearing_on(Matter(release="", component=purl))
    digests = dict.fromkeys(
        digest for said in named if (digest := _of_release(said, key)) is not None
    )
    release = log.release_of(
        Use(id="", deployer="", component=purl, description="", area=9)
    ) or next(reversed(digests), "")
    files = log.files(release)
    matter = Matter(release=release, files=(*digests, *files.values()), component=purl)
    return Evidence(
        release=release, component=bare(purl), use=None, deployer=None, at=at,
        directory=log.directory, statements=log.bearing_on(matter), files=files,
    )  # fmt: skip


def _of_release(said: Admitted, key: str) -> str | None:
    purl = getattr(said.claim, "purl", None)
    return digest_of(said) if isinstance(purl, str) and component_key(purl) == key else None
