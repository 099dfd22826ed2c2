"""The page of an audit: each group's rates, drawn and in tables, and what was not looked at."""

from collections.abc import Sequence
from typing import Final

from sunlit.producers.audit.bias.forms import said
from sunlit.producers.audit.bias.forms.said import Item, part, several
from sunlit.producers.data.report.charts import MOST, Dot, Row, Scale, drawn, series, shares
from sunlit.producers.data.report.figures import number, share
from sunlit.producers.data.report.model import Chart, Page, Table, cell

RATES: Final = {
    "selection": "Selected", "tpr": "Selected of those who should be",
    "fpr": "Selected of those who should not", "precision": "Right, of the selected",
    "accuracy": "Right, of all",
}  # fmt: skip


def bias_page(detail: Item) -> Page:
    """Return the page on an audit."""
    tables = [_table(detail, one) for one in several(detail, "tables")]
    missing = said.not_analysed(detail)
    return Page(
        kind="bias audit", at=str(detail.get("auditedOn") or ""),
        title=f"How groups of people are treated: {part(detail, 'data').get('name')}",
        lead=f"Good for a person: {detail.get('favourable')}.",
        verdict=str(detail.get("headline")), holds=None,
        grounds=[f"not analysed: {what} ({why})" for what, why in missing.items()],
        facts=said.of_whom(detail), table=tables[0],
        more=[*tables[1:], _gaps(detail), _out(detail)],
        charts=charts(detail), nothing_drawn="No group is large enough to be shown.",
        how=said.HOW, made_with=said.made_by(detail), limits=said.LIMITS,
        command="sunlit audit bias --open GUARDED --claim STATEMENT",
        command_note="Whoever holds the guarded counts and their salt checks the commitment with "
        "this, and computes every figure again.",
        named_by=said.NAMED_BY, no_values=said.NO_VALUES,
    )  # fmt: skip


def _table(detail: Item, one: Item) -> Table:
    names = " x ".join(map(str, one["names"]))
    shown = [name for name in RATES if any(name in group for group in said.groups(one))]
    reference = one.get("reference")
    against = "" if reference is None else f", ratios to {' x '.join(map(str, reference))}"
    heads = ("Group", "People", *(RATES[name] for name in shown), "Ratio of selection")
    rows = tuple(
        (
            cell(said.label(group)), said.count_cell(group["rows"]),
            *(said.share_cell(group, name) for name in shown), cell(_ratio(group, reference)),
        )
        for group in said.groups(one)
    )  # fmt: skip
    kinds = " x ".join(said.characteristic(detail, str(name)) for name in one["names"])
    return Table(f"By {kinds} ({names}){against}", heads, rows)


def _ratio(group: Item, reference: Sequence[str] | None) -> str:
    if group["values"] == reference:
        return "reference"
    value = number(part(group, "selection").get("ratio"))
    return "in no ratio" if value is None else f"{value:.3f}"


def _gaps(detail: Item) -> Table:
    rows = []
    for one in several(detail, "tables"):
        for name, gap in part(one, "gaps").items():
            if name not in RATES or len(one["names"]) > 1:
                continue
            ends = f"{share(gap.get('low'))} to {share(gap.get('high'))}"
            rows.append((
                cell(f"{one['names'][0]}: {RATES[name]}"),
                cell(" x ".join(gap["lowest"])), cell(" x ".join(gap["highest"])),
                cell(share(gap["difference"]), number(gap["difference"])), cell(ends),
            ))  # fmt: skip
    heads = ("Rate", "Lowest group", "Highest group", "Points apart", "95 % interval")
    return Table("How far the groups lie apart", heads, tuple(rows))


def _out(detail: Item) -> Table:
    rows = tuple(tuple(cell(one) for one in row) for row in said.left_out(detail))
    rows += tuple(
        (cell(" x ".join(one["names"])), cell("the whole table"), cell(str(one["reason"])))
        for one in several(detail, "withheld")
    )
    return Table("Left out", ("Attribute", "Group", "Why"), rows)


def charts(detail: Item, rates: Sequence[str] = (), of: Sequence[str] = ()) -> tuple[Chart, ...]:
    """Return a chart for each attribute and rate (the one that matters first) of each group.

    `of` names the attributes, all where it is empty.
    """
    found = [one for one in several(detail, "tables") if len(one["names"]) == 1]
    return tuple(
        chart(detail, one, name)
        for one in found
        for name in rates or (main_rate(detail),)
        if said.groups(one) and name in said.groups(one)[0] and (not of or one["names"][0] in of)
    )


def main_rate(detail: Item) -> str:
    """Return the rate that matters first: of those who should be treated well, who is not."""
    if detail.get("outcome") is None:
        return "selection"
    return "fpr" if detail.get("adverse") else "tpr"


def chart(detail: Item, one: Item, name: str) -> Chart:
    """Return the chart of one rate by one attribute."""
    attribute = str(one["names"][0])
    kind = said.characteristic(detail, attribute)
    rows = [_row(group, name) for group in said.groups(one)]
    gap = part(one, "gaps", name)
    apart = share(gap.get("difference")) if gap else "not known"
    scale = _scale(rows)
    marks, height = drawn(rows, scale, f"{RATES[name]}, share of the group")
    rest = f" The first {MOST} are drawn; the table has more." if len(rows) > MOST else ""
    return Chart(
        name=f"bias-{''.join(one for one in attribute if one.isalnum())}-{name}",
        headline=f"{RATES[name]}: by {kind}, groups lie {apart} apart".replace("%", "points", 1)
        if gap else f"{RATES[name]}: by {kind}, there are no two groups to compare",
        subtitle=f"{RATES[name]}, by {attribute}, with 95 % intervals",
        summary=_summary(one, gap, name) + rest, marks=marks, height=height,
        key=series(f"{RATES[name]}; the line is its interval"),
        table=Table(
            f"{RATES[name]} by {attribute}", ("Group", "People", RATES[name]),
            tuple(
                (cell(said.label(it)), said.count_cell(it["rows"]), said.share_cell(it, name))
                for it in said.groups(one)
            ),
        ),
    )  # fmt: skip


def _scale(rows: Sequence[Row]) -> Scale:
    return shares(rows, 1)


def _row(group: Item, name: str) -> Row:
    one = part(group, name)
    dot = Dot(number(one.get("value")), number(one.get("low")), number(one.get("high")))
    counted = f"{one.get('count')} of {one.get('of')}: " if one else ""
    return Row(said.label(group), f"{counted}{share(one.get('value'))}", (dot,))


def _summary(one: Item, gap: Item, name: str) -> str:
    if not gap:
        return "Fewer than two groups have a rate that can be compared."
    low = next(it for it in said.groups(one) if it["values"] == gap["lowest"])
    high = next(it for it in said.groups(one) if it["values"] == gap["highest"])
    return (
        f"{RATES[name]}: {share(part(low, name).get('value'))} of the group {said.label(low)}, "
        f"{share(part(high, name).get('value'))} of {said.label(high)}."
    )
