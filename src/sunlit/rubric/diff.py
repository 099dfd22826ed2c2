"""What differs between two rubrics: stricter, looser, added, dropped, or said otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sunlit.rubric.control import Condition, Control, Parameter, Rubric
from sunlit.rubric.floor import at_least_as_strict


class Change(StrEnum):
    """In which way the second rubric differs from the first."""

    ADDED = "added"
    DROPPED = "dropped"
    STRICTER = "stricter"
    LOOSER = "looser"
    CHANGED = "changed"  # neither: another rule, direction, condition or text


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: of which control, in what, before and after."""

    change: Change
    control: str
    what: str
    before: str = ""
    after: str = ""

    def to_json(self) -> dict[str, str]:
        """Return it for `--json`."""
        return {
            "change": str(self.change), "control": self.control, "what": self.what,
            "before": self.before, "after": self.after,
        }  # fmt: skip


def differences(first: Rubric, second: Rubric) -> tuple[Difference, ...]:
    """Return what differs, in the order of the second rubric; what it drops comes last."""
    old = {control.id: control for control in first.controls}
    new = {control.id: control for control in second.controls}
    return (
        *(one for control in second.controls for one in _control(old.get(control.id), control)),
        *(
            Difference(change=Change.DROPPED, control=id_, what=control.title)
            for id_, control in old.items()
            if id_ not in new
        ),
    )


def _control(old: Control | None, new: Control) -> Iterator[Difference]:
    if old is None:
        yield Difference(change=Change.ADDED, control=new.id, what=new.title)
        return
    before = {parameter.name: parameter for parameter in old.parameters}
    for parameter in new.parameters:
        yield from _parameter(new.id, before.pop(parameter.name, None), parameter)
    for name in before:
        yield Difference(change=Change.DROPPED, control=new.id, what=name)
    yield from _conditions(old, new)
    for what in ("rule", "title", "statement", "guidance", "practices", "drafts", "needs"):
        left, right = getattr(old, what), getattr(new, what)
        if left != right and what not in ("statement", "guidance"):
            yield Difference(change=Change.CHANGED, control=new.id, what=what,
                             before=_text(left), after=_text(right))  # fmt: skip
        elif what == "guidance" and left != right:
            added = right.removeprefix(left).strip() if right.startswith(left) else right
            yield Difference(change=Change.CHANGED, control=new.id, what=what, after=added)


def _parameter(control: str, old: Parameter | None, new: Parameter) -> Iterator[Difference]:
    if old is None:
        yield Difference(
            change=Change.ADDED, control=control, what=new.name, after=", ".join(new.values)
        )
        return
    before, after = ", ".join(old.values), ", ".join(new.values)
    if old.stricter is not new.stricter:
        yield Difference(change=Change.CHANGED, control=control, what=f"direction of {new.name}",
                         before=old.stricter, after=new.stricter)  # fmt: skip
    elif set(old.values) != set(new.values):
        up, down = at_least_as_strict(old, new), at_least_as_strict(new, old)
        change = {(True, False): Change.STRICTER, (False, True): Change.LOOSER}
        yield Difference(
            change=change.get((up, down), Change.CHANGED), control=control, what=new.name,
            before=before, after=after,
        )  # fmt: skip


def _conditions(old: Control, new: Control) -> Iterator[Difference]:
    """A control that is asked in fewer cases is looser."""
    left, right = set(old.applies), set(new.applies)
    if left != right:
        change = Change.STRICTER if right < left else Change.LOOSER
        yield Difference(
            change=change if right < left or left < right else Change.CHANGED, control=new.id,
            what="applies", before=_where(left), after=_where(right),
        )  # fmt: skip
    if old.starts != new.starts:
        yield Difference(
            change=Change.CHANGED, control=new.id, what="applies from",
            before=_text(old.starts and old.starts.date()),
            after=_text(new.starts and new.starts.date()),
        )  # fmt: skip


def _where(conditions: set[Condition]) -> str:
    said = (f"{one.fact}={','.join(sorted(one.values))}" for one in conditions)
    return "; ".join(sorted(said)) or "always"


def _text(value: object) -> str:
    if isinstance(value, tuple | frozenset):
        return ", ".join(sorted(str(one) for one in value))
    return "" if value is None else str(value)
