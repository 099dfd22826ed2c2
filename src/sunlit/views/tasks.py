"""What waits for somebody: each task with its reason, its consequence and its deadline. Pure.

Nothing here is stored: tasks follow from what the logs and the drafts say at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sunlit.base.wording import Id, text, texts
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.evidence import Evidence
from sunlit.views.component_registered import component_name
from sunlit.views.component_words import tidy
from sunlit.views.register import Line
from sunlit.views.slugs import component_key

SOON: Final = timedelta(days=30)
AHEAD: Final = timedelta(days=366)  # what a calendar shows; a task is due in its last 30 days


class Kind(StrEnum):
    """What is to be done."""

    VOTE = "vote"
    PUBLISH_CODE = "publish-code"
    RENEW_CODE = "renew-code"
    ASSESS = "assess"
    RENEW_ATTESTATION = "renew-attestation"
    REVIEW = "review"
    MITIGATE = "mitigate"
    FAILS = "fails"
    PROBLEM = "problem"
    CHECK = "check"
    RETURNED = "returned"
    FINISH = "finish"
    TOKEN_ENDS = "token-ends"  # noqa: S105 - a task, no password


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do. `title` begins with a verb; `path` is where it is done on this node.

    `reason` says why it is asked of this person, `consequence` what happens if nobody does it.
    """

    kind: Kind
    title: str
    reason: str
    consequence: str
    path: str
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that others have to do. `missing` names the seats that are empty."""

    title: str
    reason: str
    path: str
    missing: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """Everything that waits: due by the end of today, without a date, later, and by others."""

    at: datetime
    today: tuple[Task, ...]
    undated: tuple[Task, ...]
    coming: tuple[Task, ...]
    waiting: tuple[Waiting, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing at all is to be done."""
        return not (self.today or self.undated or self.coming or self.waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose tasks they are: an organisation, what they are there, and the ids of their keys."""

    organisation: str
    roles: frozenset[str]
    keys: frozenset[str] = frozenset()

    def is_any(self, *roles: str) -> bool:
        """Tell whether they are one of these."""
        return bool(self.roles & set(roles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One use as it stands: its statements with their findings, and its line of the register.

    `host` is the organisation whose log holds it; `key` is its name in addresses.
    """

    host: str
    key: str
    evidence: Evidence
    conformity: Conformity
    line: Line

    @property
    def name(self) -> str:
        """The use in words: what it is called, and of whom."""
        return text("%(use)s (%(who)s)", use=self.line.use, who=Id(self.line.deployer))

    @property
    def component(self) -> "Named":
        """The component that is used."""
        purl = self.line.component
        return Named(
            name=component_name(self.evidence), purl=tidy(purl),
            path=f"/components/{component_key(purl)}",
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A component as people know it: its name, its package URL, the path of its page."""

    name: str
    purl: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A draft as tasks see it: whose turn it is, without what was typed."""

    id: str
    kind: str
    about: str
    state: str
    mine: bool
    changed: datetime
    path: str
    reason: str | None = None


def ordered(at: datetime, tasks: Iterable[Task], waiting: Iterable[Waiting] = ()) -> Tasks:
    """Put tasks in order: what ends first comes first; what ends after 30 days is left out."""
    known = sorted(set(tasks), key=lambda it: (it.deadline is None, it.deadline or at, it.title))
    tonight = at.replace(hour=23, minute=59, second=59)
    dated = [(task, task.deadline) for task in known if task.deadline is not None]
    return Tasks(
        at=at,
        today=tuple(task for task, ends in dated if ends <= tonight),
        undated=tuple(task for task in known if task.deadline is None),
        coming=tuple(task for task, ends in dated if tonight < ends <= at + SOON),
        waiting=tuple(sorted(waiting, key=lambda it: (it.until is None, it.until or at, it.title))),
    )


def left(deadline: datetime, at: datetime) -> str:
    """Return how long there is, in words; the date itself stands beside."""
    days = (deadline.date() - at.date()).days
    if deadline < at:
        if days == 0:
            return text("overdue")
        return texts("overdue by %(count)s day", "overdue by %(count)s days", -days)
    if days == 0:
        return text("today by %(time)s", time=f"{deadline:%H:%M}")
    return text("tomorrow") if days == 1 else texts("in %(count)s day", "in %(count)s days", days)
