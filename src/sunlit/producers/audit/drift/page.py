"""The page on a drift audit: charts of PSI by column and of accuracy by group, every figure."""

from collections.abc import Mapping, Sequence
from typing import Final

from sunlit.producers.data.report.charts import Dot, Row, drawn, series, shares
from sunlit.producers.data.report.charts import Scale as Axis
from sunlit.producers.data.report.figures import count, known, number, part, several, share
from sunlit.producers.data.report.model import Chart, Fact, Key, Page, Table, cell
from sunlit.producers.data.report.render import csv_bytes, json_bytes, page_html
from sunlit.producers.data.report.said import digest, made_with

Item = Mapping[str, object]
VERDICTS: Final = {
    "within": "within its limit", "beyond": "beyond its limit",
    "too-few-rows": "over its limit, as chance may be in so few rows", "no-limit": "no limit set",
}  # fmt: skip
HOW: Final = (
    "PSI of numbers: ten bins by the reference's deciles. A share below 0.0001 counts as 0.0001.",
    "PSI of categories: one bin for each of the reference's, one for all that are new.",
    "KS: the largest difference of the two distribution functions, over every value.",
    "A PSI over its limit counts as drift where chance alone reaches it in under 1 of 20 cases.",
    "docs/assurance/drift.md has every definition.",
)
NAMED_BY: Final = "The statement about the component"
NO_VALUES: Final = "columns, groups that are large enough, counts and shares"
LIMITS: Final = (
    "Whether a change matters: inputs may move and the answers stay right, or the other way round.",
    "Changes in how columns hang together while each keeps its own distribution.",
    "Why something changed.",
)


def drift_page(detail: Item) -> Page:
    """Return the page on a drift audit."""
    figures = several(detail, "figures")
    holds = detail.get("holds") is True
    return Page(
        kind="drift audit", at=str(detail.get("tested_on") or ""),
        title=f"Has {known(part(detail, 'current').get('name'))} drifted?",
        lead=known(detail.get("headline")),
        verdict="No figure is beyond its limit." if holds else "Figures are beyond their limits.",
        named_by=NAMED_BY, no_values=NO_VALUES,
        holds=holds, grounds=[_said(one) for one in figures if one.get("verdict") == "beyond"],
        facts=_facts(detail), table=_table(figures), more=(_left_out(detail),),
        charts=_charts(detail, figures), how=HOW, limits=LIMITS,
        made_with=made_with(
            ("Made with", detail.get("tool")),
            ("Reference, SHA-256", digest(detail, "reference", "digest")),
            ("Current, SHA-256", digest(detail, "current", "digest")),
            ("Limits set by", part(detail, "limits").get("setBy")),
        ),
    )  # fmt: skip


def drift_report(detail: Item) -> dict[str, bytes]:
    """Return the files of a report by name: JSON, HTML and the table as CSV."""
    page = drift_page(detail)
    return {
        "drift.json": json_bytes(detail), "drift.html": page_html(page, detail, "drift.json"),
        "drift.csv": csv_bytes(page.table),
    }  # fmt: skip


def _facts(detail: Item) -> tuple[Fact, ...]:
    limits = part(detail, "limits", "limits")
    return (
        Fact("Rows in the reference", count(part(detail, "reference").get("rows"))),
        Fact("Rows now", count(part(detail, "current").get("rows"))),
        Fact("Groups", known(part(detail, "settings").get("by") or "all rows together")),
        Fact("Limits", ", ".join(f"{name} {value}" for name, value in limits.items())),
    )


def _said(one: Item) -> str:
    where = " in ".join(filter(None, (str(one.get("column") or ""), str(one.get("group") or ""))))
    said = f"{known(one.get('name'))}{f' of {where}' if where else ''}"
    return f"{said} is {_three(one.get('value'))}; the limit is {known(one.get('limit'))}."


def _three(value: object) -> str:
    found = number(value)
    return "not known" if found is None else f"{found:.3f}"


