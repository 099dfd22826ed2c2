"""Proposes a mask plan from a scan's report: one rule a column, each with the reason for it.

It is a beginning for a person to edit, and careful on purpose: what identifies is replaced, prose
is masked, dates of birth and places become coarser, and every column is named, so that a column
that comes later is an error and not a leak.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sunlit.recognise.plan import ColumnRule, MaskPlan, Rule

COARSER: Final[Mapping[str, Mapping[str, str | int]]] = {
    "date-of-birth": {"by": "date", "to": "year"},
    "uk-postcode": {"by": "postcode", "to": "outward"},
    "ip-address": {"by": "network", "bits": 24, "bits6": 48},
}
LABELLED: Final = frozenset({"address", "organisation", "coordinates"})
REPLACED: Final = frozenset({"identifier", "contact", "financial", "health", "person"})
DECIDED: Final = frozenset({"special-category", "criminal-offence"})
TEXT: Final = "VARCHAR"
CHANCE: Final = "taken for chance"  # how a note of the scan ends (scan_decide.py)


def propose(detail: Mapping[str, Any]) -> MaskPlan:
    """Return a plan for the dataset of a scan; `detail` is the scan's report (`scan.py`)."""
    columns = tuple(_column(one) for one in detail["columns"])
    columns += tuple(
        ColumnRule(one["name"], Rule("keep"), reason=f"not looked at: {one['why']}")
        for one in detail["not_looked"]
        if one["name"] not in {known.name for known in columns}
    )
    has_prose = any(one.rule.method == "text" for one in columns)
    return MaskPlan(
        columns=columns,
        text=_prose(columns) if detail["text"] or has_prose else {},
        recognisers=detail["recognisers"]["digest"],
        dataset=detail["dataset"]["digest"].get("sha256"),
        # The digest of the report as `sunlit data scan` writes it.
        scan=hashlib.sha256(
            json.dumps(detail, ensure_ascii=False, indent=1).encode() + b"\n"
        ).hexdigest(),
    )


def _column(column: Mapping[str, Any]) -> ColumnRule:
    name, finds = column["name"], column["finds"]
    label = next((one for one in finds if one["label"]), None)
    kinds = tuple(dict.fromkeys(one["kind"] for one in finds if one["by"] != "name"))
    if column["free_text"]:
        why = "prose is personal by default"
        return ColumnRule(name, Rule("text"), kinds, f"{why}; found: {_listed(finds)}")
    if label is not None:
        rule, why = _for_label(label["kind"], label["category"])
        both = tuple(dict.fromkeys((label["kind"], *kinds)))
        return ColumnRule(name, rule, both, f"{_found(label)}: {why}")
    if kinds and column["type"] == TEXT:
        return ColumnRule(name, Rule("text"), kinds, f"among other values: {_listed(finds)}")
    if kinds:
        return ColumnRule(name, Rule("keep"), kinds, f"CHECK this: {_listed(finds)}")
    chance = tuple(one.partition(":")[0] for one in column.get("notes", ()) if one.endswith(CHANCE))
    if chance:
        # The second look would find them again: that they stay was decided here, in the open.
        why = f"CHECK this: some numbers look like {', '.join(chance)}, {CHANCE}"
        return ColumnRule(name, Rule("keep"), chance, why)
    return ColumnRule(name, Rule("keep"), reason="nothing was found in it")


def _for_label(kind: str, category: str) -> tuple[Rule, str]:
    if kind in COARSER:
        return Rule("generalise", dict(COARSER[kind])), "made coarser"
    if category == "secret":
        return Rule("drop"), "a secret has no use in data"
    if kind in LABELLED:
        return Rule("redact", {"label": kind}), "redacted; a pseudonym would say nothing more"
    if category in REPLACED:
        # A number is one number however it is grouped; an address of a mailbox is as it is.
        options: dict[str, str | bool] = {"domain": kind}
        if kind != "email":
            options["fold"] = True
        return Rule("pseudonym", options), "the same pseudonym wherever the same value stands"
    if category in DECIDED:
        return Rule("keep"), f"{category} data: DECIDE whether the purpose needs it, else drop it"
    return Rule("keep"), "`sunlit data risk` says whether it must be coarser"


def _prose(columns: Iterable[ColumnRule]) -> dict[str, Rule]:
    """Return what differs from redaction: what is coarser, and pseudonyms that columns share."""
    rules = {kind: Rule("generalise", dict(options)) for kind, options in COARSER.items()}
    for one in columns:
        if one.rule.method == "pseudonym":
            rules[one.rule.text("domain")] = one.rule
    return dict(sorted(rules.items()))


def _found(find: Mapping[str, Any]) -> str:
    if find["by"] == "name":
        return f"{find['kind']} by the column's name"
    also = " and the column's name" if find["by"] == "both" else ""
    return f"{find['kind']} in {find['rate']:.0%} of the values{also}"


def _listed(finds: Iterable[Mapping[str, Any]]) -> str:
    shown = [
        f"{one['kind']} (name)" if one["by"] == "name" else f"{one['kind']} ({one['rate']:.1%})"
        for one in finds
    ]
    return ", ".join(shown) or "nothing"
