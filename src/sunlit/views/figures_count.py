"""Counting for the quarterly figures: what the logs said by the end of a day. Pure.

Only statements that were admitted by then count, each once, whichever logs hold it; who said one
is what the log says that holds it. A component is what its keeper, its registration or a label
names. Whether a label is valid is what its issuer's statements say; nothing is judged here.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.base.purl import bare
from sunlit.capabilities.incident.standing import Standing, problems
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation
from sunlit.claims.base import Claim
from sunlit.claims.incident import Problem, ProblemUpdate
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.lifecycle import (
    Registration,
    Release,
    Status,
    TokenGrant,
    TokenStatus,
    status_after,
)
from sunlit.claims.provenance import Component

# All that is counted.
KINDS: Final[tuple[type[Claim], ...]] = (
    Attestation, Component, ImportedRecord, Problem, ProblemUpdate, Registration, Release,
    TokenGrant, TokenStatus,
)  # fmt: skip
VALID: Final = "valid"
SUSPENDED: Final = "suspended"
ENDED: Final = "ended"
NONE: Final = "none"
STATES: Final = (VALID, SUSPENDED, ENDED, NONE)  # the first that applies is a component's
AGES: Final = {"3 months": 91, "6 months": 182, "a year": 365}  # up to so many days
OLDER: Final = "older"
NEVER: Final = "never"
Directories = Mapping[str, Directory]  # by the origin of a log: who is who, as it says


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """What one organisation has: components of its own, imported records, answers left blank."""

    components: int = 0
    records: int = 0
    asked: int = 0
    blank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """All counts as of a time. `ages` are of the newest independent assessment of each component.

    `registers` counts imported records, `fields` how often each of their questions is blank, and
    `questions` in how many records it is asked: registers ask different ones.
    """

    at: datetime
    components: int
    states: Mapping[str, int]
    ages: Mapping[str, int]
    agencies: Mapping[str, Agency]
    registers: Mapping[str, int]
    fields: Mapping[str, int]
    questions: Mapping[str, int]
    problems: tuple[Standing, ...]

    @property
    def valid(self) -> int:
        """Components with a valid label."""
        return self.states.get(VALID, 0)

    @property
    def open(self) -> tuple[Standing, ...]:
        """Problems that nobody has settled."""
        return tuple(one for one in self.problems if one.is_open)

    @property
    def late(self) -> int:
        """Problems whose reporter was promised an answer by then and got none."""
        return sum(one.is_overdue(self.at) for one in self.problems)

    @property
    def records(self) -> int:
        """Records taken over from other registers."""
        return sum(self.registers.values())

    @property
    def asked(self) -> int:
        """How many answers those records ask for in all."""
        return sum(one.asked for one in self.agencies.values())

    @property
    def blank(self) -> int:
        """How many of those answers nobody filled in."""
        return sum(one.blank for one in self.agencies.values())


@dataclass(frozen=True, slots=True)
class _Label:
    """Of a token what is counted."""

    issuer: str
    component: str
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class _Record:
    """Of an imported record what is counted; the names of questions are shared."""

    register: str
    publisher: str
    filled: tuple[str, ...]
    blanks: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    owners: dict[str, str] = field(default_factory=dict)
    labelled: dict[str, str] = field(default_factory=dict)
    releases: dict[str, str] = field(default_factory=dict)
    grants: dict[str, _Label] = field(default_factory=dict)
    statuses: dict[str, Status] = field(default_factory=dict)
    assessed: dict[str, datetime] = field(default_factory=dict)
    records: dict[tuple[str, str], _Record] = field(default_factory=dict)
    names: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    problems: list[Admitted] = field(default_factory=list[Admitted])


def counted_at(
    said: Iterable[Admitted], directories: Directories, ends: Sequence[datetime],
    repeated: Collection[str] | None = None,
) -> tuple[Counted, ...]:  # fmt: skip
    """Count in one pass what was said by each of these times, the earliest first.

    Of what was said only what is counted is kept. `repeated` are the ids of statements that are
    logged more than once, where that is known.
    """
    tally, left, found = _Tally(), list(ends), list[Counted]()
    for one, who in _once(said, directories, repeated):
        while left and one.admitted_at is not None and left[0] < one.admitted_at:
            found.append(_counted(tally, directories, left.pop(0)))
        if not left:
            break
        _take(tally, one, who)
    return (*found, *(_counted(tally, directories, end) for end in left))


def _counted(so_far: _Tally, directories: Directories, at: datetime) -> Counted:
    # What has a label is a component, also where its keeper's own statements are not here.
    tally = replace(so_far, owners=so_far.labelled | so_far.owners)
    return Counted(
        at=at, components=len(tally.owners), states=Counter(_states(tally, at)),
        ages=Counter(_ages(tally, at)), agencies=_agencies(tally),
        registers=Counter(one.register for one in tally.records.values()),
        fields=Counter(name for one in tally.records.values() for name in one.blanks),
        questions=Counter(
            name for one in tally.records.values() for name in (*one.filled, *one.blanks)
        ),
        problems=_problems(tally.problems, directories),
    )  # fmt: skip


def _once(
    said: Iterable[Admitted], directories: Directories, repeated: Collection[str] | None
) -> Iterator[tuple[Admitted, frozenset[str]]]:
    """Yield each statement with the organisations that said it, once."""
    seen: set[tuple[str, frozenset[str]]] = set()
    for one in said:
        if one.admitted_at is None:
            continue
        directory = directories.get(one.origin or "")
        who = directory.organisations(one) if directory else frozenset[str]()
        if (one.statement_id, who) in seen:
            continue
        if repeated is None or one.statement_id in repeated:
            seen.add((one.statement_id, who))
        yield one, who


def _problems(said: Sequence[Admitted], directories: Directories) -> tuple[Standing, ...]:
    found: dict[tuple[str, str], Standing] = {}
    for origin, directory in sorted(directories.items()):
        for one in problems((it for it in said if it.origin == origin), directory):
            found.setdefault((one.organisation, one.claim.number), one)
    return tuple(found.values())


def _take(tally: _Tally, one: Admitted, who: frozenset[str]) -> None:
    match one.claim:
        case Component(purl=purl) | Release(purl=purl) if who:
            tally.owners.setdefault(bare(purl), min(who))
            tally.releases.update(dict.fromkeys(_digests(one), bare(purl)))
        case Registration() as claim if who:
            tally.owners.setdefault(bare(claim.component), min(who))
        case Attestation() as claim if who:
            for digest in _digests(one):
                newest = tally.assessed.get(digest, claim.assessed_on)
                tally.assessed[digest] = max(newest, claim.assessed_on)
        case ImportedRecord() as claim:
            filled, blanks = tuple(claim.fields), tuple(claim.blanks)
            tally.records[claim.register, claim.record] = _Record(
                claim.register, claim.publisher,
                tally.names.setdefault(filled, filled), tally.names.setdefault(blanks, blanks),
            )  # fmt: skip
        case Problem() | ProblemUpdate():
            tally.problems.append(one)
        case _:
            _take_label(tally, one, who)


def _take_label(tally: _Tally, one: Admitted, who: frozenset[str]) -> None:
    claim = one.claim
    if isinstance(claim, TokenGrant) and claim.issuer in who:
        tally.grants[one.statement_id] = _Label(
            claim.issuer, claim.component, claim.valid_from, claim.valid_until
        )
        tally.releases.update(dict.fromkeys(_digests(one), bare(claim.component)))
        tally.labelled.setdefault(bare(claim.component), claim.maintainer or claim.issuer)
    elif isinstance(claim, TokenStatus):
        grant = tally.grants.get(claim.grant)
        if grant is not None and grant.issuer in who:
            before = tally.statuses.get(claim.grant, Status.VALID)
            tally.statuses[claim.grant] = status_after((before, claim.status))


def _digests(one: Admitted) -> Iterator[str]:
    return (str(it.digest["sha256"]) for it in one.subjects if "sha256" in it.digest)


def _states(tally: _Tally, at: datetime) -> Iterator[str]:
    found: dict[str, set[str]] = defaultdict(set)
    for id_, grant in tally.grants.items():
        found[bare(grant.component)].add(_state(grant, tally.statuses.get(id_), at))
    for purl in tally.owners:
        yield next((state for state in STATES if state in found[purl]), NONE)


def _state(grant: _Label, status: Status | None, at: datetime) -> str:
    if status is Status.SUSPENDED:
        return SUSPENDED
    in_time = grant.valid_from <= at < grant.valid_until
    return VALID if in_time and status in (None, Status.VALID) else ENDED


def _ages(tally: _Tally, at: datetime) -> Iterator[str]:
    newest: dict[str, datetime] = {}
    for digest, assessed in tally.assessed.items():
        if (purl := tally.releases.get(digest)) is not None:
            newest[purl] = max(assessed, newest.get(purl, assessed))
    for purl in tally.owners:
        yield _age(at - newest[purl]) if purl in newest else NEVER


def _age(age: timedelta) -> str:
    return next((name for name, days in AGES.items() if age.days <= days), OLDER)


def _agencies(tally: _Tally) -> Mapping[str, Agency]:
    own = Counter(tally.owners.values())
    records, asked, blank = Counter[str](), Counter[str](), Counter[str]()
    for one in tally.records.values():
        records[one.publisher] += 1
        asked[one.publisher] += len(one.filled) + len(one.blanks)
        blank[one.publisher] += len(one.blanks)
    return {
        name: Agency(components=own[name], records=records[name], asked=asked[name],
                     blank=blank[name])
        for name in sorted({*own, *records})
    }  # fmt: skip
