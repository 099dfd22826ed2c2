"""Writes a mask plan as TOML that a person can read: every rule with its reason, and a key."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from sunlit.recognise.plan import ColumnRule, MaskPlan, Rule
from sunlit.recognise.plan_methods import Value

_HEAD: Final = """\
# A mask plan: what `sunlit data mask` does to each column. Edit it by hand; spec/mask-plan.md says
# what may stand here. Comments and layout do not change its digest, everything else does.
"""
_DEFAULT: Final = """\
# Columns that the plan does not name: "keep" or "drop". Without this line they are an error.
"""
_TEXT: Final = """\
# What replaces each kind that is found in prose (columns with method = "text", text files, and
# requests at the proxy); `default` is for every kind that is not named.
"""


def dump_plan(plan: MaskPlan) -> str:
    """Return the plan as TOML. The same plan gives the same text, and reads back equal."""
    return "\n".join(_lines(plan)) + "\n"


def dump(plan: MaskPlan) -> bytes:
    """Return the bytes of a plan's file."""
    return dump_plan(plan).encode()


def _lines(plan: MaskPlan) -> Iterator[str]:
    yield _HEAD + 'format = "sunlit-mask-plan/1"'
    if plan.default is not None:
        yield _DEFAULT + f"default = {_value(plan.default)}"
    if plan.recognisers is not None:
        yield f"recognisers = {_value(plan.recognisers)}"
    made_from = {"dataset": plan.dataset, "scan": plan.scan}
    if any(made_from.values()):
        yield "\n[made_from]"
        yield from (f"{name} = {_value(one)}" for name, one in made_from.items() if one)
    if plan.rows is not None:
        yield "\n# Rows that too few others are like, after masking, are left out."
        yield f"[rows]\nsmaller_than = {plan.rows.smaller_than}"
        yield f"columns = {_value(plan.rows.columns)}"
        yield from _reason(plan.rows.reason)
    yield f"\n{_TEXT}[text]\ndefault = {_rule(plan.text_default)}"
    if plan.text:
        yield "\n[text.kinds]"
        yield from (f"{_key(kind)} = {_rule(rule)}" for kind, rule in plan.text.items())
    for column in plan.columns:
        yield from _column(column)


def _column(column: ColumnRule) -> Iterator[str]:
    yield f"\n[[column]]\nname = {_value(column.name)}"
    yield f"method = {_value(column.rule.method)}"
    yield from (f"{name} = {_value(one)}" for name, one in column.rule.options.items())
    if column.kinds:
        yield f"kinds = {_value(column.kinds)}"
    yield from _reason(column.reason)


def _reason(reason: str) -> Iterator[str]:
    if reason:
        yield f"reason = {_value(reason)}"


def _rule(rule: Rule) -> str:
    if not rule.options:
        return _value(rule.method)
    table: Mapping[str, Value] = {"method": rule.method, **rule.options}
    return "{ " + ", ".join(f"{name} = {_value(one)}" for name, one in table.items()) + " }"


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else _value(name)


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    # A basic string of TOML 1.0 has JSON's escapes, and wants DEL escaped too.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
