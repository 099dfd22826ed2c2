"""The page on a measurement of re-identification risk."""

from collections.abc import Mapping, Sequence
from typing import Final

from sunlit.producers.data.report.figures import (
    UNKNOWN,
    count,
    known,
    listed,
    names,
    number,
    part,
    plain,
    several,
    share,
)
from sunlit.producers.data.report.model import Fact, Page, Table, cell
from sunlit.producers.data.report.risk_charts import risk_charts
from sunlit.producers.data.report.risk_words import PLAIN, called
from sunlit.producers.data.report.said import SAME, command, digest, each, made_with

Row = Mapping[str, object]
SPELLED: Final = 50  # columns in a command; of more it says where one goes


def risk_page(detail: Row) -> Page:
    """Return the page on a measurement."""
    governs, profile = part(detail, "governing"), part(detail, "profile")
    met = governs.get("met") is True
    return Page(
        kind="measurement of re-identification risk", at=str(detail.get("measured_on") or ""),
        title=f"How likely a person in {known(part(detail, 'dataset').get('name'))} is to be "
        "re-identified",
        lead=known(detail.get("headline")),
        verdict=f"The limits of {known(profile.get('name'))} are {'' if met else 'not '}met.",
        holds=met, grounds=_grounds(detail), facts=_facts(detail),
        table=_figures(several(detail, "figures")), more=_tables(detail),
        charts=tuple(risk_charts(detail)),
        how=[known(detail.get("how_chosen")), *listed(detail, "how_computed")],
        made_with=_made_with(detail), command=_command(detail), command_note=SAME,
        limits=listed(detail, "cannot_tell"),
    )  # fmt: skip


def _grounds(detail: Row) -> list[str]:
    return [
        f"{_named(one)}: {_value(one)}{_within(one)}, over the limit of {_figure(one, 'threshold')}"
        for one in several(detail, "figures")
        if one.get("met") is False
    ]


def _facts(detail: Row) -> tuple[Fact, ...]:
    profile, population = part(detail, "profile"), part(detail, "population")
    people = count(population.get("size"))
    if number(population.get("size")) is None:
        people = "not said: the file is taken for everybody"
    return (
        Fact("Rows", count(detail.get("rows"))),
        Fact("Classes (groups that look alike)", count(detail.get("classes"))),
        Fact("Smallest class (k)", count(detail.get("k"))),
        Fact("Profile", f"{known(profile.get('name'))}: {known(profile.get('title'))}"),
        Fact(
            "Quasi-identifiers",
            f"{names(listed(detail, 'quasi_identifiers'))} ({known(detail.get('chosen'))})",
        ),
        Fact("Found by the search, left out", names(listed(detail, "left_out"))),
        Fact("People that the rows were drawn from", people),
    )


def _figures(figures: Sequence[Row]) -> Table:
    rows = tuple(
        (
            cell(_named(one), one.get("name")),
            cell(_value(one), one.get("value")),
            cell(
                _ends(one), f"{one.get('low', '')} to {one.get('high', '')}" if _ends(one) else ""
            ),
            cell(_limit(one), _judged(one)),
            cell(" ".join(known(one[name]) for name in ("source", "note") if one.get(name))),
        )
        for one in figures
    )
    heads = ("Figure", "Value", "Interval", "Limit", "Source of the limit, notes")
    return Table("Figures, and what each is held against", heads, rows)


def _named(one: Row) -> str:
    of = one.get("attribute")
    return called(known(one.get("name"))) + (f" of {of}" if of else "")


def _value(one: Row) -> str:
    return _figure(one, "value")


def _figure(one: Row, name: str) -> str:
    found = number(one.get(name))
    if found is None or one.get("name") not in PLAIN:
        return share(found)
    return f"{found:.4g}" if found != int(found) else count(found)


def _ends(one: Row) -> str:
    low, high = number(one.get("low")), number(one.get("high"))
    if (low is None and high is None) or low == high:
        return ""
    end = _figure(one, "high") if high is not None else _value(one)
    return f"{_figure(one, 'low')} to {end}" if low is not None else f"up to {end}"


def _within(one: Row) -> str:
    ends = _ends(one)
    return f" ({ends})" if ends else ""


def _limit(one: Row) -> str:
    if one.get("threshold") is None:
        return ""
    return f"{_state(one)}: at most {_figure(one, 'threshold')}"


def _judged(one: Row) -> str:
    return "" if one.get("threshold") is None else f"{_state(one)} {one['threshold']}"


def _state(one: Row) -> str:
    return {"True": "within", "False": "OVER"}.get(str(one.get("met")), UNKNOWN)


CHANGES: Final = ("Change", "Column", "Risk before", "Risk after", "Information lost")


def _tables(detail: Row) -> list[Table]:
    objective = called(known(detail.get("objective"))).lower()
    ends = "every limit then holds" if detail.get("steps_meet") is True else "that is not enough"
    by = len(listed(detail, "steps_by"))
    return [
        _changes(f"What to change, one at a time ({objective})", several(detail, "changes")),
        _changes(
            f"A plan, each step on top of those before, by {by:,} columns; {ends}",
            several(detail, "steps"),
        ),
        _columns(several(detail, "columns")),
    ]


def _changes(caption: str, changes: Sequence[Row]) -> Table:
    figures = ("before", "after", "information_lost")
    rows = tuple(
        (
            cell(known(one.get("words"))),
            cell(known(one.get("column")) if one.get("column") else "all"),
            *(cell(share(one.get(name)), number(one.get(name))) for name in figures),
        )
        for one in changes
    )
    return Table(caption, CHANGES, rows)


def _columns(columns: Sequence[Row]) -> Table:
    rows = tuple(
        (
            cell(known(one.get("name"))), cell(known(one.get("role") or one.get("kind"))),
            cell(known(one.get("type"))),
            cell(count(one.get("distinct_in_sample")), number(one.get("distinct_in_sample"))),
        )
        for one in columns
    )  # fmt: skip
    heads = ("Column", "Counted as", "Type", "Different values in the sample")
    return Table("Every column, and what it was counted as", heads, rows)


def _made_with(detail: Row) -> tuple[Fact, ...]:
    profile = part(detail, "profile")
    limits = tuple(
        (
            f"Limit: {called(known(one.get('figure')))}",
            f"at most {plain(one.get('at_most'))}. Source: {known(one.get('source'))}",
        )
        for one in several(profile, "limits")
    )
    return made_with(
        ("Made with", f"{known(detail.get('tool'))}, counted by {known(detail.get('engine'))}"),
        ("Dataset, SHA-256", digest(detail, "dataset", "digest")),
        ("Seed", plain(detail.get("seed"))),
        ("A row is at risk above", plain(profile.get("tau"))),
        *limits,
    )


def _command(detail: Row) -> str:
    words = ["--profile", known(part(detail, "profile").get("name"))]
    people = number(part(detail, "population").get("size"))
    if people is not None and people != number(detail.get("rows")):
        words += ["--population", f"{people:.0f}"]
    if detail.get("chosen") == "declared":
        columns = listed(detail, "quasi_identifiers")
        words += each("--quasi", columns if len(columns) <= SPELLED else ["COLUMN"])
    attributes = {one.get("attribute"): None for one in several(detail, "figures")}
    words += each("--sensitive", [str(one) for one in attributes if one])
    return command("sunlit", "data", "risk", "PLACE", *words)
