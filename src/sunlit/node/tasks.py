"""Your tasks: gathered from every log of the node and the drafts of one organisation."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sunlit.base.slugs import unslug
from sunlit.node.drafts import Draft, Drafts, Kind
from sunlit.node.known import Known
from sunlit.node.permission import Actor
from sunlit.node.register_component import fields_of
from sunlit.views.tasks import Begun, Case, Task, Tasks, Waiting, Who, ordered
from sunlit.views.tasks_board import of_drafts, of_member, waits_for_board, waits_for_check
from sunlit.views.tasks_use import of_assessor, of_officer, of_problems


def who_is(actor: Actor, keys: Iterable[str] = ()) -> Who:
    """Return whose tasks an actor's are; `keys` are the ids of their passkeys."""
    return Who(
        organisation=actor.organisation or "", roles=frozenset(it.value for it in actor.roles),
        keys=frozenset(keys),
    )  # fmt: skip


def tasks_of(
    known: Known, drafts: Drafts, actor: Actor, keys: Iterable[str], at: datetime
) -> Tasks:
    """Return what waits for somebody, and what they wait for."""
    who = who_is(actor, keys)
    cases = known.cases(at)
    begun = tuple(seen(one, actor) for one in drafts.of(who.organisation))
    return ordered(at, _tasks(known, cases, begun, who, at), _waiting(cases, begun, who))


def _tasks(
    known: Known, cases: tuple[Case, ...], begun: tuple[Begun, ...], who: Who, at: datetime
) -> Iterator[Task]:
    for case in cases:
        yield from of_officer(case, who, at)
        yield from of_assessor(case, who, at)
        yield from of_member(case, who, at)
    yield from of_problems(known.problems().values(), who)
    for one in begun:
        yield from of_drafts(one, who)


def _waiting(cases: tuple[Case, ...], begun: tuple[Begun, ...], who: Who) -> Iterator[Waiting]:
    for case in cases:
        yield from waits_for_board(case, who)
    for one in begun:
        yield from waits_for_check(one)


def seen(draft: Draft, actor: Actor) -> Begun:
    """Return a draft as tasks see it."""
    base = "/work/components" if draft.kind.value == "registration" else "/work/drafts"
    return Begun(
        id=draft.id, kind=draft.kind.value, about=_about(draft), state=draft.state.value,
        mine=actor.person == draft.author, changed=draft.changed, path=f"{base}/{draft.id}",
        reason=draft.reason,
    )  # fmt: skip


def _about(draft: Draft) -> str:
    """Return what a draft is about, as people call it: a component's name, or a use."""
    if draft.kind is Kind.REGISTRATION:
        return fields_of(draft).get("name") or draft.about
    deployer, _, use = (unslug(draft.about) or draft.about).partition("#")
    return use or deployer
