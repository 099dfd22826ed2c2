"""The quarterly figures as a page shows them: a headline, four numbers, five charts. Pure.

The numbers are the log's. What is missing is counted like anything else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sunlit.base.wording import Text, joined, text, texts
from sunlit.views.catalogue_record import field_name
from sunlit.views.chart import Chart, Told, bars, line
from sunlit.views.figures_count import NEVER, OLDER, STATES, Agency, Counted
from sunlit.views.quarter import Quarter

MOST: Final = 10  # bars of a chart
STATE_WORDS: Final = {
    "valid": text("Valid label"), "suspended": text("Label suspended"),
    "ended": text("Label ended"), "none": text("No label"),
}  # fmt: skip
AGE_WORDS: Final = {
    "3 months": text("Within 3 months"), "6 months": text("Within 6 months"),
    "a year": text("Within a year"), OLDER: text("Over a year ago"), NEVER: text("Never"),
}  # fmt: skip


COUNTS: Final[tuple[tuple[Text, Callable[[Counted], int]], ...]] = (
    (text("AI components registered"), lambda one: one.components),
    (text("With a valid safety label"), lambda one: one.valid),
    (text("Open problems"), lambda one: len(one.open)),
    (text("Records of other registers"), lambda one: one.records),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One of the big numbers, with what it was a quarter before."""

    name: str
    value: int
    before: int | None  # None where no log had begun


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
    begun: datetime | None = None  # when the logs did


def figures(
    quarter: Quarter,
    now: Counted,
    before: Counted | None,
    past: Sequence[Counted],
    *,
    begun: datetime | None = None,
) -> Figures:
    """Return the figures of a quarter; `past` are counts at earlier ends, the oldest first.

    Where no log had begun, `before` is None and `past` leaves the quarter out: nothing is known
    of it, which is not the same as none.
    """
    charts = [
        *((_states(now), _ages(now)) if now.components else ()),
        *((_agencies(now),) if now.agencies else ()),
        *((_blanks(now),) if now.records else ()),
        *((_growth((*past, now)),) if any(it.components for it in past) else ()),
    ]
    return Figures(
        quarter=quarter, at=now.at, headline=headline(now), charts=tuple(charts),
        undrawn=tuple(_undrawn(now)), missing=tuple(_missing(now)), begun=begun,
        numbers=tuple(
            Number(name=name, value=count(now), before=None if before is None else count(before))
            for name, count in COUNTS
        ),
    )  # fmt: skip


def headline(now: Counted) -> Text:
    """Return the quarter in a sentence or two."""
    told = [text("No AI component is registered here.") if now.components == 0 else _labelled(now)]
    if now.late:
        told.append(texts(
            "%(count)s reported problem got no answer by the day promised.",
            "%(count)s reported problems got no answer by the day promised.", now.late,
        ))  # fmt: skip
    if now.asked:
        told.append(texts(
            "In %(count)s record taken over from another register, %(share)s%% of the answers are "
            "blank.",
            "In %(count)s records taken over from other registers, %(share)s%% of the answers are "
            "blank.",
            now.records, share=round(100 * now.blank / now.asked),
        ))  # fmt: skip
    return joined(told)


def _labelled(now: Counted) -> Text:
    of = texts(
        "of %(count)s registered AI component", "of %(count)s registered AI components",
        now.components,
    )  # fmt: skip
    return texts(
        "%(count)s %(of)s has a valid safety label.", "%(count)s %(of)s have a valid safety label.",
        now.valid, of=of,
    )  # fmt: skip


def _states(now: Counted) -> Chart:
    rows = [(STATE_WORDS[state], now.states.get(state, 0)) for state in STATES]
    told = Told(
        id="states", headline=texts("%(count)s component with a valid safety label",
                                    "%(count)s components with a valid safety label", now.valid),
        subtitle=text("Registered components by the state of their label"),
        summary=_list(rows), columns=(text("State"), text("Components")),
    )  # fmt: skip
    return bars(told, rows, striped=frozenset({STATE_WORDS["none"]}))


def _ages(now: Counted) -> Chart:
    rows = [(words, now.ages.get(age, 0)) for age, words in AGE_WORDS.items()]
    never = now.ages.get(NEVER, 0)
    told = Told(
        id="ages",
        headline=texts("%(count)s component that nobody independent has assessed",
                       "%(count)s components that nobody independent has assessed", never)
        if never else text("Every component was assessed by somebody independent"),
        subtitle=text("Registered components by how long ago they were last assessed "
                      "independently"),
        summary=_list(rows), columns=(text("Last assessed"), text("Components")),
    )  # fmt: skip
    return bars(told, rows, striped=frozenset({AGE_WORDS[NEVER]}))


