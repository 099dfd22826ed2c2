"""The quarterly figures as a page shows them: a headline, four numbers, five charts. Pure.

English here; the numbers are the log's. What is missing is counted like anything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sunlit.views.chart import Chart, Told, bars, line
from sunlit.views.figures_count import AGES, NEVER, OLDER, STATES, Agency, Counted

MOST: Final = 10  # bars of a chart
REST: Final = "All others"
MONTHS: Final = 3
QUARTERS: Final = 4
STATE_WORDS: Final = {
    "valid": "Valid label", "suspended": "Label suspended", "ended": "Label ended",
    "none": "No label",
}  # fmt: skip
AGE_WORDS: Final = {
    **{name: f"Within {name}" for name in AGES}, OLDER: "Over a year ago", NEVER: "Never",
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A calendar quarter, 1 to 4 of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, at: datetime) -> "Quarter":
        """Return the quarter of a time."""
        return cls(at.year, (at.month - 1) // MONTHS + 1)

    @classmethod
    def parse(cls, text: str) -> "Quarter | None":
        """Read `2026-q4`; None where it is none."""
        year, _, number = text.partition("-q")
        if len(year) != QUARTERS or not (year + number).isascii() or len(number) != 1:
            return None
        if not (year.isdecimal() and number in "1234" and int(year) > 1):
            return None
        return cls(int(year), int(number))

    def __str__(self) -> str:
        """Write it as it stands in an address."""
        return f"{self.year}-q{self.number}"

    @property
    def words(self) -> str:
        """Write it for people."""
        first = self.start
        last = self.end
        return f"{first:%B} to {last:%B} {last.year}"

    @property
    def start(self) -> datetime:
        """Its first second."""
        return datetime(self.year, MONTHS * (self.number - 1) + 1, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """Its last second."""
        after = self.start + timedelta(days=MONTHS * 31 + 1)
        return after.replace(day=1) - timedelta(seconds=1)

    def before(self, quarters: int = 1) -> "Quarter":
        """Return an earlier quarter."""
        place = QUARTERS * self.year + self.number - 1 - quarters
        return Quarter(place // QUARTERS, place % QUARTERS + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One of the big numbers, with what it was a quarter before."""

    name: str
    value: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that the page says of a quarter."""

    quarter: Quarter
    at: datetime
    headline: str
    numbers: tuple[Number, ...]
    charts: tuple[Chart, ...]
    undrawn: tuple[str, ...]  # why there is no chart of something, in sentences
    missing: tuple[str, ...]


def figures(quarter: Quarter, now: Counted, before: Counted, past: Sequence[Counted]) -> Figures:
    """Return the figures of a quarter; `past` are counts at earlier ends, the oldest first."""
    charts = [
        *((_states(now), _ages(now)) if now.components else ()),
        *((_agencies(now),) if now.agencies else ()),
        *((_blanks(now),) if now.records else ()),
        *((_growth((*past, now)),) if now.components or any(it.components for it in past) else ()),
    ]
    return Figures(
        quarter=quarter, at=now.at, headline=headline(now), charts=tuple(charts),
        undrawn=tuple(_undrawn(now)), missing=tuple(_missing(now)),
        numbers=(
            Number(name="AI components registered", value=now.components,
                   before=before.components),
            Number(name="With a valid safety label", value=now.valid, before=before.valid),
            Number(name="Open problems", value=len(now.open), before=len(before.open)),
            Number(name="Records of other registers", value=now.records, before=before.records),
        ),
    )  # fmt: skip


def headline(now: Counted) -> str:
    """Return the quarter in a sentence or two."""
    has = "has" if now.valid == 1 else "have"
    told = (
        "No AI component is registered here."
        if now.components == 0
        else f"{now.valid:,} of {_many(now.components, 'registered AI component')} {has} a valid "
        "safety label."
    )
    if now.late:
        told += f" {_many(now.late, 'reported problem')} got no answer by the day promised."
    if now.asked:
        told += (
            f" Of what other registers ask about {now.records:,} records, {_share(now)} was left "
            "blank."
        )
    return told


def _share(now: Counted | Agency) -> str:
    return f"{round(100 * now.blank / now.asked)}%" if now.asked else "nothing"


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _states(now: Counted) -> Chart:
    rows = [(STATE_WORDS[state], now.states.get(state, 0)) for state in STATES]
    told = Told(
        id="states", headline=f"{_many(now.valid, 'component')} with a valid safety label",
        subtitle="Registered components by the state of their label",
        summary=_list(rows), columns=("State", "Components"),
    )  # fmt: skip
    return bars(told, rows, striped=frozenset({STATE_WORDS["none"]}))


def _ages(now: Counted) -> Chart:
    rows = [(words, now.ages.get(age, 0)) for age, words in AGE_WORDS.items()]
    never = now.ages.get(NEVER, 0)
    told = Told(
        id="ages",
        headline=f"{_many(never, 'component')} that nobody independent has assessed"
        if never else "Every component was assessed by somebody independent",
        subtitle="Registered components by how long ago they were last assessed independently",
        summary=_list(rows), columns=("Last assessed", "Components"),
    )  # fmt: skip
    return bars(told, rows, striped=frozenset({AGE_WORDS[NEVER]}))


def _agencies(now: Counted) -> Chart:
    ordered = sorted(
        now.agencies.items(), key=lambda it: (-(it[1].components + it[1].records), it[0])
    )
    shown, rest = ordered[:MOST], ordered[MOST:]
    rows: list[tuple[str | int, ...]] = [_agency(name, one) for name, one in shown]
    if rest:
        rows.append(_agency(f"{REST} ({len(rest):,})", _sum(dict(rest))))
    told = Told(
        id="organisations",
        headline=f"{shown[0][0]} has the most entries",
        subtitle="Registered components and imported records by organisation",
        summary=f"{_many(len(ordered), 'organisation')} in all; "
        f"{_many(min(MOST, len(ordered)), 'organisation')} with the most entries "
        f"{'is' if len(ordered) == 1 else 'are'} shown. The table says how much each left blank.",
        columns=("Organisation", "Entries", "Own components", "Imported records",
                 "Left blank (%)"),
    )  # fmt: skip
    return bars(told, rows, striped=frozenset({f"{REST} ({len(rest):,})"}))


def _agency(name: str, one: Agency) -> tuple[str | int, ...]:
    blank = round(100 * one.blank / one.asked) if one.asked else 0
    return name, one.components + one.records, one.components, one.records, blank


def _sum(agencies: Mapping[str, Agency]) -> Agency:
    every = agencies.values()
    return Agency(
        components=sum(one.components for one in every), records=sum(one.records for one in every),
        asked=sum(one.asked for one in every), blank=sum(one.blank for one in every),
    )  # fmt: skip


def _blanks(now: Counted) -> Chart:
    ordered = sorted(now.fields.items(), key=lambda it: (-it[1], it[0]))
    rows: list[tuple[str | int, ...]] = [
        (name, count, round(100 * count / now.records)) for name, count in ordered[:MOST]
    ]
    worst = rows[0] if rows else None
    told = Told(
        id="blanks",
        headline=f"“{worst[0]}” is blank in {worst[1]:,} of {now.records:,} imported records"
        if worst else "No question of an imported record is blank",
        subtitle="Questions of other registers, by their own names, that are blank most often",
        summary=f"{_many(len(ordered), 'question')} left blank at least once. The records are "
        "shown as they were found: nobody signed them, and nothing was filled in.",
        columns=("Question", "Records where it is blank", "Of all records (%)"),
    )  # fmt: skip
    return bars(told, rows)


def _growth(counts: Sequence[Counted]) -> Chart:
    rows = [(str(Quarter.of(one.at)), one.components) for one in counts]
    more = counts[-1].components - counts[0].components
    told = Told(
        id="growth",
        headline=f"{_many(more, 'component')} more than a year and a quarter ago"
        if more else "As many components as a year and a quarter ago",
        subtitle="Registered components at the end of each quarter",
        summary=_list(rows), columns=("Quarter", "Components"),
    )  # fmt: skip
    return line(told, rows)


def _undrawn(now: Counted) -> Sequence[str]:
    found = []
    if not now.components:
        found.append(
            "No chart shows labels or assessments: no component is registered, so there is "
            "nothing to draw."
        )
    if not now.records:
        found.append(
            "No chart shows blank answers: no record of another register was taken over, so "
            "there is nothing to draw."
        )
    return found


def _list(rows: Sequence[tuple[str, int]]) -> str:
    return "; ".join(f"{name}: {value:,}" for name, value in rows) + "."


def _missing(now: Counted) -> Sequence[str]:
    never, none = now.ages.get(NEVER, 0), now.states.get("none", 0)
    found = []
    if none:
        found.append(f"{_many(none, 'component')} without any safety label")
    if never:
        found.append(f"{_many(never, 'component')} without an independent assessment")
    if now.blank:
        found.append(f"{_many(now.blank, 'answer')} left blank in records of other registers")
    found.append("AI that nobody registered: no figure can count it")
    found.append("problems that nobody reported")
    return found
