"""New York City, Local Law 144 of 2021: the summary that 6 RCNY 5-301 and 5-303 ask for.

Selection (or scoring) rate and impact ratio by sex, by race or ethnicity, and by both; how many
people are of unknown category; which categories are too small for a ratio (under 2 % of the
data), with their people and rate all the same; the source of the data and the dates.
"""

from fractions import Fraction
from typing import Any, Final

from sunlit.producers.audit.bias.cube import UNKNOWN
from sunlit.producers.audit.bias.forms import said
from sunlit.producers.audit.bias.forms.page import charts
from sunlit.producers.audit.bias.forms.said import Item, part
from sunlit.producers.data.report.figures import count
from sunlit.producers.data.report.model import Chart, Fact, Page, Table, cell

LEAST: Final = Fraction(2, 100)
SMALL: Final = "under 2 % of the data: not in the impact ratios (6 RCNY 5-301)"
LIMITS: Final = (
    "Whether the auditor is independent as 6 RCNY 5-300 asks: the signature says who it was.",
    "Whether the tool may be used: the law asks for the audit, not for a ratio.",
    *said.LIMITS,
)


def document(detail: Item) -> dict[str, Any]:
    """Return the summary."""
    return {
        "format": "sunlit-ll144/1",
        "rule": "6 RCNY 5-301, 5-303",
        "rate": "scoring rate" if _is_scored(detail) else "selection rate",
        "data": dict(part(detail, "data")),
        "data_kind": detail.get("dataKind"),
        "audited_on": detail.get("auditedOn"),
        "distributed_on": detail.get("distributedOn"),
        "people": detail.get("rows"),
        "unknown": _unknown(detail),
        "tables": [
            {"by": by, "categories": _categories(detail, names)} for by, names in _tables(detail)
        ],
        "missing": _missing(detail),
    }


def _is_scored(detail: Item) -> bool:
    return bool(part(detail, "meaning").get("median"))


def _tables(detail: Item) -> list[tuple[str, tuple[str, ...]]]:
    sexes, races = said.attributes(detail, "sex"), said.attributes(detail, "race", "ethnicity")
    found: list[tuple[str, tuple[str, ...]]] = [("sex", (one,)) for one in sexes[:1]]
    found += [("race or ethnicity", (one,)) for one in races[:1]]
    if sexes and races:
        names = tuple(sorted((sexes[0], races[0]), key=said.attributes(detail).index))
        found.append(("sex and race or ethnicity", names))
    return [one for one in found if said.table(detail, *one[1]) is not None]


def _missing(detail: Item) -> list[str]:
    held = {by for by, _ in _tables(detail)}
    return [
        one for one in ("sex", "race or ethnicity", "sex and race or ethnicity") if one not in held
    ]


def _unknown(detail: Item) -> dict[str, int | None]:
    """Return how many people are of unknown category; None: none, or too few to be shown."""
    return {
        name: next(
            (int(one["rows"]) for one in said.groups(said.table(detail, name))
             if one["values"] == [UNKNOWN]),
            None,
        )
        for name in said.attributes(detail, "sex", "race", "ethnicity")
    }  # fmt: skip


def _categories(detail: Item, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return each category with people, rate and impact ratio; without a ratio, the reason."""
    found = said.groups(said.table(detail, *names))
    known = [one for one in found if UNKNOWN not in one["values"]]
    whole = int(detail.get("rows") or 0)
    inside = [one for one in known if Fraction(int(one["rows"])) >= LEAST * whole]
    top = max((said.rate(one, "selection") or Fraction(0) for one in inside), default=Fraction(0))
    rows = []
    for one in known:
        rate = said.rate(one, "selection")
        row: dict[str, Any] = {
            "category": said.label(one), "people": one["rows"],
            "selected": part(one, "selection").get("count"), "rate": said.places(rate, 3),
        }  # fmt: skip
        if one in inside and top and rate is not None:
            row["impact_ratio"] = said.places(rate / top, 2)
        else:
            row["excluded"] = SMALL if one not in inside else "nobody was selected"
        rows.append(row)
    return rows


def page(detail: Item) -> Page:
    """Return the page of the summary."""
    found = part(detail, "forms", "ll144") or document(detail)
    rate = str(found["rate"])
    tables = [_table(one, rate) for one in found["tables"]]
    missing = found["missing"]
    none = Table("Categories", ("Category",), ())
    return Page(
        kind="summary of results, NYC Local Law 144", at=str(detail.get("auditedOn") or ""),
        title=f"Bias audit under Local Law 144: {part(detail, 'data').get('name')}",
        lead=f"{rate.capitalize()}s and impact ratios of {count(detail.get('rows'))} people, as "
        "6 RCNY 5-301 asks.",
        verdict=_verdict(missing), holds=None if missing or _grounds(detail) else True,
        grounds=_grounds(detail),
        facts=_facts(detail, found), table=tables[0] if tables else none, more=tables[1:],
        charts=_charts(detail), nothing_drawn="Neither sex nor race was audited.",
        how=(*said.HOW, _how(rate)), made_with=said.made_by(detail), limits=LIMITS,
        named_by=said.NAMED_BY, no_values=said.NO_VALUES,
    )  # fmt: skip


def _charts(detail: Item) -> tuple[Chart, ...]:
    of = said.attributes(detail, "sex", "race", "ethnicity")
    return charts(detail, ("selection",), of) if of else ()


def _verdict(missing: list[str]) -> str:
    if missing:
        return f"Not audited: {said.words(missing)}."
    return "All three tables that the rule asks for are here, as far as groups may be shown."


def _how(rate: str) -> str:
    what = "scored above the median of all" if rate == "scoring rate" else "were selected"
    return (
        f"The {rate} is the share of a category that {what}; the impact ratio divides it by that "
        "of the category with the highest. Both are computed from the public counts."
    )


def _grounds(detail: Item) -> list[str]:
    return [f"{name} = {what}: {why}" for name, what, why in said.left_out(detail)]


def _facts(detail: Item, found: Item) -> tuple[Fact, ...]:
    unknown = "; ".join(
        f"{name}: {'none, or too few to be shown' if many is None else count(many)}"
        for name, many in found["unknown"].items()
    )
    return (
        *said.of_whom(detail),
        Fact("Category unknown", unknown or "not audited"),
        Fact("Distribution date of the tool", str(found["distributed_on"] or "not said")[:10]),
    )


def _table(one: Item, rate: str) -> Table:
    rows = tuple(
        (
            cell(str(row["category"])), said.count_cell(row["people"]),
            said.count_cell(row["selected"]), cell(_percent(row["rate"]), row["rate"]),
            cell(str(row.get("impact_ratio") or row.get("excluded"))),
        )
        for row in one["categories"]
    )  # fmt: skip
    heads = ("Category", "People", "Selected", rate.capitalize(), "Impact ratio")
    return Table(f"By {one['by']}", heads, rows)


def _percent(rate: str | None) -> str:
    return "nobody" if rate is None else f"{float(rate) * 100:.1f}\N{NO-BREAK SPACE}%"
