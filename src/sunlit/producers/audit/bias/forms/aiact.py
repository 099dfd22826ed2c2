"""European Union: what a technical file says of accuracy and bias, Regulation (EU) 2024/1689.

Annex IV 2(g) (validation data, metrics, potentially discriminatory impacts) and 3 (accuracy for
the persons or groups on which the system is used), with what Article 10(2)(f) and (g) ask of the
data and Article 15 of declared accuracy. No metric is prescribed. Since when each duty holds
stands in the rubric's data of law, not here.
"""

from typing import Any, Final

from sunlit.producers.audit.bias.forms import said
from sunlit.producers.audit.bias.forms.page import RATES, charts
from sunlit.producers.audit.bias.forms.said import Item, part, several
from sunlit.producers.data.report.figures import count, share
from sunlit.producers.data.report.model import Fact, Page, Table, cell

SECTIONS: Final = (
    ("Annex IV, 2(g)", "validation and testing: data, metrics, potentially discriminatory impacts"),
    ("Annex IV, 3", "degrees of accuracy for the persons or groups on which it is to be used"),
    ("Article 10(2)(f)", "examination of possible biases that are likely to affect people"),
    ("Article 10(2)(g)", "measures to detect, prevent and mitigate the biases found"),
    ("Article 15(1), (3)", "an appropriate level of accuracy, declared with its metrics"),
)
MITIGATION: Final = (
    "This audit detects. What prevents and mitigates what it found stands in the statements on "
    "mitigations and in the next release's audit."
)
LIMITS: Final = (
    "Whether the file is complete: Annex IV has nine points, and this is for parts of two.",
    "Whether special categories of personal data might be processed for it (Article 10(5)).",
    *said.LIMITS,
)


def document(detail: Item) -> dict[str, Any]:
    """Return the section."""
    return {
        "format": "sunlit-aiact-annex-iv/1",
        "regulation": "Regulation (EU) 2024/1689",
        "sections": [{"point": point, "asks": asks} for point, asks in SECTIONS],
        "testing_data": {**part(detail, "data"), "people": detail.get("rows")},
        "metrics": list(_metrics(detail)),
        "accuracy_by_group": [
            {
                "attribute": name, "characteristic": said.characteristic(detail, name),
                "groups": [_accuracy(one) for one in said.groups(said.table(detail, name))],
            }
            for name in said.attributes(detail)
        ],
        "discriminatory_impacts": [
            {"attribute": one["names"][0], "gaps": dict(part(one, "gaps"))}
            for one in several(detail, "tables")
            if len(one["names"]) == 1
        ],
        "not_examined": said.not_analysed(detail),
        "mitigation": MITIGATION,
    }  # fmt: skip


def _metrics(detail: Item) -> list[str]:
    first = several(detail, "tables")[0]
    held = said.groups(first)
    return [name for name in RATES if held and name in held[0]]


def _accuracy(one: Item) -> dict[str, Any]:
    return {"group": said.label(one), "people": one["rows"], **{
        name: {k: v for k, v in part(one, name).items() if k in ("value", "low", "high")}
        for name in RATES if name in one
    }}  # fmt: skip


def page(detail: Item) -> Page:
    """Return the page of the section."""
    missing = said.not_analysed(detail)
    impacts = _impacts(detail)
    groups = [_by_group(detail, name) for name in said.attributes(detail)]
    return Page(
        kind="technical documentation, AI Act Annex IV", at=str(detail.get("auditedOn") or ""),
        title=f"Accuracy and bias: {part(detail, 'data').get('name')}",
        lead="What Annex IV, points 2(g) and 3, asks of testing, accuracy for groups of people "
        "and potentially discriminatory impacts.",
        verdict=str(detail.get("headline")), holds=None,
        grounds=[f"not examined: {what} ({why})" for what, why in missing.items()],
        facts=(
            *said.of_whom(detail),
            *(Fact(point, asks) for point, asks in SECTIONS),
            Fact("Mitigation", MITIGATION),
        ),
        table=impacts, more=groups, charts=charts(detail),
        nothing_drawn="No group is large enough to be shown.", how=said.HOW,
        made_with=said.made_by(detail), limits=LIMITS, named_by=said.NAMED_BY,
        no_values=said.NO_VALUES,
    )  # fmt: skip


def _impacts(detail: Item) -> Table:
    rows = tuple(
        (
            cell(said.characteristic(detail, one["names"][0])), cell(RATES[name]),
            cell(share(gap["difference"]), gap["difference"]),
            cell(f"{share(gap.get('low'))} to {share(gap.get('high'))}"),
            cell(f"{' x '.join(gap['lowest'])} and {' x '.join(gap['highest'])}"),
        )
        for one in several(detail, "tables") if len(one["names"]) == 1
        for name, gap in part(one, "gaps").items() if name in RATES
    )  # fmt: skip
    heads = ("Characteristic", "Metric", "Points apart", "95 % interval", "Between")
    return Table("Potentially discriminatory impacts (Annex IV, 2(g))", heads, rows)


def _by_group(detail: Item, name: str) -> Table:
    found = said.groups(said.table(detail, name))
    shown = [one for one in RATES if any(one in group for group in found)]
    rows = tuple(
        (cell(said.label(one)), cell(count(one["rows"]), one["rows"]),
         *(said.share_cell(one, rate) for rate in shown))
        for one in found
    )  # fmt: skip
    kind = said.characteristic(detail, name)
    heads = ("Group", "People", *(RATES[one] for one in shown))
    return Table(f"Accuracy for groups by {kind} (Annex IV, 3)", heads, rows)
