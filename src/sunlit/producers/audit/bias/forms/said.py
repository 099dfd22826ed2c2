"""What the forms have in common: tables of an audit, its groups, how figures are written."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final, cast

from sunlit.producers.data.report import figures
from sunlit.producers.data.report.figures import count, number, share
from sunlit.producers.data.report.model import Cell, Fact, cell

Item = Mapping[str, Any]
NAMED_BY: Final = "The statement of the audit"
NO_VALUES: Final = "names of columns and groups, counts of at least the floor, and what follows"
LIMITS: Final = (
    "Whether a gap is unjust: a rate says how people were treated, not why, nor what is their due.",
    "Anything of people who are not in the data, or whose characteristic was not recorded.",
    "How it treats people in use, where the audited rows are others than it meets there.",
)
HOW: Final = (
    ("Rows were counted once, by attributes, prediction and outcome; all figures are fractions "
    "of these counts, and only of counts that are published."),
    ("Intervals hold 95 % of replicates drawn from each published table; their number and the "
     "seed stand here, so the same intervals come out again."),
    ("Groups of fewer people than the floor are not shown, nor others from which they could be "
     "worked out; a salted commitment stands for the full counts, which are guarded."),
)  # fmt: skip


def part(detail: Item, *path: str) -> Item:
    """Return the object at a path, empty where there is none."""
    return cast("Item", figures.part(detail, *path))


def several(detail: Item, name: str) -> list[Item]:
    """Return a list of objects, leaving out what is none."""
    return cast("list[Item]", figures.several(detail, name))


def table(detail: Item, *names: str) -> Item | None:
    """Return the table by these attributes."""
    return next((one for one in several(detail, "tables") if one["names"] == list(names)), None)


def attributes(detail: Item, *characteristics: str) -> list[str]:
    """Return the attributes that stand for one of the characteristics; of none given, all."""
    return [
        str(one["name"])
        for one in several(detail, "attributes")
        if not characteristics or one["characteristic"] in characteristics
    ]


def characteristic(detail: Item, name: str) -> str:
    """Return what an attribute stands for."""
    found = (one for one in several(detail, "attributes") if one["name"] == name)
    return str(next(found, {}).get("characteristic", name))


def groups(found: Item | None) -> list[Item]:
    """Return the groups of a table; of bands, the lowest first."""
    held = [] if found is None else several(found, "groups")
    return sorted(held, key=lambda one: [not str(it).startswith("under ") for it in one["values"]])


def label(group: Item) -> str:
    """Return the name of a group."""
    return " x ".join(map(str, group["values"]))


def rate(group: Item, name: str) -> Fraction | None:
    """Return a group's rate, exactly."""
    counted = part(group, name)
    of = counted.get("of")
    return Fraction(int(counted["count"]), int(of)) if isinstance(of, int) and of else None


def places(value: Fraction | None, digits: int) -> str | None:
    """Return a figure with so many decimal places, halves up, as published summaries have it."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP):f}"


def share_cell(group: Item, name: str) -> Cell:
    """Return a rate with its interval, as a cell."""
    one = part(group, name)
    if number(one.get("value")) is None:
        return cell("nobody to count" if one else "no outcomes", "")
    low, high = one.get("low"), one.get("high")
    ends = f" ({share(low)} to {share(high)})" if low is not None and low != high else ""
    return cell(f"{share(one.get('value'))}{ends}", number(one.get("value")))


def count_cell(value: object) -> Cell:
    """Return a count, as a cell."""
    return cell(count(value), number(value))


def of_whom(detail: Item) -> tuple[Fact, ...]:
    """Return who was audited and what was counted."""
    kind = {"test": "test data", "historical": "historical data"}
    of = kind.get(_kind(detail), "kind not said")
    return (
        Fact("Data", f"{part(detail, 'data').get('name')}: {of}"),
        Fact("People in the public figures", count(detail.get("rows"))),
        Fact("Good for a person", str(detail.get("favourable"))),
        Fact("What should have been", str(detail.get("outcome") or "not known: no outcomes")),
        Fact("Audited on", _day(detail, "auditedOn")),
        Fact("Good until", _day(detail, "validUntil")),
    )  # fmt: skip


def _kind(detail: Item) -> str:
    return str(detail.get("dataKind"))


def _day(detail: Item, name: str) -> str:
    return str(detail.get(name) or "not known")[:10]


def made_by(detail: Item) -> tuple[Fact, ...]:
    """Return how it was made, for who wants to do it again."""
    held = part(detail, "intervals")
    return (
        Fact("Data, SHA-256", str(part(detail, "data", "digest").get("sha256", "not known"))),
        Fact("Commitment to the full counts", str(detail.get("commitment"))),
        Fact("Fewest people of a group that is shown", str(detail.get("floor"))),
        Fact("Replicates, seed", f"{held.get('replicates')}, {held.get('seed')}"),
        Fact("Tool", f"{detail.get('tool')} {detail.get('toolVersion')}"),
    )


def left_out(detail: Item) -> list[tuple[str, str, str]]:
    """Return (attribute, group, reason) of what is in no ratio or no figure."""
    return [
        (str(one["name"]), str(gone["what"]), str(gone["reason"]))
        for one in several(detail, "attributes")
        for gone in several(one, "excluded")
    ]


def not_analysed(detail: Item) -> dict[str, str]:
    """Return the characteristics that were not analysed, with the reason given."""
    return {str(one["what"]): str(one["reason"]) for one in several(detail, "notAnalysed")}


def words(values: Sequence[str]) -> str:
    """Return names in a sentence."""
    return ", ".join(values) or "none"
