"""Is any known weakness open? A pure rule over scans, and over what the maker says of findings.

A scan lists findings by id and counts them by level (`open-findings`). A VEX statement answers
for some: resolved, or not affected with a justification; what is in triage is not known yet.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from sunlit.base.wording import both, either, joined, text
from sunlit.capabilities.assurance.judging import Tested, expires, ids, recent
from sunlit.claims.assurance import Metric, Result, TestResult
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict

DAYS: Final = "90"
LEVELS: Final = "critical\nerror"
FINDINGS: Final = "open-findings"
ANSWERS: Final = "vex-answers"
SHOWN: Final = 3
MEND: Final = (
    "mend what was found, or say in a VEX document why it does not matter: "
    "sunlit audit import FILE --component {path}; then: sunlit assure {path}"
)


def security_scanned(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when a recent, complete scan left nothing open at the levels that count."""
    found = recent(evidence, "security", parameters, DAYS)
    levels = {one for one in parameters.get("levels", LEVELS).split("\n") if one}
    answered = [one for one in found if _metrics(one[1], ANSWERS)]
    settled = {id_ for _, test, _ in answered for id_ in test.passed_tests}
    triage = sorted({id_ for _, test, _ in answered for id_ in test.warned_tests} - settled)
    for said, test, _ in found:
        is_open = _open(test, levels, settled)
        if is_open:
            return Verdict.fails(
                text("Open: %(what)s.", what=is_open), [said.statement_id], mend=MEND
            )
    if triage:
        return Verdict.unknown(
            text("Still in triage: %(what)s.", what=_named(triage)), ids(answered)
        )
    scans = [
        one for one in found
        if _metrics(one[1], FINDINGS) and one[1].sunlit_complete is not False
    ]  # fmt: skip
    if not scans:
        return Verdict.unknown(
            "No signed, recent, complete scan of this release counts.", ids(found)
        )
    resting = [*scans, *answered]
    return Verdict.holds(
        text(
            "%(tools)s left nothing open at level %(levels)s.",
            tools=_tools(scans),
            levels=either(sorted(levels)),
        ),
        ids(resting),
        expires=expires(evidence, resting, parameters, DAYS),
    )


def _open(test: TestResult, levels: set[str], settled: set[str]) -> str:
    """Return what is open: names, and how many that the statement had no room for."""
    named = [id_ for id_ in test.failed_tests if id_ not in settled]
    if _metrics(test, ANSWERS):
        return _named(named)  # what its maker calls exploitable, at whatever level
    if not _metrics(test, FINDINGS):
        return _named(named) or (text("a failed test") if _only_failed(test) else "")
    listed = _levels(test, levels)
    open_ids = [id_ for id_ in listed if id_ not in settled]
    unlisted = sum(_unlisted(one) for one in _metrics(test, FINDINGS) if _is_at(one, levels))
    more = ""
    if unlisted > 0:
        more = text("%(count)s findings that the statement does not name", count=str(unlisted))
    named_ids = _named(open_ids)
    return both((named_ids, more)) if named_ids and more else named_ids or more


def _only_failed(test: TestResult) -> bool:
    return test.result is Result.FAILED and not test.failed_tests


def _is_at(one: Metric, levels: set[str]) -> bool:
    return str(one.extra.get("level", "")).casefold() in levels


def _unlisted(one: Metric) -> int:
    """Return how many findings a figure counts beyond those that it names: by itself, never less.

    One figure that names more than it counts, or counts less than none, makes up for no other.
    """
    rules = one.extra.get("rules")
    times = rules.values() if isinstance(rules, dict) else ()
    named = sum(it for it in times if type(it) is int and it > 0)
    return max(0, (one.count or 0) - named)


def _levels(test: TestResult, levels: set[str]) -> dict[str, int]:
    """Return the findings at these levels by id, with how often each was found."""
    listed: dict[str, int] = {}
    for metric in _metrics(test, FINDINGS):
        rules = metric.extra.get("rules")
        if _is_at(metric, levels) and isinstance(rules, dict):
            for id_, times in rules.items():
                listed[str(id_)] = listed.get(str(id_), 0) + (times if type(times) is int else 0)
    return listed


def _metrics(test: TestResult, name: str) -> list[Metric]:
    return [one for one in test.sunlit_metrics if one.name == name]


def _named(found: Iterable[str]) -> str:
    names = list(found)
    listed = ", ".join(names[:SHOWN])
    more = str(len(names) - SHOWN)
    if len(names) <= SHOWN:
        return listed
    return text("%(names)s and %(more)s more", names=listed, more=more)


def _tools(found: Iterable[Tested]) -> str:
    return joined(sorted({test.sunlit_tool or text("A scan") for _, test, _ in found}), ", ")
