"""Are groups of people treated alike? The rule judges the public counts, never the figures.

What is judged follows the sources named in docs/assurance/bias.md. Where outcomes are known, it
is first of all **equal opportunity**: of those who should be treated well, each group has as
many treated well (UK Cross-Government AI Testing Framework: a gap below 5 points). Gaps in
selection, accuracy and so on, and the ratio of selection rates (the four-fifths rule of thumb),
are judged where a rubric sets a limit that something can miss.

A gap within its limit holds. One over it fails when the interval of the gap lies beyond the limit
as a whole, and is UNKNOWN when it may be chance (`bias_gaps`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import floor
from typing import Final

from sunlit.authority.answer import Answer
from sunlit.base.wording import Text, fixed, joined, text
from sunlit.capabilities.assurance.bias_gaps import (
    MEASURES,
    UNKNOWN,
    Counts,
    Measure,
    counts_of,
    is_enough,
    is_known,
    measured,
)
from sunlit.claims.admitted import Admitted
from sunlit.claims.bias import Attribute, BiasAudit
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Outcome, Verdict
from sunlit.rubric.standing import about, by_tester, is_current, maintainers, when

KIND: Final = "fairness"  # the scope that an assessor is accredited for
FLOOR: Final = 10  # the floor where nothing else is asked for
CHARACTERISTICS: Final = "age\ndisability\nrace\nsex"
WORST: Final = {Outcome.HOLDS: 0, Outcome.UNKNOWN: 1, Outcome.FAILS: 2}
MEND: Final = (
    "change the model or how its estimates are used, audit it again: sunlit audit bias PREDICTIONS "
    "--prediction COLUMN --outcome COLUMN --attribute COLUMN=CHARACTERISTIC --component {path}; "
    "then: sunlit assure {path}"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one audit says of one attribute; `outcome` is None where nothing could be judged.

    `small` counts its groups of too few people, shown or not: they decide nothing.
    """

    characteristic: str
    outcome: Outcome | None
    reason: str
    statement: str
    small: int = 0


