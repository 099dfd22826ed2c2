"""A component as its page shows it: name, labels, evidence, what happened, where it is used."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import Registration
from sunlit.claims.provenance import Component
from sunlit.rubric.evaluate import Conformity, Position
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import maintainers, stated
from sunlit.views.component_cards import Card, cards
from sunlit.views.component_label import asked_on, label
from sunlit.views.component_label_parts import Label
from sunlit.views.component_problems import Problem, problems
from sunlit.views.component_registered import component_name, registered
from sunlit.views.component_timeline import Event, timeline
from sunlit.views.component_token import State
from sunlit.views.component_words import Fact, fact, quoted, tidy, words
from sunlit.views.releases import ReleaseLine, releases
from sunlit.views.slugs import component_key

# What a banner is shown for, the worst first.
BANNERS: Final = (State.SUSPENDED, State.REVOKED, State.EXPIRED)
_ASKED: Final = (
    ("contact", words("Contact")), ("homepage", words("Homepage")), ("licence", words("Licence")),
    ("supplier", words("Supplier")), ("contract", words("Contract")),
    ("configuration", words("Settings (SHA-256)")), ("weights", words("Model files")),
    ("provenance", words("How it was made")),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One use of a component: its statements and its findings."""

    evidence: Evidence
    conformity: Conformity


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    """A component, as of a time, from what the logs at these positions hold."""

    key: str
    purl: str
    name: str
    kind: str | None
    version: str | None
    summary: Fact
    maintainers: tuple[str, ...]
    release: str
    at: datetime
    logs: tuple[Position, ...]
    labels: tuple[Label, ...]
    facts: tuple[Fact, ...]
    cards: tuple[Card, ...]
    events: tuple[Event, ...]
    problems: tuple[Problem, ...]
    releases: tuple[ReleaseLine, ...]

    @property
    def banners(self) -> tuple[Label, ...]:
        """The labels of uses that somebody stopped, or that ran out: the worst first."""
        found = [one for one in self.labels if one.state in BANNERS]
        return tuple(sorted(found, key=lambda one: BANNERS.index(one.state)))

    def label(self, deployer: str, use: str) -> Label | None:
        """Return the label of one use."""
        return next(
            (one for one in self.labels if (one.deployer, one.use) == (deployer, use)), None
        )


def component_view(base: Evidence, judged: Sequence[Judged]) -> ComponentView:
    """Return the view from all that was said of the component, and each use judged. Pure.

    `base` is about the newest release and no use, and holds what was said of all releases.
    """
    labels = [label(one.evidence, one.conformity) for one in judged]
    labels.sort(key=lambda one: (one.state.rank, one.deployer, one.use))
    known, found = stated(base, Component), registered(base)
    claim = known[-1][1] if known else None
    purl = base.component or ""
    entered = found[1] if found else None
    return ComponentView(
        key=component_key(purl), purl=tidy(purl), name=component_name(base), at=base.at,
        kind=claim.kind if claim else entered.kind if entered else None,
        version=claim.version if claim else None, release=base.release,
        maintainers=tuple(sorted(maintainers(base))),
        logs=tuple({log.origin: log for one in judged for log in one.conformity.logs}.values()),
        labels=tuple(labels), summary=_summary(base), facts=tuple(_facts(base, found)),
        cards=cards(_main(base, judged)), events=timeline(_whole(base, judged)),
        problems=problems(base), releases=releases(base),
    )  # fmt: skip


def _summary(base: Evidence) -> Fact:
    for said, claim in reversed(stated(base, Component)):
        if (claim.description or "").strip():
            return fact(base, said, quoted(claim.description or ""))
    found = registered(base)
    if found is not None and found[1].description.strip():
        return fact(base, found[0], quoted(found[1].description))
    return Fact(asked_on=asked_on(base, "description"))


def _facts(base: Evidence, entry: tuple[Admitted, Registration] | None) -> list[Fact]:
    """Return what the catalogue's entry holds, blanks as blanks; nothing where there is none."""
    if entry is None:
        return []
    said, claim = entry
    found = []
    for name, lead in _ASKED:
        value = getattr(claim, name, None)
        if isinstance(value, str) and value.strip():
            found.append(fact(base, said, quoted(value), lead=lead))
        elif name in claim.asked:
            found.append(Fact(lead=lead, asked_on=claim.asked_on))
    return found


def _main(base: Evidence, judged: Sequence[Judged]) -> Evidence:
    """Return whose release is the newest: its reviews stand on the cards; else the base."""
    ours = [one.evidence for one in judged if one.evidence.release == base.release]
    return max(ours, key=lambda one: len(one.statements), default=base)


def _whole(base: Evidence, judged: Sequence[Judged]) -> Evidence:
    """Return everything that was said, of whatever use, once, in the order of admission."""
    seen = {said.statement_id: said for one in judged for said in one.evidence.statements}
    seen |= {said.statement_id: said for said in base.statements}
    ordered = sorted(
        seen.values(), key=lambda it: (it.admitted_at or base.at, it.origin or "", it.index or 0)
    )
    return replace(base, statements=tuple(ordered))
