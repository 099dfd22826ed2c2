"""Settings -> adapters -> use cases. No logic: it only says which real thing is used."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sunlit.adapters.cache import SqliteCache, default_path
from sunlit.adapters.clock import SystemClock
from sunlit.authority.history import History
from sunlit.base.times import Clock
from sunlit.producers import PRODUCERS
from sunlit.producers.data_kept import DataProducer
from sunlit.producers.data_kept_tools import InstalledDataTools
from sunlit.registry.admit import open_ledger
from sunlit.registry.assure import (
    Assessment,
    Question,
    Say,
    admit_drafts,
    evidence_for,
    judge,
    look,
)
from sunlit.registry.audit_keep import keep_audit_reports
from sunlit.registry.conformity import Decay, decay, history_until
from sunlit.registry.data_keep import keep_reports
from sunlit.registry.home import Home
from sunlit.registry.manifests import kept_manifests
from sunlit.registry.ports import DataTools
from sunlit.registry.producing import ComponentFolder, Draft, Note, Producer
from sunlit.registry.rubrics import load_rubric
from sunlit.rubric.control import Rubric
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.evidence import Evidence
from sunlit.statement.hashing import Progress
from sunlit.views.findings_beside import beside


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a caller asks of `assess`: which use by whom, whose profiles, as of when."""

    use: str | None = None
    deployer: str | None = None
    profiles: Sequence[Path] = ()
    at: datetime | None = None
    cached: bool = True


ANY_USE: Final = Asked()


def clock() -> Clock:
    """Return the machine's clock."""
    return SystemClock()


def data_tools() -> DataTools:
    """Return what looks into datasets."""
    return InstalledDataTools()


def producers(*, again: bool = False) -> tuple[Producer, ...]:
    """Return every producer that looks at a component; `again`: scan data that was scanned."""
    return (*PRODUCERS, DataProducer(data_tools(), clock(), again))


def assess(
    path: Path,
    asked: Asked = ANY_USE,
    *,
    home: Home | None = None,
    key: str | None = None,
    progress: Progress | None = None,
    say: Say = lambda _name: None,
) -> Assessment:
    """Look at the folder at `path` and answer every control; see `sunlit.registry.assure`.

    With a `home` its log is read; with a `key` of it too, what was found is signed and admitted.
    """
    rubric = load_rubric(asked.profiles)
    component, drafts, notes = _seen(path, asked, progress, say)
    if home is not None and key is not None:
        keep_reports(home, component.root, drafts)
        keep_audit_reports(home, component.root, drafts)
        with open_ledger(home, clock()) as ledger:
            admit_drafts(ledger, drafts, home.signer(key))
    now = asked.at or clock().now()
    history = home.history(now) if home else None
    question = _question(path, asked, rubric, now, home, history)
    return judge(component, drafts, notes, history, question)


def evidence_of(path: Path, asked: Asked, home: Home) -> Evidence:
    """Return all that bears on the folder at `path`; nothing is looked at but its digests."""
    component, now = _read(path, asked), asked.at or clock().now()
    history = home.history(now)
    question = _question(path, asked, load_rubric(asked.profiles), now, home, history)
    return evidence_for(component, (), history, question)


def decay_of(
    path: Path,
    asked: Asked,
    home: Home,
    ahead: timedelta,
    *,
    progress: Progress | None = None,
    say: Say = lambda _name: None,
) -> Decay:
    """Say of the folder at `path` what held at `asked.at`, what holds now, what lapses ahead."""
    component, drafts, notes = _seen(path, asked, progress, say)
    rubric, now = load_rubric(asked.profiles), clock().now()
    present = home.history(now)

    def at(time: datetime, *, as_known_then: bool) -> Conformity:
        history = history_until(home, time) if as_known_then else present
        question = _question(path, asked, rubric, time, home, history)
        said = () if as_known_then else drafts
        return judge(component, said, notes, history, question).conformity

    found = decay(at, now=now, then=asked.at, ahead=ahead)
    question = _question(path, asked, rubric, now, home, present)
    evidence = evidence_for(component, drafts, present, question)
    return replace(found, beside=beside(found.now, evidence))


def _read(path: Path, asked: Asked, progress: Progress | None = None) -> ComponentFolder:
    cache = SqliteCache.open(default_path()) if asked.cached else None
    return ComponentFolder.read(path, progress=progress, cache=cache)


def _seen(
    path: Path, asked: Asked, progress: Progress | None, say: Say
) -> tuple[ComponentFolder, tuple[Draft, ...], tuple[Note, ...]]:
    cache = SqliteCache.open(default_path()) if asked.cached else None
    component = _read(path, asked, progress)
    drafts, notes = look(component, producers(again=not asked.cached), cache=cache, say=say)
    return component, drafts, notes


def _question(
    path: Path,
    asked: Asked,
    rubric: Rubric,
    at: datetime,
    home: Home | None,
    history: History | None,
) -> Question:
    return Question(
        at=at, rubric=rubric, use=asked.use, deployer=asked.deployer, path=str(path),
        manifests=kept_manifests(home, history) if home and history else {},
    )  # fmt: skip