def bias_audited(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when each characteristic was audited and no gap between its groups is over a limit."""
    verdict = _bias_audited(evidence, parameters)
    if verdict.outcome is Outcome.FAILS or not (back := _taken_back(evidence, parameters)):
        return verdict
    which = ", ".join(one[:12] for one in back[:3])
    shown = text("A failing audit was taken back: %(which)s.", which=which)
    return replace(verdict, reason=joined((fixed(verdict.reason), shown)))


def _taken_back(evidence: Evidence, parameters: Mapping[str, str]) -> list[str]:
    """Return the signed audits of the release that failed and that nobody stands by any more."""
    left = {said.statement_id for said, _ in evidence.current(BiasAudit)}
    return sorted({
        said.statement_id
        for said in evidence.statements
        if isinstance(said.claim, BiasAudit) and not said.is_draft
        and said.statement_id not in left and said.is_about(evidence.release)
        and any(one.outcome is Outcome.FAILS for one in judged_of(said.claim, parameters))
    })  # fmt: skip


def _bias_audited(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    audits = _audits(evidence, parameters)
    judged = sorted(
        (
            one
            for said, audit, _ in audits
            for one in judged_of(audit, parameters, said.statement_id)
        ),
        key=lambda one: (one.statement, one.characteristic, one.reason),
    )
    for one in judged:
        if one.outcome is Outcome.FAILS:
            return Verdict.fails(one.reason, [one.statement], mend=MEND)
    within = [one for one in judged if one.outcome is Outcome.HOLDS]
    unsure = [one for one in judged if one.outcome is Outcome.UNKNOWN]
    wanted = set(parameters.get("characteristics", CHARACTERISTICS).split("\n")) - {""}
    lacking = sorted(wanted - {one.characteristic for one in within})
    if unsure:
        return Verdict.unknown(unsure[0].reason, [unsure[0].statement])
    if lacking or not within:
        return _lacking(lacking, judged, audits)
    small = sum(one.small for one in within)
    rest = [text("Groups of too few people to judge: %(count)s.", count=str(small))] * bool(small)
    by = _words(one.characteristic for one in within)
    return Verdict.holds(
        joined((text("No gap over a limit between groups by %(by)s.", by=by), *rest)),
        sorted({one.statement for one in within}),
        expires=_expires(evidence, audits, parameters),
    )


Audited = tuple[Admitted, BiasAudit, Answer]


def _audits(evidence: Evidence, parameters: Mapping[str, str]) -> list[Audited]:
    """Return the audits that count: by a tester, on named data, in force, recent, sound."""
    keepers = maintainers(evidence)
    age = _age(parameters)
    return [
        (said, audit, answer)
        for said, audit in about(evidence, BiasAudit)
        if is_current(evidence, audit.valid_until)
        and (dated := _dated(evidence, said, audit)) <= evidence.at < dated + age
        and "sha256" in audit.data.digest
        if (answer := by_tester(evidence, said, KIND, keepers)).allowed
    ]


def _age(parameters: Mapping[str, str]) -> timedelta:
    return timedelta(days=floor(Decimal(parameters.get("max-age-days", "365"))))


def _dated(evidence: Evidence, said: Admitted, audit: BiasAudit) -> datetime:
    """Return when it was made: what the auditor says may be earlier than the entry, not later."""
    if said.admitted_at is None:
        return min(audit.audited_on, evidence.at)
    return min(audit.audited_on, said.admitted_at)


def _expires(
    evidence: Evidence, audits: Iterable[Audited], parameters: Mapping[str, str]
) -> str | None:
    ends: list[datetime | None] = []
    for said, audit, answer in audits:
        dated = _dated(evidence, said, audit)
        ends += [audit.valid_until, answer.expires, dated + _age(parameters)]
    return when(*ends)


def _lacking(lacking: list[str], judged: list[Judged], audits: list[Audited]) -> Verdict:
    ids = sorted({said.statement_id for said, _, _ in audits})
    if not audits:
        return Verdict.unknown("No signed, recent bias audit of this release counts.")
    for one in judged:
        if one.outcome is None and (one.characteristic in lacking or not lacking):
            return Verdict.unknown(one.reason, ids)
    reasons = sorted(
        f"{one.what}: {one.reason}"
        for _, audit, _ in audits for one in audit.not_analysed if one.what in lacking
    )  # fmt: skip
    said = f" ({'; '.join(reasons[:3])})" if reasons else ""
    what = text("Nobody audited it by %(by)s%(why)s.", by=_words(lacking), why=said)
    return Verdict.unknown(what, ids)


def _words(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names))) or text("any characteristic")


def judged_of(
    audit: BiasAudit, parameters: Mapping[str, str], statement: str = ""
) -> Iterator[Judged]:
    """Yield what an audit says of each of its attributes under the limits of a rubric."""
    limits = [(one, Decimal(parameters.get(one.limit, one.default))) for one in MEASURES]
    limits = [(one, limit) for one, limit in limits if _bites(one, limit)]
    for attribute in audit.attributes:
        groups = _groups(audit, attribute.name)
        outcome, reason = _attribute(audit, attribute, groups, limits, parameters)
        small = _small(attribute, groups or {}, limits, parameters)
        yield Judged(attribute.characteristic, outcome, reason, statement, small)


def _bites(one: Measure, limit: Decimal) -> bool:
    """Tell whether anything could miss the limit: one that nothing can miss is none."""
    return limit > 0 if one.is_ratio else limit < 1


def _attribute(
    audit: BiasAudit, attribute: Attribute, groups: Mapping[str, Counts] | None,
    limits: list[tuple[Measure, Decimal]], parameters: Mapping[str, str],
) -> tuple[Outcome | None, str]:  # fmt: skip
    """Return the worst of what the limits say of one attribute, with the sentence for it."""
    by = attribute.characteristic
    if groups is None:
        return None, text("The counts by %(by)s contradict each other.", by=by)
    if (trouble := _hides(audit, attribute, groups, parameters)) is not None:
        return None, trouble
    least, share = _least(parameters), _known_share(parameters)
    clear = {
        one: {value: it for value, it in groups.items() if is_known(one, it, share)}
        for one, _ in limits
    }
    found = [measured(one, limit, clear[one], least, by) for one, limit in limits]
    answers = [answer for answer in found if answer is not None]
    worst = max(answers, key=lambda answer: WORST[answer[0]], default=None)
    if worst is not None and worst[0] is not Outcome.HOLDS:
        return worst
    if not answers:
        return None, text(
            "No two groups by %(by)s have %(least)s people each for what there is a limit on.",
            by=by, least=str(least),
        )  # fmt: skip
    least_people = share * audit.rows
    for (one, _), answer in zip(limits, found, strict=True):
        # What was not judged is not within its limit, however well the rest looks.
        people = _judged_people(one, clear[one], least)
        if answer is None or people < least_people:
            judged = str(people if answer else 0)
            return None, Text(
                "%(what)s by %(by)s can be judged of groups with %(judged)s of %(all)s people.",
                {"what": one.words, "by": by, "judged": judged, "all": str(audit.rows)},
                first="upper",
            )
    return answers[0]


def _judged_people(one: Measure, groups: Mapping[str, Counts], least: int) -> int:
    return sum(
        it.rows for value, it in groups.items() if value != UNKNOWN and is_enough(one, it, least)
    )


def _hides(
    audit: BiasAudit, attribute: Attribute, groups: Mapping[str, Counts],
    parameters: Mapping[str, str],
) -> str | None:  # fmt: skip
    """Return how an audit keeps groups from being judged, if it does."""
    by = attribute.characteristic
    if sum(one.name == attribute.name for one in audit.attributes) > 1:
        return text(
            "One column stands for several characteristics, so nothing is known by %(by)s.", by=by
        )
    least = _least(parameters)
    if attribute.excluded and audit.floor > max(least, FLOOR):
        return text(
            "Groups by %(by)s of fewer than %(floor)s people are hidden; %(least)s are judged.",
            by=by, floor=str(audit.floor), least=str(least),
        )  # fmt: skip
    known = sum(one.rows for value, one in groups.items() if value != UNKNOWN)
    if known < _known_share(parameters) * audit.rows or known == 0:
        return text(
            "The group of %(known)s of %(all)s people by %(by)s is known and shown.",
            known=str(known), all=str(audit.rows), by=by,
        )  # fmt: skip
    return None


def _known_share(parameters: Mapping[str, str]) -> Decimal:
    return Decimal(parameters.get("min-known-share", "0.8"))


def _small(
    attribute: Attribute, groups: Mapping[str, Counts], limits: list[tuple[Measure, Decimal]],
    parameters: Mapping[str, str],
) -> int:  # fmt: skip
    """Count the groups that no limit could be held against: too few people, or not shown."""
    least = _least(parameters)
    few = {
        value
        for value, counts in groups.items()
        if value != UNKNOWN and not any(is_enough(one, counts, least) for one, _ in limits)
    }
    gone = {one.what for one in attribute.excluded} - groups.keys() - {UNKNOWN}
    return len(few | gone)


def _least(parameters: Mapping[str, str]) -> int:
    return floor(Decimal(parameters.get("min-rows", "30")))


def _groups(audit: BiasAudit, name: str) -> dict[str, Counts] | None:
    """Return the published groups by one attribute; None where the cells contradict each other."""
    groups: dict[str, Counts] = {}
    for cell in audit.cube:
        if set(cell.group) != {name} or cell.suppressed:
            continue
        value, counts = str(cell.group[name]), counts_of(cell, adverse=audit.adverse)
        if counts is None or value in groups:
            return None
        groups[value] = counts
    held = {one.tp is None for one in groups.values()}
    total = sum(one.rows for one in groups.values())
    return None if len(held) > 1 or total > audit.rows else groups