def _agencies(now: Counted) -> Chart:
    ordered = sorted(
        now.agencies.items(), key=lambda it: (-(it[1].components + it[1].records), it[0])
    )
    shown, rest = ordered[:MOST], ordered[MOST:]
    rows: list[tuple[str | int, ...]] = [_agency(name, one) for name, one in shown]
    others = text("All others (%(count)s)", count=len(rest))
    if rest:
        rows.append(_agency(others, _sum(dict(rest))))
    told = Told(
        id="organisations",
        headline=text("%(who)s has the most entries", who=shown[0][0]),
        subtitle=text("Registered components and imported records by organisation"),
        summary=_most(len(ordered)),
        columns=(text("Organisation"), text("Entries"), text("Own components"),
                 text("Imported records"), text("Left blank (%%)")),
    )  # fmt: skip
    return bars(told, rows, striped=frozenset({others} if rest else ()))


def _most(organisations: int) -> Text:
    every = texts(
        "%(count)s organisation in all.", "%(count)s organisations in all.", organisations
    )
    most = text("The %(count)s with the most entries are shown.", count=MOST)
    return joined([
        every, *([most] if organisations > MOST else ()),
        text("The table says how much each left blank."),
    ])  # fmt: skip


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
        (name, count, now.questions[name], round(100 * count / now.questions[name]))
        for name, count in ordered[:MOST]
    ]
    worst = rows[0] if rows else None
    told = Told(
        id="blanks",
        headline=text("“%(question)s” is blank in %(some)s of the %(all)s records that are asked "
                      "it", question=field_name(str(worst[0])), some=worst[1], all=worst[2])
        if worst else text("No question of an imported record is blank"),
        subtitle=text("Questions of other registers, by their own names, that are blank most "
                      "often"),
        summary=joined([
            texts("%(count)s question left blank at least once.",
                  "%(count)s questions left blank at least once.", len(ordered)),
            text("The records are shown as they were found: nobody signed them, and nothing was "
                 "filled in."),
        ]),
        columns=(text("Question"), text("Records where it is blank"),
                 text("Records that are asked it"), text("Left blank (%%)")),
    )  # fmt: skip
    return bars(told, rows, spoken=field_name)


def _growth(counts: Sequence[Counted]) -> Chart:
    rows = [(Quarter.of(one.at).short, one.components) for one in counts]
    first = Quarter.of(counts[0].at).words
    more = counts[-1].components - counts[0].components
    told = Told(
        id="growth",
        headline=texts("%(count)s component more than at the end of %(quarter)s",
                       "%(count)s components more than at the end of %(quarter)s", more,
                       quarter=first)
        if more else text("As many components as at the end of %(quarter)s", quarter=first),
        subtitle=text("Registered components at the end of each quarter"),
        summary=_list(rows), columns=(text("Quarter"), text("Components")),
    )  # fmt: skip
    return line(told, rows)


def _undrawn(now: Counted) -> Sequence[str]:
    found = []
    if not now.components:
        found.append(
            text(
                "No chart shows labels or assessments: no component is registered, so there is "
                "nothing to draw."
            )
        )
    if not now.records:
        found.append(
            text(
                "No chart shows blank answers: no record of another register was taken over, so "
                "there is nothing to draw."
            )
        )
    return found


def _list(rows: Sequence[tuple[str, int]]) -> Text:
    pairs = [text("%(name)s: %(value)s", name=name, value=value) for name, value in rows]
    return text("%(all)s.", all=joined(pairs, "; "))


def _missing(now: Counted) -> Sequence[str]:
    never, none = now.ages.get(NEVER, 0), now.states.get("none", 0)
    found = []
    if none:
        found.append(texts("%(count)s component without any safety label",
                           "%(count)s components without any safety label", none))  # fmt: skip
    if never:
        found.append(texts("%(count)s component without an independent assessment",
                           "%(count)s components without an independent assessment",
                           never))  # fmt: skip
    if now.blank:
        found.append(texts("%(count)s answer left blank in records of other registers",
                           "%(count)s answers left blank in records of other registers",
                           now.blank))  # fmt: skip
    found.append(text("AI that nobody registered: no figure can count it"))
    found.append(text("Problems that nobody reported"))
    return found
