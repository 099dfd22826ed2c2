"""The page on a mask: what was done to each column, and what a second look still found."""

from collections.abc import Mapping, Sequence

from sunlit.producers.data.report.charts import MOST, Dot, Row, drawn, shares
from sunlit.producers.data.report.figures import (
    count,
    known,
    listed,
    names,
    number,
    part,
    several,
    share,
)
from sunlit.producers.data.report.model import Chart, Fact, Page, Table, cell
from sunlit.producers.data.report.said import command, digest, made_with

Item = Mapping[str, object]
LIMITS = (
    "Whether anything is left that no recogniser knows: a second look finds what the first could.",
    "Whether people can be told from what is left in combination: sunlit data risk measures it.",
    "Pseudonyms are personal data still for whoever has the key, or can guess values and has it.",
)
HOW = (
    "Each column was changed by the method that the plan, whose digest stands here, names for it.",
    (
        "What came out was scanned again before it was put in its place: with anything left that "
        "the plan masks, nothing would have been written."
    ),
)


def mask_page(detail: Item) -> Page:
    """Return the page on a mask."""
    columns = several(detail, "columns")
    changed = [one for one in columns if number(one.get("changed"))]
    survivors = number(part(detail, "second_look").get("survivors"))
    return Page(
        kind="masking of a dataset", at=str(detail.get("masked_on") or ""),
        title=f"What was masked in {known(part(detail, 'input').get('name'))}",
        lead=(
            f"{count(detail.get('rows_out'))} of {count(detail.get('rows_in'))} rows came out; "
            f"{count(len(changed))} of {count(len(columns))} columns were changed."
        ),
        verdict="The second look found nothing that the plan masks."
        if survivors == 0 else "It is not known that a second look found nothing.",
        holds=True if survivors == 0 else None,
        grounds=_kept(detail), facts=_facts(detail), table=_table(columns),
        more=_more(detail), charts=(_chart(changed, len(columns)),) if changed else (),
        nothing_drawn="No value of any column was changed.",
        how=HOW, made_with=_made_with(detail), limits=LIMITS,
        command=command("sunlit", "data", "mask", "PLACE", "--plan", "PLAN", "--out", "OUT"),
        command_note="PLACE and PLAN are the files whose SHA-256 and digest stand above; with the "
        "same key (--mask-key), where there is one, the same bytes come out.",
    )  # fmt: skip


def _kept(detail: Item) -> list[str]:
    return [
        f"the plan keeps {known(one.get('kind'))} in {known(one.get('column'))}: "
        f"{count(one.get('rows'))} rows"
        for one in several(part(detail, "second_look"), "kept")
    ]


def _facts(detail: Item) -> tuple[Fact, ...]:
    small = detail.get("classes_too_small")
    fitting = {True: "yes", False: "no: the plan was made for another dataset"}
    made_for = detail.get("made_for_this")
    said = fitting[made_for] if isinstance(made_for, bool) else "the plan does not say"
    return (
        Fact("What came out", known(part(detail, "output").get("name"))),
        Fact("The plan was made for this dataset", said),
        Fact(
            "Rows left out because their class was too small",
            "the plan leaves none out" if small is None else count(small),
        ),
        Fact("Key of pseudonyms", known(detail.get("key_id") or "none is used")),
        Fact("Kinds looked for again", names(listed(part(detail, "second_look"), "kinds"))),
    )


def _table(columns: Sequence[Item]) -> Table:
    rows = tuple(
        (
            cell(known(one.get("column") or "text")), cell(known(one.get("method"))),
            cell(share(one.get("share")), number(one.get("share"))),
            cell(count(one.get("changed")), number(one.get("changed"))),
            cell(_finds(one)), cell(_type(one)), cell(str(one.get("reason") or "")),
        )
        for one in columns
    )  # fmt: skip
    heads = ("Column", "Method", "Share changed", "Values changed", "Found", "Type", "Why")
    return Table("What was done to each column", heads, rows)


def _finds(one: Item) -> str:
    found = part(one, "finds")
    if found:
        return names([f"{count(times)} {kind}" for kind, times in found.items()])
    return names(listed(one, "kinds")) if listed(one, "kinds") else ""


def _type(one: Item) -> str:
    before, after = one.get("type_before"), one.get("type_after")
    if after is None:
        return f"{known(before)}, dropped"
    return known(before) if before == after else f"{known(before)} to {known(after)}"


def _more(detail: Item) -> list[Table]:
    collisions = several(detail, "collisions")
    if not collisions:
        return []
    heads = ("Domain", "Different values", "Share a pseudonym", "Pseudonyms that equal a value")
    rows = tuple(
        (
            cell(known(one.get("domain"))),
            *(cell(count(one.get(name)), number(one.get(name)))
              for name in ("values", "collisions", "meet_values")),
        )
        for one in collisions
    )  # fmt: skip
    return [Table("Short pseudonyms that meet", heads, rows)]


def _chart(columns: Sequence[Item], every: int) -> Chart:
    ranked = sorted(columns, key=lambda one: -(number(one.get("share")) or 0))
    rows = [
        Row(
            f"{known(one.get('column') or 'text')}: {known(one.get('method'))}",
            share(one.get("share")), (Dot(number(one.get("share"))),),
        )
        for one in ranked
    ]  # fmt: skip
    marks, height = drawn(rows, shares(rows, 1), "Share of values changed", bars=True)
    top = ranked[0]
    rest = f" The first {MOST} of {len(rows):,} are drawn." if len(rows) > MOST else ""
    return Chart(
        name="mask-columns",
        headline=f"{count(len(rows))} of {count(every)} columns were changed, most of all "
        f"{known(top.get('column') or 'text')}",
        subtitle="Share of each changed column's values that the plan changed",
        summary=(
            f"{share(top.get('share'))} of {known(top.get('column') or 'text')} changed, by the "
            f"method {known(top.get('method'))}.{rest}"
        ),
        marks=marks, height=height,
        table=Table(
            "Share changed by column", ("Column and method", "Share changed"),
            tuple((cell(row.label), cell(row.said, row.dots[0].value)) for row in rows),
        ),
    )  # fmt: skip


def _made_with(detail: Item) -> tuple[Fact, ...]:
    return made_with(
        ("Dataset, SHA-256", digest(detail, "input", "digest")),
        ("What came out, SHA-256", digest(detail, "output", "digest")),
        ("Plan, digest", detail.get("plan")),
        ("Recognisers, SHA-256", detail.get("recognisers")),
    )
