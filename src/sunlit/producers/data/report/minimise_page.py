"""The page on a minimisation: which columns the purpose needs, and which it does not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from sunlit.producers.data.report.charts import Dot, Row, counts, drawn
from sunlit.producers.data.report.figures import count, known, listed, names, part, several
from sunlit.producers.data.report.model import Chart, Fact, Page, Table, cell
from sunlit.producers.data.report.said import SAME, command, digest, made_with

Item = Mapping[str, object]
STATES: Final = {"used": "used", "kept": "kept though unused", "dropped": "dropped"}
HOW: Final = (
    (
        "The columns that are used come from the file that is named here (a model is read and "
        "never run), from provenance, or from a declaration; every other column can be dropped."
    ),
)
LIMITS: Final = (
    "Whether the purpose is lawful, or could be reached with less: that is for a person.",
    "Whether a column that is used is needed: a model may use what it could do without.",
    "What columns hold is told by their names here; sunlit data scan looks at the values.",
)


def minimise_page(detail: Item) -> Page:
    """Return the page on a minimisation."""
    columns = several(detail, "columns")
    dropped = [one for one in columns if one.get("state") == "dropped"]
    output = part(detail, "output")
    can = "was dropped" if output else "can be dropped"
    nothing = "The purpose uses every column, or a reason is given to keep it."
    return Page(
        kind="minimisation of a dataset", at=str(detail.get("minimised_on") or ""),
        title=f"What a purpose needs of {known(part(detail, 'source').get('name'))}",
        lead=known(detail.get("text")),
        verdict=f"{count(len(dropped))} of {count(len(columns))} columns: what nobody needs {can}."
        if dropped else nothing,
        holds=None if dropped and not output else True, facts=_facts(detail, columns),
        table=_table(columns), charts=(_chart(columns),) if columns else (),
        how=HOW, made_with=_made_with(detail), limits=LIMITS, command=_command(detail),
        command_note=SAME,
    )  # fmt: skip


def _facts(detail: Item, columns: Sequence[Item]) -> tuple[Fact, ...]:
    return (
        Fact("Purpose", known(detail.get("purpose"))),
        Fact("Rows written", count(part(detail, "output").get("rows")))
        if part(detail, "output") else Fact("Written", "nothing: this is a comparison"),
        *(
            Fact(title.capitalize(), names(_in(columns, state)))
            for state, title in STATES.items()
        ),
        Fact("Taken by the model and never looked at", names(listed(detail, "ignored"))),
    )  # fmt: skip


def _in(columns: Sequence[Item], state: str) -> list[str]:
    return [known(one.get("column")) for one in columns if one.get("state") == state]


def _table(columns: Sequence[Item]) -> Table:
    rows = tuple(
        (
            cell(known(one.get("column"))),
            cell(STATES.get(str(one.get("state")), known(one.get("state")))),
            cell(str(one.get("reason") or "")),
            cell(_kinds(one)), cell(known(one.get("type"))),
        )
        for one in columns
    )  # fmt: skip
    heads = ("Column", "State", "Why it is kept", "Personal data, by its name", "Type")
    return Table("Every column, and what becomes of it", heads, rows)


def _kinds(one: Item) -> str:
    kinds = several(one, "kinds")
    said = [f"{known(kind.get('kind'))} ({known(kind.get('category'))})" for kind in kinds]
    return ", ".join(said)


def _chart(columns: Sequence[Item]) -> Chart:
    tally = Counter(str(one.get("state")) for one in columns)
    rows = [
        Row(title, count(tally[state]), (Dot(float(tally[state])),), hatched=state == "dropped")
        for state, title in STATES.items()
    ]
    marks, height = drawn(rows, counts(rows), "Columns", bars=True)
    return Chart(
        name="minimise-columns",
        headline=f"{count(tally['dropped'])} of {count(len(columns))} columns are not needed",
        subtitle="Columns by what becomes of them; hatched is what goes",
        summary="; ".join(f"{row.label}: {row.said}" for row in rows) + ".",
        marks=marks, height=height,
        table=Table(
            "Columns by state", ("State", "Columns"),
            tuple((cell(row.label), cell(row.said, int(row.dots[0].value or 0))) for row in rows),
        ),
    )  # fmt: skip


def _made_with(detail: Item) -> tuple[Fact, ...]:
    file = part(detail, "file")
    kind = f" ({detail['kind']})" if detail.get("kind") else ""
    return made_with(
        ("Made with", detail.get("tool")),
        ("Dataset, SHA-256", digest(detail, "source", "digest")),
        ("What is used is known from", f"{known(detail.get('used_by'))}{kind}"),
        *((("File that says so", file.get("name")), ("SHA-256 of it", file.get("sha256")))
          if file else ()),
        ("What came out, SHA-256", part(detail, "output").get("sha256") or "nothing was written"),
    )  # fmt: skip


def _command(detail: Item) -> str:
    words = ["--purpose", known(detail.get("purpose"))]
    known_from = str(detail.get("used_by"))
    if known_from in ("model", "pipeline", "provenance"):
        words += [f"--{known_from}", "FILE"]
    else:
        words += ["--used", "COLUMN"]
    for one in several(detail, "columns"):
        if one.get("state") == "kept":
            words += ["--keep", f"{one.get('column')}={one.get('reason')}"]
    return command("sunlit", "data", "minimise", "PLACE", *words)