def _table(figures: Sequence[Item]) -> Table:
    rows = tuple(
        (
            cell(known(one.get("column") or "all columns")), cell(str(one.get("group") or "all")),
            cell(known(one.get("name"))), cell(_three(one.get("value")), one.get("value")),
            cell(known(one.get("limit") or "none"), one.get("limit") or ""),
            cell(VERDICTS.get(str(one.get("verdict")), known(one.get("verdict")))),
            cell(count(one.get("rows")), one.get("rows")),
        )
        for one in figures
    )  # fmt: skip
    heads = ("Column", "Group", "Figure", "Value", "Limit", "What it comes to", "Rows now")
    return Table("Every figure", heads, rows)


def _left_out(detail: Item) -> Table:
    rows = tuple(
        (cell(known(one.get("what"))), cell(known(one.get("reason"))))
        for one in several(detail, "not_tested")
    )
    return Table("What was not compared", ("What", "Why"), rows)


def _charts(detail: Item, figures: Sequence[Item]) -> tuple[Chart, ...]:
    found = [
        one for one in figures
        if one.get("name") == "psi" and not one.get("group")
    ]  # fmt: skip
    found.sort(key=lambda one: (-(number(one.get("value")) or 0), str(one.get("column"))))
    charts = [_psi(found)] if found else []
    right = several(detail, "performance")
    return (*charts, _accuracy(right)) if right else tuple(charts)


def _psi(found: Sequence[Item]) -> Chart:
    rows = [
        Row(
            known(one.get("column")), _three(one.get("value")), (Dot(number(one.get("value"))),),
            hatched=one.get("verdict") == "beyond",
        )
        for one in found
    ]  # fmt: skip
    limit = number(found[0].get("limit"))
    axis = _plain(shares(rows, limit or 0))
    marks, height = drawn(
        rows, axis, "Population stability index", bars=True,
        limit=None if limit is None else (limit, f"limit {limit:g}"),
    )  # fmt: skip
    over = sum(row.hatched for row in rows)
    return Chart(
        name="drift-psi", headline=f"{count(over)} of {count(len(rows))} columns moved too far",
        subtitle="Population stability index by column, all rows; the most moved first",
        summary=f"{rows[0].label} moved most: {rows[0].said}. Hatched is what is beyond its limit.",
        marks=marks, height=height,
        key=(Key("rect", "beyond its limit", "hatched"), Key("rect", "within", "bar")),
        table=Table(
            "PSI by column", ("Column", "PSI"),
            tuple((cell(row.label), cell(row.said, row.dots[0].value)) for row in rows),
        ),
    )  # fmt: skip


def _plain(axis: Axis) -> Axis:
    """Return the axis with its ticks as numbers: an index is no percentage."""
    return Axis(axis.low, axis.high, tuple((at, f"{at:g}") for at, _ in axis.ticks))


def _accuracy(right: Sequence[Item]) -> Chart:
    rows = [
        Row(
            known(one.get("group") or "all rows"),
            _both(one),
            (_dot(one, "reference"), _dot(one, "current")),
        )
        for one in right
    ]
    marks, height = drawn(rows, shares(rows), "Share of predictions that were right")
    return Chart(
        name="drift-accuracy", headline="How often the prediction was right, before and now",
        subtitle="By group, with exact 95 % intervals",
        summary="; ".join(f"{row.label}: {row.said}" for row in rows[:5]) + ".",
        marks=marks, height=height, key=series("reference", "now"),
        table=Table(
            "Accuracy by group", ("Group", "Reference", "Now"),
            tuple(
                (cell(row.label), *(cell(share(dot.value), dot.value) for dot in row.dots))
                for row in rows
            ),
        ),
    )  # fmt: skip


def _dot(one: Item, side: str) -> Dot:
    found = part(one, side)
    rows, right = number(found.get("rows")), number(found.get("right"))
    value = None if not rows or right is None else right / rows
    return Dot(value, number(found.get("low")), number(found.get("high")))


def _both(one: Item) -> str:
    return " to ".join(share(_dot(one, side).value) for side in ("reference", "current"))
