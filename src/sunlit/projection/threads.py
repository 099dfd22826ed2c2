"""Threads: by what a statement is reached from what it bears on. Pure; needs no database.

`registry.bearing` follows them through a log in memory, `projection.shelf` through a database.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from sunlit.base.purl import bare
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import CounterEvidence, Reply, Withdrawal
from sunlit.claims.decision import Anchor, LogRegistration
from sunlit.claims.incident import Problem, ProblemUpdate
from sunlit.claims.lifecycle import Release, TokenGrant
from sunlit.claims.names import named_digest
from sunlit.claims.privacy import Mask, Minimisation, Synthesis
from sunlit.claims.provenance import Component, Provenance
from sunlit.claims.risk import (
    Acceptance,
    BoardSession,
    Measure,
    Mitigation,
    Recusal,
    RiskAssessment,
    RiskCode,
    Use,
    Vote,
)

MAX_KEY: Final = 128  # characters; a digest has 64
# Asked of every statement: a union that is written there is made anew each time.
_OF_USE: Final = (RiskAssessment, Measure)
_OF_COMPONENT: Final = (Component, Release)
_OF_STATEMENT: Final = (Withdrawal, CounterEvidence)
_UNDER: Final = (Vote, RiskCode, BoardSession, TokenGrant, Mitigation, Acceptance)


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


def named(one: Admitted) -> Name | None:
    """Return by what it is asked for: the use itself, a decision log, a component's name."""
    claim = one.claim
    if isinstance(claim, Use):
        return "use", claim.deployer, claim.id
    if isinstance(claim, _OF_USE):
        return "use", claim.deployer, claim.use
    if isinstance(claim, LogRegistration):
        return "log", claim.deployer, claim.use
    if isinstance(claim, _OF_COMPONENT):
        return "component", bare(claim.purl), None
    return None


def asked(matter: Matter) -> Iterator[Name]:
    """Yield the names of a matter; a decision log may be of one use or of all."""
    if matter.component is not None:
        yield "component", bare(matter.component), None
    if matter.deployer is not None:
        yield "log", matter.deployer, None
        if matter.use is not None:
            yield "use", matter.deployer, matter.use
            yield "log", matter.deployer, matter.use


def starts(matter: Matter) -> Iterator[Thread]:
    """Yield the threads that a matter begins with: the release, its files, its name."""
    yield About(matter.release)
    yield from (About(digest) for digest in matter.files)
    if matter.component is not None:  # problems reported with it, of no release that is known
        yield About(named_digest("component", bare(matter.component)))


def threads_of(one: Admitted) -> Iterator[Thread]:
    """Yield the threads on which a statement lies: what it is about and what it undoes."""
    if not isinstance(one.claim, Use):  # asked for by its id, whatever it is about
        yield from about(one)
        yield from undoes(one)


def about(one: Admitted) -> Iterator[Thread]:
    """Yield what a statement is about."""
    return (About(it.digest["sha256"]) for it in one.subjects if "sha256" in it.digest)


def undoes(one: Admitted) -> Iterator[Thread]:
    """Yield what a statement corrects, supersedes, withdraws, contests or answers."""
    claim = one.claim
    ids = [claim.corrects, claim.supersedes]
    if isinstance(claim, _OF_STATEMENT):
        ids.append(claim.statement)
    elif isinstance(claim, Reply):
        ids.extend(claim.statements)
    return (Undoing(id_) for id_ in ids if id_)


def leads_to(one: Admitted, thread: Thread | None = None) -> Iterator[Thread]:
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
        yield from about(one)  # its anchors
    if isinstance(claim, CounterEvidence):
        yield Itself(claim.statement)  # perhaps of an earlier release of the same model
    if isinstance(claim, Release) and claim.sunlit_rollback and isinstance(thread, About):
        yield About(claim.sunlit_rollback)


def release_under(one: Admitted) -> Name | None:
    """Return the use under which a statement names a release; see `projection.releases`."""
    claim = one.claim
    if isinstance(claim, _UNDER):
        return "under", claim.deployer, claim.use
    return None


USES: Final[Name] = ("uses", "", None)
PROBLEMS: Final[Name] = ("problems", "", None)


def listed_under(one: Admitted) -> Iterator[Name]:
    """Yield in which lists a page looks for it; nothing bears on anything by these.

    Every use, every problem, a problem by its number, a board's acts, registrations and
    anchors of a deployer's decision logs, an issuer's tokens.
    """
    match one.claim:
        case Use():
            yield USES
        case Problem() | ProblemUpdate() as claim:
            yield PROBLEMS
            yield "problem", claim.number, None
        case Vote() | RiskCode() | BoardSession() | Recusal() as claim:
            yield "board", claim.board, None
        case LogRegistration() | Anchor() as claim:
            yield "decisions", claim.deployer, None
        case TokenGrant() as claim:
            yield "grants", claim.issuer, None
        case _:
            return


Key = tuple[str, str]  # kind and key of a row of the table `thread`


def key_of(thread: Thread) -> Key:
    """Return under which key a thread is kept. `Itself` has none: entries are kept by their id."""
    if isinstance(thread, About):
        return "about", bounded(thread.digest)
    return "undoing", bounded(thread.statement)


@lru_cache(maxsize=4096)
def name_key(name: Name) -> Key:
    """Return under which key a name is kept: a digest, for its parts may be of any length."""
    kind, whose, which = name
    parts = f"{len(whose)}:{whose}" + ("" if which is None else f"{len(which)}:{which}")
    return kind, sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


def bounded(text: str) -> str:
    """Return a text that an index can hold and a database stores: itself, or its digest."""
    if len(text) <= MAX_KEY and text.isascii() and text.isprintable():
        return text
    return "~" + sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def keys_of(one: Admitted) -> Iterator[Key]:
    """Yield every key under which a statement is kept, perhaps one twice."""
    # A use lies on no thread: a search finds it all the same.
    is_use = isinstance(one.claim, Use)
    kind = "subject" if is_use else "about"
    for it in one.subjects:
        if (digest := it.digest.get("sha256")) is not None:
            yield kind, bounded(digest)
    if not is_use:
        yield from map(key_of, undoes(one))
    for name in (named(one), release_under(one), *listed_under(one)):
        if name is not None:
            yield name_key(name)
