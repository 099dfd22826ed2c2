"""The charts of a synthesis: distances by column, exact copies, what attacks gain."""

from collections.abc import Iterator, Mapping
from typing import Final

from sunlit.producers.data.report.charts import MOST, Dot, Row, drawn, series, shares
from sunlit.producers.data.report.figures import between, known, number, part, several, share
from sunlit.producers.data.report.model import Chart, Table, cell

Item = Mapping[str, object]
MADE: Final = ("made", "control", "baseline")
KEYS: Final = ("made-up rows", "control: chance alone", "independent columns")
WHO: Final = ("Made-up rows", "Control: chance alone", "Independent columns")


def synth_charts(detail: Item) -> Iterator[Chart]:
    """Yield the charts for which the document has figures."""
    if several(part(detail, "privacy"), "attacks"):
        yield _attacks(detail)
    if several(part(detail, "utility"), "marginals"):
        yield _marginals(detail)
    if part(detail, "privacy", "copies"):
        yield _copies(detail)


def attack_name(one: Item) -> str:
    """Return what an attack is called."""
    of = f" of {one['column']}" if one.get("column") else ""
    return known(one.get("attack")).replace("-", " ") + of


def _attacks(detail: Item) -> Chart:
    attacks = several(part(detail, "privacy"), "attacks")
    ranked = sorted(attacks, key=lambda one: -(number(part(one, "excess").get("value")) or 0))
    rows = [
        Row(attack_name(one), share(part(one, "excess").get("value")), (_dot(one, "excess"),))
        for one in ranked
    ]
    above = [one for one in ranked if (number(part(one, "excess").get("low")) or 0) > 0]
    marks, height = drawn(
        rows, shares(rows), "Excess over independent columns, in percentage points"
    )
    said = "No attack gains more than on columns drawn independently"
    if above:
        said = f"{len(above)} of {len(ranked)} attacks gain: most, {attack_name(above[0])}"
    top = part(ranked[0], "excess")
    return Chart(
        name="synth-attacks", headline=said,
        subtitle="What each attack gains over the same attack on independent columns; "
        "lines are 95 % intervals",
        summary=(
            f"The largest excess is {between(top.get('value'), top.get('low'), top.get('high'))}, "
            f"by {attack_name(ranked[0])}. An attack whose whole interval lies right of zero gains."
        ),
        marks=marks, height=height,
        table=Table(
            "Excess of attacks", ("Attack", "Excess", "Low", "High"),
            tuple(
                (
                    cell(attack_name(one)),
                    *(cell(share(end), number(end)) for end in _ends(part(one, "excess"))),
                )
                for one in ranked
            ),
        ),
    )  # fmt: skip


def _ends(at: Item) -> tuple[object, ...]:
    return tuple(at.get(name) for name in ENDS)


def _dot(one: Item, name: str) -> Dot:
    at = part(one, name)
    return Dot(number(at.get("value")), number(at.get("low")), number(at.get("high")))


def _marginals(detail: Item) -> Chart:
    marginals = several(part(detail, "utility"), "marginals")
    ranked = sorted(marginals, key=lambda one: -(number(one.get("made")) or 0))
    rows = [
        Row(
            known(one.get("column")), share(one.get("made")),
            tuple(Dot(number(one.get(name))) for name in MADE),
        )
        for one in ranked
    ]  # fmt: skip
    marks, height = drawn(rows, shares(rows), "Total variation distance from the real rows")
    worst = ranked[0]
    rest = f" The {MOST} farthest of {len(rows):,} are drawn." if len(rows) > MOST else ""
    return Chart(
        name="synth-marginals",
        headline=f"Farthest from the real rows: {known(worst.get('column'))}",
        subtitle="Distance of each column's shares of values; nearer to zero is more alike",
        summary=(
            f"{known(worst.get('column'))} differs by {share(worst.get('made'))}; chance alone "
            f"makes {share(worst.get('control'))}.{rest}"
        ),
        marks=marks, height=height, key=series(*KEYS),
        table=Table(
            "Distance by column", ("Column", *WHO),
            tuple(
                (cell(row.label), *(cell(share(dot.value), dot.value) for dot in row.dots))
                for row in rows
            ),
        ),
    )  # fmt: skip


def _copies(detail: Item) -> Chart:
    rows = []
    for name, who in zip(MADE, WHO, strict=True):
        one = part(detail, "privacy", "copies", name)
        rows.append(Row(who, share(one.get("value")), (_dot({"at": one}, "at"),)))
    marks, height = drawn(rows, shares(rows), "Share of rows that equal a real row")
    made, control = rows[0], rows[1]
    return Chart(
        name="synth-copies",
        headline=f"{made.said} of made-up rows equal a real one; by chance {control.said}",
        subtitle="Rows that equal a training row in every column, with 95 % intervals",
        summary=(
            f"{made.said} of made-up rows equal a training row, {control.said} of the rows that "
            f"were held back, and {rows[2].said} where columns are independent."
        ),
        marks=marks, height=height, table=copies_of(detail),
    )  # fmt: skip


def copies_of(detail: Item) -> Table:
    """Return the table of exact copies."""
    rows = []
    for name, who in zip(MADE, WHO, strict=True):
        one = part(detail, "privacy", "copies", name)
        shown = (cell(share(one.get(end)), number(one.get(end))) for end in ENDS)
        rows.append((cell(who), *shown))
    heads = ("Rows", "Share that equal a real row", "Low", "High")
    return Table("Exact copies of real rows", heads, tuple(rows))


ENDS: Final = ("value", "low", "high")
