"""The charts of a measurement: classes by size, columns, changes before and after, estimates."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sunlit.producers.data.report.charts import (
    MOST,
    Dot,
    Row,
    counts,
    drawn,
    series,
    shares,
)
from sunlit.producers.data.report.figures import (
    between,
    count,
    known,
    listed,
    number,
    part,
    several,
    share,
)
from sunlit.producers.data.report.model import Chart, Key, Table, cell
from sunlit.producers.data.report.risk_words import called, model_called

Item = Mapping[str, object]
# Classes of these sizes are drawn as one bar; the document lists each size to 100.
BINS: Final = (1, 2, 3, 5, 11, 21, 51, 101, 1_001, 10_001, 100_001)
FIGURE: Final = {"prosecutor-average": "average", "records-at-risk": "at_risk"}


def risk_charts(detail: Item) -> Iterator[Chart]:
    """Yield the charts for which the document has figures."""
    sizes = _binned(several(detail, "histogram"))
    if sizes:
        yield _classes(detail, sizes)
    if any(isinstance(one.get("without"), Mapping) for one in several(detail, "columns")):
        yield _columns(detail)
    for name in ("changes", "steps"):
        if several(detail, name):
            yield _changes(detail, name)
    if several(part(detail, "population"), "models"):
        yield _models(detail)


def _binned(histogram: Sequence[Item]) -> list[tuple[int, int, int]]:
    """Return (lowest size, classes, rows) of each bin that holds a class."""
    bins: dict[int, list[int]] = {}
    for one in histogram:
        size, classes, rows = (number(one.get(name)) for name in ("from", "classes", "rows"))
        if size is None or not classes or rows is None:
            continue
        low = max((at for at in BINS if at <= size), default=BINS[0])
        held = bins.setdefault(low, [0, 0])
        held[0] += int(classes)
        held[1] += int(rows)
    return [(low, *held) for low, held in sorted(bins.items())]  # type: ignore[misc]


def _size(low: int) -> str:
    place = BINS.index(low)
    if place == len(BINS) - 1:
        return f"{low:,} rows and more"
    high = BINS[place + 1] - 1
    if low == high:
        return f"{low} row{'s' if low > 1 else ''}"
    return f"{low:,} to {high:,} rows"


def _smallest(detail: Item) -> float:
    """Return the least size of a class whose rows are not at risk, 5 where the profile says 0.2."""
    tau = number(part(detail, "profile").get("tau"))
    return 1 / tau if tau else 0


def _classes(detail: Item, sizes: Sequence[tuple[int, int, int]]) -> Chart:
    least = _smallest(detail)
    rows = [
        Row(
            f"Classes of {_size(low)}", f"{count(classes)} ({count(people)} rows)",
            (Dot(float(classes)),), hatched=low < least - 1e-9,
        )
        for low, classes, people in sizes
    ]  # fmt: skip
    scale = counts(rows)
    words = "Number of classes (log scale: each line is a power of ten)"
    marks, height = drawn(rows, scale, words if scale.is_log else "Number of classes", bars=True)
    every = sum(people for _, _, people in sizes)
    alone = sum(people for low, _, people in sizes if low == 1)
    small = sum(people for low, _, people in sizes if low < least - 1e-9)
    return Chart(
        name="risk-classes",
        headline=f"{count(alone)} of {count(every)} rows are like no other",
        subtitle="Classes by size: rows that agree in every quasi-identifier are one class",
        summary=(
            f"Of {count(every)} rows, {count(alone)} ({share(alone / every if every else None)}) "
            f"stand alone and {count(small)} ({share(small / every if every else None)}) stand in "
            f"classes that the profile counts as too small."
        ),
        marks=marks, height=height,
        key=(
            Key("rect", "too small by the profile", "hatched"), Key("rect", "large enough", "bar"),
        ),
        table=Table(
            "Classes by size", ("Size of the class", "Classes", "Rows"),
            tuple(
                (cell(_size(low)), cell(count(classes), classes), cell(count(people), people))
                for low, classes, people in sizes
            ),
        ),
    )  # fmt: skip


def _columns(detail: Item) -> Chart:
    objective = known(detail.get("objective"))
    name, before = FIGURE.get(objective, "average"), _value(detail, objective)
    found = [
        (known(one.get("name")), number(part(one, "without").get(name)))
        for one in several(detail, "columns") if isinstance(one.get("without"), Mapping)
    ]  # fmt: skip
    found.sort(key=lambda one: (one[1] is None, one[1] or 0, one[0]))
    rows = [Row(one, share(after), (Dot(before), Dot(after))) for one, after in found]
    return _before_after(
        detail, rows, name="risk-columns",
        headline=f"Dropping {found[0][0]} would lower the risk most",
        subtitle=f"{called(objective)} as it is, and if one column were dropped",
        key=("as it is", "without the column"),
        summary=(
            f"Without {found[0][0]} the risk would be {share(found[0][1])} instead of "
            f"{share(before)}; {len(found)} quasi-identifiers were tried, one at a time."
        ),
        heads=("Column", "As it is", "Without it"),
    )  # fmt: skip


def _changes(detail: Item, name: str) -> Chart:
    changes = several(detail, name)
    rows = [
        Row(
            known(one.get("words")), share(one.get("after")),
            (Dot(number(one.get("before"))), Dot(number(one.get("after")))),
        )
        for one in changes
    ]  # fmt: skip
    first, last, objective = changes[0], changes[-1], called(known(detail.get("objective")))
    if name == "changes":
        headline = f"Most for what it loses: {known(first.get('words'))}"
        summary = (
            f"It takes the risk from {share(first.get('before'))} to {share(first.get('after'))}."
        )
    else:
        enough = "every limit then holds" if detail.get("steps_meet") is True else "not enough"
        headline = f"{len(changes)} steps take the risk to {share(last.get('after'))}: {enough}"
        summary = (
            f"One after the other they take the risk from {share(first.get('before'))} to "
            f"{share(last.get('after'))}."
        )
    return _before_after(
        detail, rows, name=f"risk-{name}", headline=headline,
        subtitle=f"{objective}, before and after "
        + ("each change alone" if name == "changes" else _by(detail)),
        key=("before", "after"), summary=summary, heads=("Change", "Before", "After"),
    )  # fmt: skip


def _by(detail: Item) -> str:
    by = len(listed(detail, "steps_by"))
    return f"each step of a plan, by {count(by)} columns" if by else "each step of a plan"


def _before_after(
    detail: Item, rows: Sequence[Row], *, name: str, headline: str, subtitle: str, summary: str,
    key: tuple[str, str], heads: tuple[str, str, str],
) -> Chart:  # fmt: skip
    limit = _limit(detail, known(detail.get("objective")))
    scale = shares(rows, limit or 0)
    marks, height = drawn(
        rows,
        scale,
        called(known(detail.get("objective"))),
        limit=None if limit is None else (limit, f"limit {share(limit)}"),
    )
    rest = f" The first {MOST} are drawn; the table has more." if len(rows) > MOST else ""
    return Chart(
        name=name, headline=headline, subtitle=subtitle, summary=summary + rest, marks=marks,
        height=height, key=(*series(*key), *((Key("line", "limit", "limit"),) if limit else ())),
        table=Table(
            subtitle, heads,
            tuple(
                (cell(row.label), *(cell(share(dot.value), dot.value) for dot in row.dots))
                for row in rows
            ),
        ),
    )  # fmt: skip


def _models(detail: Item) -> Chart:
    population = part(detail, "population")
    models = several(population, "models")
    rows = [
        Row(
            model_called(known(one.get("model"))),
            "failed" if one.get("failure") else share(one.get("value")),
            (Dot(number(one.get("value")), number(one.get("low")), number(one.get("high"))),),
        )
        for one in models
    ]  # fmt: skip
    limit = _limit(detail, "population-uniqueness")
    marks, height = drawn(
        rows, shares(rows, limit or 0), "Share of rows that are unique in the population",
        limit=None if limit is None else (limit, f"limit {share(limit)}"),
    )  # fmt: skip
    chosen = part(population, "chosen")
    said = between(chosen.get("value"), chosen.get("low"), chosen.get("high"))
    return Chart(
        name="risk-population",
        headline=f"Unique among all {count(population.get('size'))} people: about "
        f"{share(chosen.get('value'))}",
        subtitle="Estimates of population uniqueness, with 95 % intervals",
        summary=(
            f"{model_called(known(chosen.get('model')))} is used, because "
            f"{known(population.get('why'))}: {said}. The upper end is held against the limit. "
            "How far the models lie apart is how far they can be trusted."
        ),
        marks=marks, height=height,
        table=Table(
            "Estimates of population uniqueness",
            ("Model", "Value", "Low", "High", "Failed because"),
            tuple(
                (
                    cell(model_called(known(one.get("model")))),
                    *(cell(share(one.get(end)), number(one.get(end))) for end in ENDS),
                    cell(str(one.get("failure") or "")),
                )
                for one in models
            ),
        ),
    )  # fmt: skip


ENDS: Final = ("value", "low", "high")


def _value(detail: Item, figure: str) -> float | None:
    for one in several(detail, "figures"):
        if one.get("name") == figure:
            return number(one.get("value"))
    return None


def _limit(detail: Item, figure: str) -> float | None:
    for one in several(detail, "figures"):
        if one.get("name") == figure:
            return number(one.get("threshold"))
    return None
