"""Who independent tested it, and how well? Pure rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil, floor
from typing import Final

from sunlit.authority.answer import Answer
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Metric, Result, TestResult
from sunlit.claims.risk import Tier
from sunlit.rubric.attested import Attested, Discounted, distinct, meets, weighed
from sunlit.rubric.evaluate import VOTE
from sunlit.rubric.evidence import Evidence, ids
from sunlit.rubric.finding import Verdict
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.standing import about, by_tester, is_current, maintainers, tests, when

SAFETY: Final = "artefact-safety"
SHOWN: Final = 3  # attestations that do not count
NAMELESS: Final = "files that it does not name"
CHANGE: Final = "change the model, test it again, then: sunlit assure {path}"
Tested = tuple[Admitted, TestResult, Answer]


def no_unsafe_serialisation(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when every scan of the files passed. Drafts count: anyone can scan them again."""
    del parameters
    keepers = maintainers(evidence)
    found = [
        (said, test)
        for said, test in about(evidence, TestResult)
        if test.sunlit_kind == SAFETY
        and (said.is_draft or by_tester(evidence, said, SAFETY, keepers).allowed)
    ]
    for said, test in found:
        if test.result is Result.FAILED:
            return Verdict.fails(
                f"A scan found unsafe files: {_named(test, test.failed_tests)}.",
                [said.statement_id],
            )
    current = [pair for pair in found if is_current(evidence, pair[1].sunlit_valid_until)]
    if not current:
        return Verdict.unknown("No scan of these files counts now.", ids(found))
    for said, test in current:
        if test.result is not Result.PASSED:
            names = _named(test, (*test.warned_tests, *_not_scanned(test)))
            return Verdict.unknown(f"A scan could not tell for: {names}.", [said.statement_id])
    ends = [test.sunlit_valid_until for _, test in current]
    return Verdict.holds(
        "No file runs code when it is loaded, as far as the scan can see.",
        ids(current),
        expires=when(*ends),
    )


def performance_tested(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when signed tests on named data meet every threshold and are recent enough."""
    found = _recent(evidence, "performance", parameters)
    if (failed := _failed(found)) is not None:
        return failed
    on_data = [item for item in found if _names_data(item[1])]
    if not on_data:
        return Verdict.unknown("No signed, recent test of this release names its data by digest.")
    metrics = [
        metric
        for _, test, _ in on_data
        for metric in test.sunlit_metrics
        if _is_measured(metric, 0)
    ]
    held = {metric.name for metric in metrics}
    wanted = {name for name in parameters.get("metrics", "").split("\n") if name}
    if not held or wanted - held:
        lacking = ", ".join(sorted(wanted - held)) or "any metric"
        return Verdict.unknown(f"No threshold was set and tested for {lacking}.", _ids(on_data))
    return Verdict.holds(
        f"{_figures(len(metrics))}, on named data.",
        _ids(on_data),
        expires=_expires(evidence, on_data, parameters),
    )


def _figures(count: int) -> str:
    return (
        "1 figure meets its threshold" if count == 1 else f"{count} figures meet their thresholds"
    )


def tested_by_group(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when enough groups of enough people were tested apart and meet their thresholds."""
    found = [
        *_recent(evidence, "performance", parameters),
        *_recent(evidence, "fairness", parameters),
    ]
    least_rows = ceil(Decimal(parameters.get("min-rows", "30")))
    by_group = [item for item in found if _groups(item[1].sunlit_metrics, least_rows)]
    if (failed := _failed(by_group, least_rows)) is not None:
        return failed
    groups = {name for _, test, _ in by_group for name in _groups(test.sunlit_metrics, least_rows)}
    least = ceil(Decimal(parameters.get("min-groups", "2")))
    if len(groups) < least:
        return Verdict.unknown(
            f"{len(groups)} of at least {least} groups were tested apart, with a threshold "
            f"and at least {least_rows} rows each.",
            _ids(by_group),
        )
    return Verdict.holds(
        f"Each of {len(groups)} groups meets its threshold.",
        _ids(by_group),
        expires=_expires(evidence, by_group, parameters),
    )


def _recent(evidence: Evidence, kind: str, parameters: Mapping[str, str]) -> list[Tested]:
    """Tests that count and are no older than the parameter allows."""
    age = _age(parameters)
    return [
        (said, test, answer)
        for said, test, answer in tests(evidence, kind)
        if (dated := _tested_on(evidence, said, test)) <= evidence.at < dated + age
    ]


def _age(parameters: Mapping[str, str]) -> timedelta:
    return timedelta(days=floor(Decimal(parameters.get("max-age-days", "365"))))


def _tested_on(evidence: Evidence, said: Admitted, test: TestResult) -> datetime:
    # A date that the tester states may be earlier than the entry, never later.
    dates = [day for day in (test.sunlit_tested_on, said.admitted_at) if day is not None]
    return min(dates, default=evidence.at)  # an undated draft is of now


def _expires(
    evidence: Evidence, found: Iterable[Tested], parameters: Mapping[str, str]
) -> str | None:
    ends: list[datetime | None] = []
    for said, test, answer in found:
        dated = _tested_on(evidence, said, test)
        ends += [test.sunlit_valid_until, answer.expires, dated + _age(parameters)]
    return when(*ends)


def _names_data(test: TestResult) -> bool:
    return any("sha256" in resource.digest for resource in test.configuration)


def _failed(found: Iterable[Tested], least_rows: int = 0) -> Verdict | None:
    """FAILS where a test failed or a figure misses its threshold, whatever the tester says."""
    for said, test, _ in found:
        for metric in test.sunlit_metrics:
            if _is_measured(metric, least_rows) and not _is_met(metric):
                group = f" for {metric.group}" if metric.group else ""
                return Verdict.fails(
                    f"{metric.name}{group} is {metric.value}; the threshold is {metric.threshold}.",
                    [said.statement_id],
                    mend=CHANGE,
                )
        if test.result is Result.FAILED:
            return Verdict.fails("A test of this release failed.", [said.statement_id], mend=CHANGE)
    return None


def _named(test: TestResult, files: tuple[str, ...]) -> str:
    """Return the first files with what the scanner says of each."""
    reasons = test.extra.get("sunlit_reasons")
    said = reasons if isinstance(reasons, dict) else {}
    shown = [f"{name} ({said[name]})" if name in said else name for name in files[:3]]
    more = len(files) - len(shown)
    return "; ".join(shown) + (f" and {more} more" if more else "") or NAMELESS


def _not_scanned(test: TestResult) -> tuple[str, ...]:
    """Return the files that the scanner lists as not scanned."""
    names = test.extra.get("sunlit_notScanned")
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def _is_measured(metric: Metric, least_rows: int) -> bool:
    """With `least_rows`, groups of that many people are meant; without, figures over all."""
    if metric.threshold is None:
        return False
    if least_rows == 0:
        return metric.group is None
    return metric.group is not None and (metric.rows or 0) >= least_rows


def _is_met(metric: Metric) -> bool:
    assert metric.threshold is not None  # noqa: S101 - `_is_measured` looked
    return meets(metric.value, metric.threshold, metric.better)


def _groups(metrics: Iterable[Metric], least_rows: int) -> frozenset[str]:
    return frozenset(
        metric.group
        for metric in metrics
        if metric.group is not None and _is_measured(metric, least_rows)
    )


def _ids(found: Iterable[Tested]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said.statement_id for said, _, _ in found))


