"""The page on a scan: which columns hold what, how sure that is, what was not looked for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sunlit.producers.data.report.charts import MOST, Dot, Row, counts, drawn, shares
from sunlit.producers.data.report.figures import (
    UNKNOWN,
    between,
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
from sunlit.producers.data.report.said import SAME, command, digest, made_with

BY: Final = {"values": "values", "name": "name of the column only", "both": "values and name"}
IN_TEXT: Final = "documents"
Found = tuple[str, Mapping[str, object]]


def scan_page(detail: Mapping[str, object]) -> Page:
    """Return the page on a scan."""
    dataset = part(detail, "dataset")
    sensitive = detail.get("sensitive") is not False
    found = list(_found(detail))
    return Page(
        kind="scan of a dataset", at=str(detail.get("scanned_on") or ""),
        title=f"What personal data {known(dataset.get('name'))} seems to hold",
        lead=known(detail.get("headline")),
        verdict="An independent review is needed before anybody trains on it."
        if sensitive else "Nothing was found that asks for a review.",
        holds=not sensitive, grounds=listed(detail, "grounds"),
        facts=_facts(detail), table=_table(found), charts=tuple(_charts(detail, found)),
        nothing_drawn="Nothing was found that a chart could add to the table." if found
        else "Nothing was found in any column, by its values or by its name.",
        how=[one for one in (known(detail.get("interval")), _method(detail)) if one != UNKNOWN],
        made_with=_made_with(detail), command=command("sunlit", "data", "scan", "PLACE"),
        command_note=SAME, limits=listed(detail, "limits"),
    )  # fmt: skip


def _found(detail: Mapping[str, object]) -> Iterator[Found]:
    for one in several(part(detail, "text"), "finds"):
        yield IN_TEXT, one
    for column in several(detail, "columns"):
        for one in several(column, "finds"):
            yield known(column.get("name")), one


def _facts(detail: Mapping[str, object]) -> tuple[Fact, ...]:
    dataset, residual = part(detail, "dataset"), part(detail, "residual")
    columns = several(detail, "columns")
    bare = [one for one in columns if not several(one, "finds") and not one.get("free_text")]
    unread = [known(one.get("name")) for one in several(dataset, "unread")]
    left = "no prose was found, so none is estimated"
    if residual:
        left = (
            f"an estimated {share(residual.get('estimate'))} of {known(residual.get('unit'))}, at "
            f"most {share(residual.get('high'))}"
        )
    return (
        Fact("Rows or documents", count(detail.get("rows"))),
        *(
            [Fact("Columns", f"{count(len(columns))}, of which {count(len(bare))} showed nothing")]
            if columns
            else ()
        ),
        Fact("Free text", names(listed(detail, "free_text"))),
        Fact("Special-category data", names(listed(detail, "special_category"))),
        Fact("Criminal-offence data", names(listed(detail, "criminal_offence"))),
        Fact("Quasi-identifiers by name", names(listed(detail, "quasi_identifiers"))),
        Fact("Prose that holds an identifier that was not found", left),
        Fact("Files that could not be read", names(unread)),
    )


def _table(found: Sequence[Found]) -> Table:
    rows = [
        (
            cell(column),
            cell(known(one.get("title")), one.get("kind")),
            cell(known(one.get("category"))),
            cell(_rate(one), None if one.get("by") == "name" else number(one.get("rate"))),
            cell(BY.get(str(one.get("by")), UNKNOWN)),
            cell(_two(one.get("confidence")), number(one.get("confidence"))),
            cell(", ".join(listed(one, "shapes")[:3])),
        )
        for column, one in found
    ]
    heads = (
        "Column", "What", "Category", "Share of values (95 % interval)", "Rests on",
        "How sure (0 to 1)", "Shapes",
    )  # fmt: skip
    return Table("What was found, by column; no value is shown, only its shape", heads, tuple(rows))


def _rate(one: Mapping[str, object]) -> str:
    if one.get("by") == "name":
        return "not measured: by name"
    return between(one.get("rate"), one.get("low"), one.get("high"))


def _two(value: object) -> str:
    found = number(value)
    return UNKNOWN if found is None else f"{found:.2f}"


def _charts(detail: Mapping[str, object], found: Sequence[Found]) -> Iterator[Chart]:
    measured = [one for one in found if one[1].get("by") in ("values", "both")]
    if measured:
        yield _rates(measured)
    if len({one.get("category") for _, one in found}) > 1:
        yield _categories(found)
    kinds = several(part(detail, "residual"), "kinds")
    if kinds:
        yield _recall(kinds)


def _rates(found: Sequence[Found]) -> Chart:
    ranked = sorted(found, key=lambda one: (-(number(one[1].get("rate")) or 0), one[0]))
    rows = [
        Row(
            f"{column}: {known(one.get('kind'))}", share(one.get("rate")),
            (Dot(number(one.get("rate")), number(one.get("low")), number(one.get("high"))),),
        )
        for column, one in ranked
    ]  # fmt: skip
    marks, height = drawn(rows, shares(rows), "Share of the values that were looked at")
    column, top = ranked[0]
    kind = known(top.get("kind"))
    rest = f" The {MOST} most frequent of {len(rows):,} are drawn." if len(rows) > MOST else ""
    return Chart(
        name="scan-rates",
        headline=f"Most frequent: {kind} in {share(top.get('rate'))} of {column}",
        subtitle="Share of values that hold a kind, after validation; lines are 95 % intervals",
        summary=(
            f"{len(rows):,} kinds were found in values. The most frequent is {kind}, {column}, in "
            f"{between(top.get('rate'), top.get('low'), top.get('high'))} of values.{rest}"
        ),
        marks=marks, height=height,
        table=Table(
            "Hit rates", ("Column", "Kind", "Hits", "Of", "Share", "Low", "High"),
            tuple(
                (
                    cell(where), cell(known(one.get("kind"))),
                    cell(count(one.get("hits")), one.get("hits")),
                    cell(count(one.get("rows")), one.get("rows")),
                    *(cell(share(one.get(end)), number(one.get(end))) for end in RATE),
                )
                for where, one in ranked
            ),
        ),
    )  # fmt: skip


RATE: Final = ("rate", "low", "high")


def _categories(found: Sequence[Found]) -> Chart:
    pairs = {(column, known(one.get("category"))) for column, one in found}
    tally = sorted(Counter(category for _, category in pairs).items(), key=_most_first)
    rows = [Row(one, count(times), (Dot(float(times)),)) for one, times in tally]
    marks, height = drawn(rows, counts(rows), "Columns (documents count as one)", bars=True)
    name = tally[0][0]
    return Chart(
        name="scan-categories",
        headline=f"{len(tally):,} {'category' if len(tally) == 1 else 'categories'} of data, "
        f"most often {name}",
        subtitle="Columns that hold each category of data, by values or by name",
        summary="; ".join(f"{row.label}: {row.said}" for row in rows) + ".",
        marks=marks, height=height,
        table=Table(
            "Columns by category", ("Category", "Columns"),
            tuple((cell(one), cell(count(times), times)) for one, times in tally),
        ),
    )  # fmt: skip


def _most_first(one: tuple[str, int]) -> tuple[int, str]:
    return -one[1], one[0]


def _recall(kinds: Sequence[Mapping[str, object]]) -> Chart:
    ranked = sorted(kinds, key=lambda one: -(number(one.get("missed")) or 0))
    rows = [
        Row(
            known(one.get("kind")), f"{share(one.get('recall'))} found",
            (Dot(number(one.get("recall")), number(one.get("low")), number(one.get("high"))),),
        )
        for one in ranked
    ]  # fmt: skip
    marks, height = drawn(rows, shares(rows, 1), "Recall on labelled made-up text")
    worst = ranked[0]
    return Chart(
        name="scan-residual",
        headline=f"In prose, {known(worst.get('kind'))} is missed most often",
        subtitle="How much of each kind the recognisers find in labelled text, with intervals",
        summary=(
            f"Finds of {known(worst.get('kind'))}: {count(worst.get('hits'))}; some "
            f"{count(worst.get('missed'))} more are to be expected, for "
            f"{share(worst.get('recall'))} of them are found in labelled text."
        ),
        marks=marks, height=height,
        table=Table(
            "What prose may still hold",
            ("Kind", "Found", "Recall", "Low", "High", "Missed, about"),
            tuple(
                (
                    cell(known(one.get("kind"))), cell(count(one.get("hits")), one.get("hits")),
                    *(cell(share(one.get(end)), number(one.get(end))) for end in RECALL),
                    cell(count(one.get("missed")), number(one.get("missed"))),
                )
                for one in ranked
            ),
        ),
    )  # fmt: skip


RECALL: Final = ("recall", "low", "high")


def _method(detail: Mapping[str, object]) -> str:
    return known(part(detail, "residual").get("method"))


def _made_with(detail: Mapping[str, object]) -> tuple[Fact, ...]:
    model = part(detail, "names").get("model")
    return made_with(
        ("Made with", detail.get("tool")),
        ("Dataset, SHA-256", digest(detail, "dataset", "digest")),
        ("Recognisers, SHA-256", part(detail, "recognisers").get("digest")),
        ("Recognisers, number", count(part(detail, "recognisers").get("count"))),
        ("Model that looked for names", model or "none: names were not looked for"),
    )
