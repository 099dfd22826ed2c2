"""Writes what a measurement proposes into a mask plan (spec/mask-plan.md)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sunlit.producers.data.risk.improve import Effect, Improvement
from sunlit.recognise.plan import ColumnRule, MaskPlan, RowRule, Rule

# What an earlier plan does to a column and a coarser value may take the place of; whatever else
# it does (redact, pseudonym, drop, ...) is stronger and stays.
WEAKER: Final = frozenset({"keep", "round", "clip", "generalise", "suppress"})
REASON: Final = "sunlit data risk: {before:.3f} to {after:.3f}, {lost:.0%} of the column lost"


def planned(improvement: Improvement, plan: MaskPlan | None, digest: str | None) -> MaskPlan:
    """Return the plan with the steps in it; a new plan keeps every column that it does not name."""
    held = plan if plan is not None else MaskPlan(default="keep", dataset=digest)
    steps = {one.column: one for one in improvement.steps if one.column is not None}
    columns = [_column(one, steps.pop(one.name, None)) for one in held.columns]
    columns += [_new(name, one) for name, one in steps.items()]
    return replace(held, columns=tuple(columns), rows=_rows(improvement, columns) or held.rows)


def _column(rule: ColumnRule, step: Effect | None) -> ColumnRule:
    if step is None or rule.rule.method not in WEAKER:
        return rule
    return replace(_new(rule.name, step), kinds=rule.kinds)


def _new(name: str, step: Effect) -> ColumnRule:
    option = step.option
    rule = Rule("keep") if option is None else Rule(option.method, dict(option.options))
    reason = REASON.format(before=step.before, after=step.after, lost=step.lost)
    return ColumnRule(name, rule, reason=reason)


def _rows(improvement: Improvement, columns: Sequence[ColumnRule]) -> RowRule | None:
    gone = {one.name for one in columns if one.rule.method == "drop"}
    for one in improvement.steps:
        if one.smaller_than is not None:
            left = tuple(name for name in improvement.columns if name not in gone)
            reason = f"sunlit data risk: {one.lost:.1%} of the rows"
            return RowRule(one.smaller_than, left, reason) if left else None
    return None
