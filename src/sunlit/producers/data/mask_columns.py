"""A plan bound to a dataset's columns: which rule does what to which, batch after batch."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

from sunlit.base.errors import MalformedError
from sunlit.producers.data.arrow import Array, Batch, Kind
from sunlit.producers.data.mask_arrow import (
    MISSING,
    Texts,
    as_text,
    back,
    by_distinct,
    filled,
    in_letters,
    one_by_one,
)
from sunlit.producers.data.mask_numbers import DateShift, Noise
from sunlit.recognise.masking import TextMasker
from sunlit.recognise.masking_hierarchy import Hierarchies
from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.masking_pseudonym import LENGTH, Pseudonymiser
from sunlit.recognise.masking_values import expect_key, label_of, value_maker
from sunlit.recognise.plan import ColumnRule, MaskPlan, Rule
from sunlit.recognise.plan_methods import METHODS

Change = Callable[[Array, Batch], Array]
"""(a column of a batch, the batch as it came) -> the column masked."""

NUMBERS: Final = frozenset({"clip", "round", "noise"})


@dataclass(frozen=True, slots=True)
class Tools:
    """What the rules of one run share. `found` counts finds in prose by (column, kind)."""

    key: MaskKey | None
    hierarchies: Hierarchies
    masker: TextMasker | None
    found: Counter[tuple[str, str]] = field(default_factory=Counter)


def rules_for(plan: MaskPlan, columns: Sequence[str]) -> tuple[ColumnRule, ...]:
    """Return the rule of each column, in the dataset's order.

    Raises:
        MalformedError: `mask.column-missing`, `mask.column-unplanned`, `mask.column-needed`.
    """
    here = set(columns)
    missing = [one.name for one in plan.columns if one.name not in here]
    if missing:
        raise MalformedError(
            "mask.column-missing", "the plan names a column that the dataset does not have",
            expected=f'"{missing[0][:80]}"', mend="correct its name, or take it out of the plan",
        )  # fmt: skip
    known = {one.name: one for one in plan.columns}
    unplanned = [name for name in columns if name not in known]
    if unplanned and plan.default is None:
        raise MalformedError(
            "mask.column-unplanned", "the dataset has a column that the plan says nothing of",
            got=f'"{unplanned[0][:80]}", and {len(unplanned) - 1} more',
            mend='plan it, or say what happens to such columns: default = "keep" or "drop"',
        )  # fmt: skip
    other = Rule(plan.default or "drop")
    rules = tuple(known.get(name, ColumnRule(name, other)) for name in columns)
    _expect_needed(plan, rules)
    return rules


def _expect_needed(plan: MaskPlan, rules: Sequence[ColumnRule]) -> None:
    here = {one.name: one.rule.method for one in rules}
    for one in rules:
        needed = [*one.rule.names("among"), *filter(None, [one.rule.text("person")])]
        odd = [name for name in needed if name not in here]
        if odd:
            _no_column(f'the rule of column "{one.name[:80]}"', odd[0])
    rows = plan.rows.columns if plan.rows else ()
    odd = [name for name in rows if here.get(name, "drop") == "drop"]
    if odd:
        _no_column("rows.columns", odd[0])


def _no_column(where: str, name: str) -> NoReturn:
    raise MalformedError(
        "mask.column-needed", f"{where} needs a column that is not there after masking",
        expected=f'"{name[:80]}"',
    )  # fmt: skip


def change_for(one: ColumnRule, kind: Kind, tools: Tools) -> Change:
    """Return what a rule does to a column of a type; `suppress` and `drop` are done elsewhere.

    Raises:
        MalformedError: `mask.type`, `mask.key-missing`, `mask.hierarchy`.
        UnavailableError, VerificationError: a hierarchy's.
    """
    rule = one.rule
    if hasattr(kind, "value_type") and hasattr(kind, "index_type"):  # categories become values
        plain = change_for(one, kind.value_type, tools)
        return lambda array, batch: plain(array.dictionary_decode(), batch)
    _expect_type(one, kind)
    if rule.method in ("keep", "suppress", "drop"):
        return lambda array, _batch: array
    if rule.method == "text":
        return _prose(one, tools)
    if rule.method == "noise":
        noise = Noise(rule, expect_key(tools.key, rule.method), one.name)
        return lambda array, _batch: noise(array)
    if rule.method == "date-shift":
        shift = DateShift(rule, expect_key(tools.key, rule.method))
        return lambda array, batch: shift(array, batch.column(shift.person))
    texts = _texts(one, tools)
    if METHODS[rule.method].makes == "text":
        instead = _instead(rule, one.name)
        return lambda array, _batch: filled(by_distinct(array, texts), instead)
    return lambda array, _batch: back(by_distinct(array, texts), array.type)


def _expect_type(one: ColumnRule, kind: Kind) -> None:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    types = pa.types
    is_number = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    is_date = types.is_date(kind) or types.is_timestamp(kind)
    method, is_text = one.rule.method, types.is_string(kind)
    if method in NUMBERS and not (is_number or is_text):
        _no_type(one, kind, "a number, or numbers written as text")
    if method == "date-shift" and not (is_date or is_text):
        _no_type(one, kind, "a date, or dates written as text")


def _no_type(one: ColumnRule, kind: Kind, expected: str) -> NoReturn:
    raise MalformedError(
        "mask.type", f'column "{one.name[:80]}": {one.rule.method} cannot be done to its type',
        expected=expected, got=str(kind),
    )  # fmt: skip


def _texts(one: ColumnRule, tools: Tools) -> Texts:
    rule = one.rule
    if rule.method == "pseudonym" and rule.text("format") != "kept":
        return in_letters(
            Pseudonymiser(expect_key(tools.key, rule.method), rule.text("domain", one.name)),
            length=rule.whole("length", LENGTH), fold=rule.flag("fold"), prefix=rule.text("prefix"),
        )  # fmt: skip
    return one_by_one(
        value_maker(rule, domain_of(one), key=tools.key, hierarchies=tools.hierarchies)
    )


def domain_of(one: ColumnRule) -> str:
    """Return a column's domain and label: what the rule says, else its only kind, else its name."""
    if one.rule.method == "redact":
        return one.kinds[0] if one.kinds else "redacted"
    return one.rule.text("domain", one.name)


def _instead(rule: Rule, name: str) -> str | None:
    if rule.text("nulls") != "redact":
        return None
    return label_of(rule, name) if rule.method == "redact" and "label" in rule.options else MISSING


def _prose(one: ColumnRule, tools: Tools) -> Change:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    masker, instead = tools.masker, _instead(one.rule, one.name)
    assert masker is not None  # noqa: S101 - a run with prose has one

    def change(array: Array, _batch: Batch) -> Array:
        values = as_text(array).to_pylist()
        masked, counts = masker.mask_many(values, column=one.name)
        for kind, count in counts.items():
            tools.found[one.name, kind] += count
        made = [masked.get(number, value) for number, value in enumerate(values)]
        return filled(pa.array(made, pa.string()), instead)

    return change
