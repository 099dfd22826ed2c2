"""The mask plan: a TOML file that says what is done to each column and to each kind in prose.

A reviewer reads it, a hand edits it, a machine follows it to the letter (`spec/mask-plan.md`).
Its digest is over what it says, not over how it is laid out: comments and order change nothing.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sunlit.base.canonical import encode
from sunlit.recognise.plan_methods import METHODS, Options, Value

FORMAT: Final = "sunlit-mask-plan/1"


@dataclass(frozen=True, slots=True)
class Rule:
    """A method, and what is said about it."""

    method: str
    options: Options = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """Return an option that is text."""
        return str(self.options.get(name, default))

    def whole(self, name: str, default: int) -> int:
        """Return an option that is a whole number."""
        value = self.options.get(name, default)
        return value if isinstance(value, int) else default

    def flag(self, name: str) -> bool:
        """Return an option that is true or false; false unless said."""
        return self.options.get(name) is True

    def names(self, name: str) -> tuple[str, ...]:
        """Return an option that is a list of names."""
        value = self.options.get(name, ())
        return tuple(map(str, value)) if isinstance(value, tuple) else ()


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What is done to one column; `kinds` is what was found in it, `reason` why it is done."""

    name: str
    rule: Rule
    kinds: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RowRule:
    """Rows whose class under `columns`, as masked, has fewer than `smaller_than` rows go."""

    smaller_than: int
    columns: tuple[str, ...]
    reason: str = ""


REDACT: Final = Rule("redact")


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskPlan:
    """A plan. `default` is for columns that it does not name: `keep`, `drop`, or None: refuse.

    `text` maps a kind to what is done to it in prose, `text_default` is for every other kind.
    `recognisers`, `dataset` and `scan` are hex digests of what the plan was made with and from.
    """

    default: str | None = None
    columns: tuple[ColumnRule, ...] = ()
    text: Mapping[str, Rule] = field(default_factory=dict)
    text_default: Rule = REDACT
    rows: RowRule | None = None
    recognisers: str | None = None
    dataset: str | None = None
    scan: str | None = None

    @property
    def digest(self) -> str:
        """The hex SHA-256 of the canonical JSON of what the plan says."""
        return hashlib.sha256(encode(self.to_document(ordered=True))).hexdigest()

    @property
    def is_keyed(self) -> bool:
        """Whether it needs a key."""
        rules = [one.rule for one in self.columns]
        if not rules or any(one.method == "text" for one in rules):
            rules += [*self.text.values(), self.text_default]
        return any(METHODS[one.method].keyed for one in rules)

    def column(self, name: str) -> ColumnRule | None:
        """Return what it says of a column."""
        return next((one for one in self.columns if one.name == name), None)

    def in_text(self, kind: str) -> Rule:
        """Return what is done to a kind in prose."""
        return self.text.get(kind, self.text_default)

    def to_document(self, *, ordered: bool = False) -> dict[str, object]:
        """Return the plan as the tables of its file; `ordered`: columns by name."""
        columns = sorted(self.columns, key=lambda one: one.name) if ordered else self.columns
        made_from = {"dataset": self.dataset, "scan": self.scan}
        known: dict[str, object | None] = {
            "format": FORMAT,
            "default": self.default,
            "recognisers": self.recognisers,
            "made_from": {name: one for name, one in made_from.items() if one is not None},
            "rows": _rows_document(self.rows),
            "text": {
                "default": _rule_document(self.text_default),
                "kinds": {kind: _rule_document(rule) for kind, rule in self.text.items()},
            },
            "column": [_column_document(one) for one in columns],
        }
        return {name: value for name, value in known.items() if value not in (None, {}, [])}


def _listed(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def _rule_document(rule: Rule) -> object:
    options = {name: _listed(value) for name, value in rule.options.items()}
    return {"method": rule.method, **options} if options else rule.method


def _column_document(one: ColumnRule) -> dict[str, object]:
    options = {name: _listed(value) for name, value in one.rule.options.items()}
    extra = {"kinds": list(one.kinds)} if one.kinds else {}
    reason = {"reason": one.reason} if one.reason else {}
    return {"name": one.name, "method": one.rule.method, **options, **extra, **reason}


def _rows_document(rows: RowRule | None) -> dict[str, object] | None:
    if rows is None:
        return None
    reason = {"reason": rows.reason} if rows.reason else {}
    return {"smaller_than": rows.smaller_than, "columns": list(rows.columns), **reason}
