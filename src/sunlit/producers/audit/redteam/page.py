"""The page on a red team: how many attacks of each kind succeeded, and how far detectors err."""

from collections.abc import Mapping, Sequence
from typing import Final

from sunlit.producers.audit.redteam.judge import SUCCESS
from sunlit.producers.data.report.charts import Dot, Row, drawn, shares
from sunlit.producers.data.report.figures import between, count, known, number, part, several, share
from sunlit.producers.data.report.model import Chart, Fact, Page, Table, cell
from sunlit.producers.data.report.render import csv_bytes, json_bytes, page_html
from sunlit.producers.data.report.said import digest, made_with

Item = Mapping[str, object]
ATTACKS: Final = "How the model answered to attacks"
BIAS: Final = "How the model speaks of people who differ in one characteristic"
NAMED_BY: Final = "The statement about the model"
NO_VALUES: Final = "counts, shares and names of detectors; no question and no answer"
RESULTS: Final = {
    "PASSED": "within its limit", "WARNED": "cannot be told", "FAILED": "beyond its limit",
}  # fmt: skip
HOW: Final = (
    "Each attempt is one question to the model; a detector decides whether the attack succeeded.",
    "Intervals of shares are exact (Clopper-Pearson, 95 %).",
    "A kind of attack is within its limit only if the whole interval is.",
    "Every detector was tried on answers that people have labelled, each time.",
    "A detector that errs too often makes no figure.",
    "docs/assurance/red-team.md has every definition.",
)
LIMITS: Final = (
    "Attacks that are not among these probes; a person who attacks adapts, a list does not.",
    "Which weights answered: an endpoint proves nothing about them.",
    "How the model answers with other sampling, a longer answer or another system prompt.",
    "Probes of one template resemble each other: they count for less than independent ones.",
)


def redteam_report(detail: Item) -> dict[str, bytes]:
    """Return the files of a report by name: JSON, HTML and the table as CSV."""
    page = redteam_page(detail)
    return {
        "redteam.json": json_bytes(detail),
        "redteam.html": page_html(page, detail, "redteam.json"),
        "redteam.csv": csv_bytes(page.table),
    }


def redteam_page(detail: Item) -> Page:
    """Return the page on a red team."""
    figures = several(detail, "figures")
    tests = part(detail, "tests")
    holds = {"PASSED": True, "FAILED": False}.get(str(detail.get("result")))
    return Page(
        kind="red team" if any(one.get("name") == SUCCESS for one in figures) else "bias probes",
        at=str(detail.get("tested_on") or ""), named_by=NAMED_BY, no_values=NO_VALUES,
        title=BIAS if tests and all(one.startswith("bias: ") for one in tests) else ATTACKS,
        lead=known(detail.get("headline")), verdict=_verdict(holds, detail), holds=holds,
        grounds=[f"{name}: {RESULTS.get(str(said), known(said))}" for name, said in tests.items()],
        facts=_facts(detail), table=_table(figures), more=(_detectors(detail), _left_out(detail)),
        charts=_charts(figures), how=HOW, limits=LIMITS,
        made_with=made_with(
            ("Made with", detail.get("tool")),
            ("Transcript, SHA-256", digest(detail, "transcript")),
            *((f"Probe set {known(one.get('id'))}, SHA-256", one.get("sha256"))
              for one in several(detail, "sets")),
        ),
        command="sunlit audit redteam --replay TRANSCRIPT",
        command_note="TRANSCRIPT is the file whose SHA-256 stands above; the same version of "
        "Sunlit then gives the same figures.",
    )  # fmt: skip


def _verdict(holds: bool | None, detail: Item) -> str:  # noqa: FBT001 - three answers
    if detail.get("complete") is not True:
        return "INCOMPLETE: the run ended early, so it shows nothing but failures."
    if holds is None:
        return "It cannot be told whether every kind of test is within its limit."
    return "Every kind of test is within its limit." if holds else "Some are beyond their limit."


def _facts(detail: Item) -> tuple[Fact, ...]:
    sampling, errors = part(detail, "sampling"), part(detail, "errors")
    answered = sampling.get("modelAnswered")
    names = answered if isinstance(answered, list) else []
    return (
        Fact("Attempts planned", count(detail.get("planned"))),
        Fact("Answered", count(detail.get("answered"))),
        Fact("Not asked yet", count(_not_asked(detail))),
        Fact("Not answered", ", ".join(f"{n} {word}" for word, n in errors.items()) or "none"),
        Fact("Model asked for", known(sampling.get("model"))),
        Fact("Model named in answers", known(", ".join(map(str, names)))),
        Fact("Which weights answered", known(detail.get("binding"))),
        Fact("Temperature", known(sampling.get("temperature"))),
        Fact("Seed", known(sampling.get("seed"))),
        Fact("Longest answer, tokens", known(sampling.get("maxTokens"))),
        Fact("Network", known(detail.get("network"))),
    )


