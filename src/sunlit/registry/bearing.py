"""Which statements of a log bear on one release: by digest, by use, and by what refers to those."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import CounterEvidence, Reply, Withdrawal
from sunlit.claims.decision import LogRegistration
from sunlit.claims.lifecycle import Release
from sunlit.claims.names import named_digest
from sunlit.claims.privacy import Mask, Minimisation, Synthesis
from sunlit.claims.provenance import Component, Provenance
from sunlit.claims.risk import Measure, RiskAssessment, Use
from sunlit.rubric.standing import bare


@dataclass(frozen=True, slots=True)
class About:
    """A thread to follow: the statements about a digest."""

    digest: str


@dataclass(frozen=True, slots=True)
class Undoing:
    """A thread to follow: what corrects, supersedes, withdraws, contests or answers a statement."""

    statement: str


@dataclass(frozen=True, slots=True)
class Itself:
    """A thread to follow: a statement that counter-evidence names, wherever it is about."""

    statement: str


Thread = About | Undoing | Itself
Name = tuple[str, str, str | None]  # of what kind, whose or what, which


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What it is about: a release by digest, its files, its component, a use by a deployer."""

    release: str
    files: Collection[str] = ()
    component: str | None = None
    use: str | None = None
    deployer: str | None = None


def bearing_on(said: Sequence[Admitted], matter: Matter) -> tuple[Admitted, ...]:
    """Return the statements about the release, its files, what those were made from, and its use.

    Also those that say what the component's other releases are (they tell who keeps its
    name), and those that correct, supersede, withdraw, contest or answer one of all these. The
    order is kept.
    One pass over the log; then every digest and statement that is reached is followed once.
    """
    return Shelf(said).bearing_on(matter)


class Shelf:
    """A log's statements, looked through once; then each matter costs only what bears on it."""

    def __init__(self, said: Sequence[Admitted]) -> None:
        self._said = said
        self._by_thread = _by_thread(said)
        self._by_name: dict[Name, list[int]] = defaultdict(list)
        for place, one in enumerate(said):
            if (name := _named(one)) is not None:
                self._by_name[name].append(place)

    def bearing_on(self, matter: Matter) -> tuple[Admitted, ...]:
        """Return what bears on a matter; see `bearing_on`."""
        chosen = {place for name in _asked(matter) for place in self._by_name.get(name, ())}
        todo = [thread for place in chosen for thread in _leads_to(self._said[place])]
        todo += [About(digest) for digest in (matter.release, *matter.files)]
        if matter.component is not None:  # problems reported with it, of no release that is known
            todo.append(About(named_digest("component", bare(matter.component))))
        followed: set[Thread] = set()
        while todo:
            thread = todo.pop()
            if thread in followed:
                continue
            followed.add(thread)
            for place in self._by_thread.get(thread, ()):
                chosen.add(place)
                todo += _leads_to(self._said[place], thread)
        return tuple(self._said[place] for place in sorted(chosen))


def _by_thread(said: Sequence[Admitted]) -> Mapping[Thread, Sequence[int]]:
    """Return at which places stand the statements about a digest, and those that undo another."""
    places: dict[Thread, list[int]] = defaultdict(list)
    contested = {one.claim.statement for one in said if isinstance(one.claim, CounterEvidence)}
    for place, one in enumerate(said):
        if one.statement_id in contested:
            places[Itself(one.statement_id)].append(place)
        if not isinstance(one.claim, Use):  # asked for by its id, whatever it is about
            for thread in (*_about(one), *_undoes(one)):
                places[thread].append(place)
    return places


def _named(one: Admitted) -> Name | None:
    """Return by what it is asked for: the use itself, a decision log, a component's name."""
    claim = one.claim
    if isinstance(claim, Use):
        return "use", claim.deployer, claim.id
    if isinstance(claim, RiskAssessment | Measure):
        return "use", claim.deployer, claim.use
    if isinstance(claim, LogRegistration):
        return "log", claim.deployer, claim.use
    if isinstance(claim, Component | Release):
        return "component", bare(claim.purl), None
    return None


def _asked(matter: Matter) -> Iterator[Name]:
    """Yield the names of a matter; a decision log may be of one use or of all."""
    if matter.component is not None:
        yield "component", bare(matter.component), None
    if matter.deployer is not None:
        yield "log", matter.deployer, None
        if matter.use is not None:
            yield "use", matter.deployer, matter.use
            yield "log", matter.deployer, matter.use


def _about(one: Admitted) -> Iterator[Thread]:
    return (About(it.digest["sha256"]) for it in one.subjects if "sha256" in it.digest)


def _undoes(one: Admitted) -> Iterator[Thread]:
    claim = one.claim
    named = claim.statement if isinstance(claim, Withdrawal | CounterEvidence) else None
    answers = claim.statements if isinstance(claim, Reply) else ()
    return (Undoing(id_) for id_ in (claim.corrects, claim.supersedes, named, *answers) if id_)


def _leads_to(one: Admitted, thread: Thread | None = None) -> Iterator[Thread]:
    """Return what to follow from it: what undoes it, inputs, sources, the release before.

    To the release before only from one that was reached by its digest: the component's other
    releases are asked for their names alone.
    """
    yield Undoing(one.statement_id)
    claim = one.claim
    if isinstance(claim, Provenance):
        for item in claim.build_definition.resolved_dependencies:
            if "sha256" in item.digest:
                yield About(str(item.digest["sha256"]))
    if isinstance(claim, Mask | Minimisation | Synthesis) and "sha256" in claim.source.digest:
        yield About(str(claim.source.digest["sha256"]))  # what the dataset was made from
    if isinstance(claim, LogRegistration):
        yield from _about(one)  # its anchors
    if isinstance(claim, CounterEvidence):
        yield Itself(claim.statement)  # perhaps of an earlier release of the same model
    if isinstance(claim, Release) and claim.sunlit_rollback and isinstance(thread, About):
        yield About(claim.sunlit_rollback)
