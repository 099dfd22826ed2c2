"""Settings -> adapters -> use cases. No logic: it only says which real thing is used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit.adapters.cache import SqliteCache, default_path
from sunlit.adapters.clock import SystemClock
from sunlit.base.times import Clock
from sunlit.producers import PRODUCERS
from sunlit.producers.data_kept import DataProducer
from sunlit.producers.data_kept_tools import InstalledDataTools
from sunlit.registry.admit import open_ledger
from sunlit.registry.assure import Assessment, Question, Say, admit_drafts, judge, look
from sunlit.registry.audit_keep import keep_audit_reports
from sunlit.registry.data_keep import keep_reports
from sunlit.registry.home import Home
from sunlit.registry.manifests import kept_manifests
from sunlit.registry.ports import DataTools
from sunlit.registry.producing import ComponentFolder, Producer
from sunlit.registry.rubrics import load_rubric
from sunlit.statement.hashing import Progress


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
    cache = SqliteCache.open(default_path()) if asked.cached else None
    component = ComponentFolder.read(path, progress=progress, cache=cache)
    drafts, notes = look(component, producers(again=not asked.cached), cache=cache, say=say)
    if home is not None and key is not None:
        keep_reports(home, component.root, drafts)
        keep_audit_reports(home, component.root, drafts)
        with open_ledger(home, clock()) as ledger:
            admit_drafts(ledger, drafts, home.signer(key))
    now = asked.at or clock().now()
    history = home.history(now) if home else None
    manifests = kept_manifests(home, history) if home and history else {}
    question = Question(
        at=now, rubric=rubric, use=asked.use, deployer=asked.deployer, path=str(path),
        manifests=manifests,
    )  # fmt: skip
    return judge(component, drafts, notes, history, question)
