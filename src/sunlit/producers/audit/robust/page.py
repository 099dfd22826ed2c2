"""The page on a robustness audit: how many answers flip, how much accuracy goes, at each level."""

from collections.abc import Mapping, Sequence
from typing import Final

from sunlit.producers.data.report.charts import Dot, Row, drawn, shares
from sunlit.producers.data.report.figures import between, count, known, number, part, several, share
from sunlit.producers.data.report.model import Chart, Fact, Page, Table, cell
from sunlit.producers.data.report.render import csv_bytes, json_bytes, page_html
from sunlit.producers.data.report.said import made_with

Item = Mapping[str, object]
NAMES: Final = {
    "flip-rate": "Share of answers that change",
    "accuracy-drop": "Accuracy that is lost",
    "character-error-increase": "More letters read wrongly",
    "attack-success": "Rows with another answer close by",
    "monotonicity-violations": "Rows that move against the declared direction",
}  # fmt: skip
VERDICTS: Final = {
    "within": "within its limit", "beyond": "beyond its limit",
    "too-few-rows": "over its limit, as chance may be in so few rows", "no-limit": "no limit set",
}  # fmt: skip
SIDES: Final = {
    "refuses": "refuses it", "clamps": "answers as at the nearest known value",
    "answers": "answers as for known values", "extrapolates": "gives scores that it never gave",
}  # fmt: skip
HOW: Final = (
    "Each input is asked about as it is, and once with each change.",
    "An answer flips when its label is another.",
    "Intervals of shares are exact (Clopper and Pearson, 95 %).",
    "Those of lost accuracy bound the answers that became wrong, and those that became right.",
)
LIMITS: Final = (
    "Changes that somebody makes on purpose to deceive: these are random.",
    "Inputs of other kinds than the ones that were tried.",
    "Whether an answer that stays the same was right, where no outcomes were at hand.",
)


def robustness_page(detail: Item) -> Page:
    """Return the page on a robustness audit."""
    figures = several(detail, "figures")
    holds = detail.get("holds") is True
    return Page(
        kind="robustness audit", at=str(detail.get("tested_on") or ""),
        title=f"How steady is {known(part(detail, 'model').get('name'))}?",
        lead=known(detail.get("headline")),
        verdict="No figure is beyond its limit." if holds else "Figures are beyond their limits.",
        named_by="The statement about the component",
        no_values="columns, changes, counts and shares",
        holds=holds, grounds=[_said(one) for one in figures if one.get("verdict") == "beyond"],
        facts=_facts(detail), table=_table(figures), more=(_far(detail), _left_out(detail)),
        charts=tuple(_chart(name, figures) for name in NAMES if _named(name, figures)),
        how=HOW, limits=LIMITS,
        made_with=made_with(
            ("Made with", detail.get("tool")),
            ("Model, SHA-256", part(detail, "model").get("sha256")),
            *(("Data, SHA-256", part(one, "digest").get("sha256"))
              for one in several(detail, "data")),
            ("Seed", detail.get("seed")), ("Limits set by", part(detail, "limits").get("setBy")),
        ),
    )  # fmt: skip


def robustness_report(detail: Item) -> dict[str, bytes]:
    """Return the files of a report by name: JSON, HTML and the table as CSV."""
    page, name = robustness_page(detail), "robustness.json"
    return {
        name: json_bytes(detail), "robustness.html": page_html(page, detail, name),
        "robustness.csv": csv_bytes(page.table),
    }  # fmt: skip


def _facts(detail: Item) -> tuple[Fact, ...]:
    limits = part(detail, "limits", "limits")
    what = {"tabular": "rows", "text": "texts", "image": "images"}
    return (
        Fact(f"{what.get(str(detail.get('kind')), 'inputs').capitalize()} asked about",
             count(detail.get("rows"))),
        Fact("How it is known which model answered", known(part(detail, "model").get("binding"))),
        Fact("Limits under small changes", ", ".join(f"{k} {v}" for k, v in limits.items())),
    )  # fmt: skip


def _under(one: Item) -> str:
    return f"{known(one.get('check'))} {known(one.get('level'))}"


def _said(one: Item) -> str:
    value = between(one.get("value"), one.get("low"), one.get("high"))
    name = NAMES.get(str(one.get("name")), known(one.get("name")))
    return f"{name} under {_under(one)}: {value}; the limit is {share(one.get('limit'))}."


def _table(figures: Sequence[Item]) -> Table:
    rows = tuple(
        (
            cell(_under(one)), cell(known(one.get("severity"))),
            cell(NAMES.get(str(one.get("name")), known(one.get("name"))), one.get("name")),
            cell(between(one.get("value"), one.get("low"), one.get("high")), one.get("value")),
            cell(share(one.get("limit")) if one.get("limit") is not None else "none",
                 one.get("limit") or ""),
            cell(VERDICTS.get(str(one.get("verdict")), known(one.get("verdict")))),
            cell(count(one.get("rows")), one.get("rows")),
        )
        for one in figures
    )  # fmt: skip
    heads = ("Change", "Severity", "Figure", "Value (95 %)", "Limit", "What it comes to", "Inputs")
    return Table("Every figure", heads, rows)


def _far(detail: Item) -> Table:
    rows = tuple(
        (
            cell(known(one.get("column"))), cell(known(one.get("side"))),
            cell(SIDES.get(str(one.get("behaviour")), known(one.get("behaviour")))),
            cell(f"{count(one.get('flips'))} of {count(one.get('rows'))}", one.get("flips")),
        )
        for one in several(detail, "out_of_range")
    )  # fmt: skip
    heads = ("Column", "Value", "What the model does", "Answers that change")
    return Table("Values that the data never holds", heads, rows)


def _left_out(detail: Item) -> Table:
    rows = tuple(
        (cell(known(one.get("what"))), cell(known(one.get("reason"))))
        for one in several(detail, "not_tested")
    )
    return Table("What was not tested", ("What", "Why"), rows)


def _named(name: str, figures: Sequence[Item]) -> list[Item]:
    return [one for one in figures if one.get("name") == name]


def _chart(name: str, figures: Sequence[Item]) -> Chart:
    found = _named(name, figures)
    rows = [
        Row(
            _under(one), share(one.get("value")),
            (Dot(number(one.get("value")), number(one.get("low")), number(one.get("high"))),),
        )
        for one in found
    ]  # fmt: skip
    limits = [limit for one in found if (limit := number(one.get("limit"))) is not None]
    limit = min(limits, default=None)
    words = "limit" if name == "monotonicity-violations" else "limit, small changes"
    marks, height = drawn(
        rows, shares(rows, limit or 0), NAMES[name],
        limit=None if limit is None else (limit, f"{words} {share(limit)}"),
    )  # fmt: skip
    worst = max(found, key=lambda one: number(one.get("value")) or 0)
    return Chart(
        name=f"robustness-{name}",
        headline=f"{NAMES[name]}: at most {share(worst.get('value'))}",
        subtitle="By change, with 95 % intervals; the limit is for changes of low severity",
        summary=f"Most under {_under(worst)}: {share(worst.get('value'))}.",
        marks=marks, height=height,
        table=Table(
            NAMES[name], ("Change", "Value", "Low", "High"),
            tuple(
                (cell(row.label), *(cell(share(it), it) for it in (dot.value, dot.low, dot.high)))
                for row in rows for dot in row.dots
            ),
        ),
    )  # fmt: skip
