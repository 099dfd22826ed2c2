"""The page on a synthesis: what is guaranteed, how alike the rows are, what attacks found."""

from collections.abc import Mapping, Sequence

from sunlit.producers.data.report.figures import (
    between,
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
from sunlit.producers.data.report.said import command, digest, made_with
from sunlit.producers.data.report.synth_charts import attack_name, copies_of, synth_charts

Item = Mapping[str, object]


def synth_page(detail: Item) -> Page:
    """Return the page on a synthesis."""
    verdict = part(detail, "verdict")
    rose = verdict.get("rose")
    return Page(
        kind="synthesis of a dataset", at=str(detail.get("made_on") or ""),
        title=f"Rows made up after {known(part(detail, 'source').get('name'))}",
        lead=(
            f"{count(part(detail, 'output').get('rows'))} rows were made up by the method "
            f"{known(part(detail, 'method').get('name'))}. {_guarantee(detail)}"
        ),
        verdict=known(verdict.get("text")),
        holds=not rose if isinstance(rose, bool) else None, facts=_facts(detail),
        table=_attacks(detail), more=_more(detail), charts=tuple(synth_charts(detail)),
        how=[*listed(detail, "how"), *_note(detail)], made_with=_made_with(detail),
        limits=listed(detail, "cannot_tell"), command=_command(detail),
        command_note=_command_note(detail),
    )  # fmt: skip


def _guarantee(detail: Item) -> str:
    method, asked = part(detail, "method"), part(detail, "method", "asked")
    if number(asked.get("epsilon")) is None:
        return "The method gives no differential privacy."
    budget = f"epsilon {plain(asked.get('epsilon'))}, delta {plain(asked.get('delta'))}"
    if number(method.get("epsilon")) is None:  # synth_said.py says why
        return f"Asked for were {budget}; no guarantee is claimed."
    return f"Privacy budget: {budget}."


def _note(detail: Item) -> list[str]:
    note = part(detail, "privacy").get("note")
    return [f"On attacks: {note}"] if note else []


def _facts(detail: Item) -> tuple[Fact, ...]:
    model, control = part(detail, "utility", "model"), part(detail, "control")
    facts = [
        Fact("What is guaranteed", known(part(detail, "method").get("guarantee"))),
        Fact("What came out", known(part(detail, "output").get("name"))),
        Fact("Learned from", f"{count(control.get('train_rows'))} rows"),
        Fact("Held back as a control", f"{count(control.get('rows'))} rows"),
        Fact("Columns left out", names(listed(detail, "left_out"))),
        Fact("Rows that equal a real one", _copies(detail)),
    ]
    if model:
        measure = known(model.get("measure")).upper()
        facts.append(Fact(
            f"A model of {known(model.get('target'))} ({measure})",
            f"{_three(model.get('made'))} trained on made-up rows, {_three(model.get('real'))} on "
            f"real ones, tested on the control. {model.get('note') or ''}".strip(),
        ))  # fmt: skip
    return tuple(facts)


def _three(value: object) -> str:
    found = number(value)
    return "not known" if found is None else f"{found:.3f}"


def _copies(detail: Item) -> str:
    made, control = (part(detail, "privacy", "copies", name) for name in ("made", "control"))
    return (
        f"{share(made.get('value'))}; of the control, by chance alone, "
        f"{share(control.get('value'))}"
    )


def _attacks(detail: Item) -> Table:
    rows = tuple(
        (
            cell(attack_name(one)), cell(_interval(one, "made"), _raw(one, "made")),
            cell(_interval(one, "baseline"), _raw(one, "baseline")),
            cell(_interval(one, "excess"), _raw(one, "excess")),
            cell(count(one.get("attacks")), number(one.get("attacks"))),
            cell(str(one.get("note") or "")),
        )
        for one in several(part(detail, "privacy"), "attacks")
    )  # fmt: skip
    heads = (
        "Attack", "On made-up rows (95 % interval)", "On independent columns", "Excess", "Tries",
        "Note",
    )  # fmt: skip
    return Table("Attacks on the made-up rows", heads, rows)


def _interval(one: Item, name: str) -> str:
    at = part(one, name)
    return between(at.get("value"), at.get("low"), at.get("high"))


def _raw(one: Item, name: str) -> float | None:
    return number(part(one, name).get("value"))


def _more(detail: Item) -> list[Table]:
    pairs = part(detail, "utility", "pairs")
    worst = [
        {**one, "column": " and ".join(listed(one, "columns"))} for one in several(pairs, "worst")
    ]
    mean = {**part(pairs, "mean"), "column": "mean of all pairs looked at"}
    return [
        _distances("Distance of single columns from the real rows", _marginals(detail)),
        _distances("Distance of pairs of columns: the mean, and the worst", [mean, *worst]),
        copies_of(detail),
        _domains(several(detail, "domains")),
    ]


def _marginals(detail: Item) -> list[Item]:
    return several(part(detail, "utility"), "marginals")


def _distances(caption: str, items: Sequence[Item]) -> Table:
    rows = tuple(
        (
            cell(known(one.get("column"))),
            *(cell(share(one.get(name)), number(one.get(name)))
              for name in ("made", "control", "baseline")),
        )
        for one in items
    )  # fmt: skip
    heads = ("Column", "Made-up rows", "Control: chance alone", "Independent columns")
    return Table(f"{caption} (total variation)", heads, rows)


def _domains(domains: Sequence[Item]) -> Table:
    rows = tuple(
        (cell(known(one.get("column"))), cell(known(one.get("ground")))) for one in domains
    )
    heads = ("Column", "Known from")
    return Table("Where the possible values of each column are known from", heads, rows)


def _made_with(detail: Item) -> tuple[Fact, ...]:
    method = part(detail, "method")
    return made_with(
        ("Made with", f"{known(detail.get('tool'))}; {known(method.get('library'))}"),
        ("Dataset, SHA-256", digest(detail, "source", "digest")),
        ("What came out, SHA-256", part(detail, "output").get("sha256")),
        ("Method", f"{known(method.get('name'))}, because {known(method.get('why'))}"),
        ("Seed", plain(method.get("seed"))),
    )


def _command(detail: Item) -> str:
    method, asked = part(detail, "method"), part(detail, "method", "asked")
    words = ["--method", known(method.get("name")), "--seed", plain(method.get("seed"))]
    for name in ("epsilon", "delta"):
        if number(asked.get(name)) is not None:
            words += [f"--{name}", str(asked[name])]
    target = part(detail, "utility", "model").get("target")
    words += ["--target", str(target)] if target else []
    return command("sunlit", "data", "synth", "PLACE", "--out", "OUT", *words)


def _command_note(detail: Item) -> str:
    noise = (
        " The noise of differential privacy is fresh each time, so other rows come out."
        if number(part(detail, "method", "asked").get("epsilon")) is not None else ""
    )  # fmt: skip
    return (
        "PLACE is the dataset whose SHA-256 stands above. The seed decides splits, sampling and "
        f"attacks.{noise}"
    )