def independently_attested(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when as many independent organisations attest as the tier asks for.

    An eligible assessor's FAILED attestation fails the release, whatever others say.
    """
    all_found = weighed(evidence)
    found = [one for one in all_found if isinstance(one, Attested)]
    for attested in found:
        if attested.result is Result.FAILED:
            return Verdict.fails(f"{attested.assessor} attests a failure.", attested.rests_on)
    code = published_code(evidence)
    if not isinstance(code, Published):
        return Verdict.unknown(
            f"How many assessors it takes hangs on the tier. {code}",
            mend=VOTE,
        )
    needed = _needed(parameters, code.code.tier)
    if needed == 0:
        return Verdict.holds(
            f"Tier {code.code.tier} asks for no independent assessor.",
            code.rests_on,
            expires=when(code.code.valid_until),
            evidences=False,
        )
    counted = distinct(evidence, found)[:needed]
    if len(counted) < needed:
        return Verdict.unknown(
            f"Tier {code.code.tier} asks for {needed} independent assessors; "
            f"{len(counted)} attest.{''.join(_discounted(all_found, counted))}",
            [id_ for attested in counted for id_ in attested.rests_on],
        )
    return Verdict.holds(
        f"{', '.join(sorted(attested.assessor for attested in counted))} attest to it.",
        dict.fromkeys([*code.rests_on, *(id_ for it in counted for id_ in it.rests_on)]),
        expires=when(code.code.valid_until, *(attested.expires for attested in counted)),
    )


def _discounted(
    found: Iterable[Attested | Discounted], counted: Sequence[Attested]
) -> Iterator[str]:
    """Yield why the others do not count, the first few."""
    others = [one for one in found if one not in counted]
    for one in others[:SHOWN]:
        yield f" {one.assessor} does not count: {_why_no_more(one)}"
    if len(others) > SHOWN:
        yield f" Nor do {len(others) - SHOWN} more."


def _why_no_more(one: Attested | Discounted) -> str:
    if isinstance(one, Discounted):
        return f"{one.reason[:1].lower()}{one.reason[1:]}"
    if one.result is not Result.PASSED:
        return f"it says {one.result}, which is no pass."
    return "it, or its group, counts already."


def _needed(parameters: Mapping[str, str], tier: Tier) -> int:
    defaults = {Tier.LOW: "0", Tier.MEDIUM: "1", Tier.HIGH: "2", Tier.CRITICAL: "3"}
    return ceil(Decimal(parameters.get(tier, defaults[tier])))