def _not_asked(detail: Item) -> float | None:
    planned, answered = number(detail.get("planned")), number(detail.get("answered"))
    errors = [number(one) or 0 for one in part(detail, "errors").values()]
    return None if planned is None or answered is None else planned - answered - sum(errors)


def _table(figures: Sequence[Item]) -> Table:
    rows = tuple(
        (
            cell(known(one.get("group") or "all kinds")), cell(known(one.get("name"))),
            cell(_said(one), one.get("value")),
            cell(count(one.get("count")) if one.get("count") is not None else "", one.get("count")
                 if one.get("count") is not None else ""),
            cell(count(one.get("rows")), one.get("rows")),
            cell(str(one.get("limit") or ""), one.get("limit") or ""),
            cell(str(one.get("detector") or "")),
        )
        for one in figures
    )  # fmt: skip
    heads = ("Kind or group", "Figure", "Value and interval", "Count", "Of", "Limit", "Detector")
    return Table("Every figure", heads, rows)


def _said(one: Item) -> str:
    if str(one.get("name")).startswith(("rating", "score")):
        ends = [_three(one.get(name)) for name in ("low", "high") if one.get(name) is not None]
        return _three(one.get("value")) + (f" ({' to '.join(ends)})" if ends else "")
    return between(one.get("value"), one.get("low"), one.get("high"))


def _three(value: object) -> str:
    found = number(value)
    return "not known" if found is None else f"{found:.3f}"


def _detectors(detail: Item) -> Table:
    rows = tuple(
        (
            cell(f"{known(one.get('id'))} {known(one.get('version'))}"),
            cell(known(one.get("looksFor"))),
            cell(_errors(one, "missed", "positives", "missedShare")),
            cell(_errors(one, "falseAlarms", "negatives", "falseAlarmsShare")),
            cell("yes" if one.get("usable") is True else f"no: {known(one.get('trouble'))}"),
        )
        for one in several(detail, "detectors")
    )
    heads = ("Detector", "What it looks for", "Missed", "False alarms", "Usable")
    return Table("How often the detectors err on known answers", heads, rows)


def _errors(one: Item, errors: str, of: str, shares_of: str) -> str:
    found = one.get(shares_of)
    ends = found if isinstance(found, list) and len(found) == 3 else [None, None, None]
    return f"{count(one.get(errors))} of {count(one.get(of))}: {between(*ends)}"


def _left_out(detail: Item) -> Table:
    rows = tuple(
        (cell(known(one.get("what"))), cell(known(one.get("reason"))))
        for one in several(detail, "not_tested")
    )
    return Table("What was not tested", ("What", "Why"), rows)


def _charts(figures: Sequence[Item]) -> tuple[Chart, ...]:
    attacks = [one for one in figures if one.get("name") == SUCCESS]
    gaps = [one for one in figures if str(one.get("name")) == "score-difference"]
    return tuple(
        made
        for made in (
            _chart(attacks, "attacks", "How many attacks succeeded", "Share that succeeded"),
            _chart(gaps, "scores", "How far the groups lie apart", "Highest mean less lowest"),
        )
        if made is not None
    )


def _chart(found: Sequence[Item], name: str, headline: str, axis: str) -> Chart | None:
    if not found:
        return None
    rows = [
        Row(
            known(one.get("group") or "all kinds"), share(one.get("value")),
            (Dot(number(one.get("value")), number(one.get("low")), number(one.get("high"))),),
        )
        for one in found
    ]  # fmt: skip
    limit = number(found[0].get("limit"))
    marks, height = drawn(
        rows, shares(rows, limit or 0), axis,
        limit=None if limit is None else (limit, f"limit {share(limit)}"),
    )  # fmt: skip
    return Chart(
        name=f"redteam-{name}", headline=headline, subtitle="With 95 % intervals",
        summary="; ".join(f"{row.label}: {row.said}" for row in rows) + ".",
        marks=marks, height=height,
        table=Table(
            headline, ("Kind or group", "Share"),
            tuple((cell(row.label), cell(row.said, row.dots[0].value)) for row in rows),
        ),
    )  # fmt: skip
