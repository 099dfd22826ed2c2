"""Reads a mask plan, strictly: what is not understood is refused, and nothing is guessed."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NoReturn

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.toml import parse_toml, place_in
from sunlit.recognise.plan import FORMAT, ColumnRule, MaskPlan, RowRule, Rule
from sunlit.recognise.plan_methods import METHODS, MIN_CLASS, NAMES, Value, options_of

MAX_FILE: Final = 4 << 20
MALFORMED: Final = "plan.malformed"
_TOP: Final = {"format", "default", "recognisers", "made_from", "rows", "text", "column"}
_HEX: Final = frozenset("0123456789abcdef")

Table = Mapping[str, object]


def load_plan(path: Path) -> MaskPlan:
    """Read a plan's file.

    Raises:
        UnavailableError: `plan.unreadable`.
        MalformedError: `plan.malformed`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UnavailableError(
            "plan.unreadable", f"cannot read the mask plan {path}", got=error.strerror,
            mend="`sunlit data scan PLACE --plan FILE` proposes one",
        ) from error  # fmt: skip
    if len(data) > MAX_FILE:
        _no("the file is too large", expected="at most 4 MiB")
    try:
        return parse_plan(data.decode())
    except UnicodeDecodeError as error:
        raise MalformedError(MALFORMED, "the mask plan is not UTF-8") from error


def parse_plan(text: str) -> MaskPlan:
    """Read a plan's text.

    Raises:
        MalformedError: `plan.malformed`, saying where.
    """
    try:
        document: Table = parse_toml(text)
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        raise MalformedError(
            MALFORMED,
            "the mask plan is no TOML",
            got=place_in(error),
            mend="see spec/mask-plan.md",
        ) from error
    _only(document, _TOP, "the file")
    if document.get("format") != FORMAT:
        _no("it does not say its format", expected=f'format = "{FORMAT}"')
    made_from, text_table = _table(document, "made_from"), _table(document, "text")
    _only(made_from, {"dataset", "scan"}, "made_from")
    _only(text_table, {"default", "kinds"}, "text")
    default = document.get("default")
    if default not in (None, "keep", "drop"):
        _no("default says nothing that can be done", expected="keep or drop")
    kinds = _table(text_table, "kinds")
    return MaskPlan(
        default=default if isinstance(default, str) else None,
        columns=_columns(document.get("column", [])),
        text={kind: _in_text(one, f"text.kinds.{kind}") for kind, one in kinds.items()},
        text_default=_in_text(text_table.get("default", "redact"), "text.default"),
        rows=_rows(document.get("rows")),
        recognisers=_digest(document.get("recognisers"), "recognisers"),
        dataset=_digest(made_from.get("dataset"), "made_from.dataset"),
        scan=_digest(made_from.get("scan"), "made_from.scan"),
    )


def _columns(rows: object) -> tuple[ColumnRule, ...]:
    if not isinstance(rows, list):
        _no("column is no array of tables", expected="[[column]]")
    found = tuple(_column(one) for one in rows)
    counts = Counter(one.name for one in found)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        _no(f'the column "{twice[0][:80]}" stands twice')
    return found


def _column(table: object) -> ColumnRule:
    if not isinstance(table, dict):
        _no("column is no array of tables", expected="[[column]]")
    said = dict(table)
    name = said.pop("name", None)
    if not isinstance(name, str) or not name:
        _no("a column has no name", expected="name")
    where = f'column "{name[:80]}"'
    reason, kinds = said.pop("reason", ""), said.pop("kinds", [])
    if not isinstance(reason, str):
        _no(f"{where}: reason is no text")
    if not isinstance(kinds, list) or not all(isinstance(one, str) and one for one in kinds):
        _no(f"{where}: kinds is no list of kinds", expected='kinds = ["email"]')
    return ColumnRule(name, _rule(said, where), tuple(kinds), reason)


def _in_text(said: object, where: str) -> Rule:
    table = {"method": said} if isinstance(said, str) else said
    if not isinstance(table, dict):
        _no(f"{where} is neither a method nor a table", expected='"redact"')
    rule = _rule(table, where)
    if not METHODS[rule.method].in_text:
        able = [name for name, one in METHODS.items() if one.in_text]
        _no(f"{where}: this cannot be done in prose", expected=" or ".join(able), got=rule.method)
    return rule


def _rule(table: Table, where: str) -> Rule:
    said = dict(table)
    method = said.pop("method", None)
    if not isinstance(method, str) or method not in METHODS:
        _no(f"{where}: the method is not known", expected=" or ".join(METHODS),
            got=str(method)[:80])  # fmt: skip
    known = options_of(method, said.get("by"))
    _only(said, set(known), where)
    options: dict[str, Value] = {}
    for name, raw in said.items():
        value = tuple(raw) if isinstance(raw, list) else raw
        if not known[name].fits(value) or not isinstance(value, str | int | tuple):
            _no(f"{where}: {name} is not what it may be", expected=known[name].expected)
        options[name] = value
    missing = [name for name, one in known.items() if one.required and name not in options]
    if missing:
        _no(f"{where}: {method} needs {missing[0]}", expected=known[missing[0]].expected)
    if method == "clip" and not options:
        _no(f"{where}: clip needs low, high, or both")
    return Rule(method, options)


def _rows(table: object) -> RowRule | None:
    if table is None:
        return None
    if not isinstance(table, dict):
        _no("rows is no table", expected="[rows]")
    _only(table, {"smaller_than", "columns", "reason"}, "rows")
    least, columns, reason = (
        table.get("smaller_than"), table.get("columns"), table.get("reason", ""),
    )  # fmt: skip
    names = tuple(columns) if isinstance(columns, list) else columns
    if not MIN_CLASS.fits(least) or not isinstance(least, int):
        _no("rows.smaller_than is not what it may be", expected=MIN_CLASS.expected)
    if not NAMES.fits(names) or not isinstance(names, tuple):
        _no("rows.columns is not what it may be", expected=NAMES.expected)
    return RowRule(least, names, reason if isinstance(reason, str) else _no("rows.reason"))


def _digest(value: object, where: str) -> str | None:
    if value is None or (isinstance(value, str) and len(value) == 64 and set(value) <= _HEX):
        return value
    return _no(f"{where} is no digest", expected="64 hex digits")


def _table(document: Table, name: str) -> Table:
    value = document.get(name, {})
    return value if isinstance(value, dict) else _no(f"{name} is no table")


def _only(table: Table, names: set[str], where: str) -> None:
    odd = sorted(set(table) - names)
    if odd:
        _no(f"{where} has a key that means nothing here",
            expected=" or ".join(sorted(names)) or "none", got=odd[0][:80])  # fmt: skip


def _no(what: str, *, expected: str | None = None, got: str | None = None) -> NoReturn:
    raise MalformedError(
        MALFORMED, f"the mask plan: {what}", expected=expected, got=got,
        mend="see spec/mask-plan.md",
    )  # fmt: skip
