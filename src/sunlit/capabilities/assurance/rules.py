"""Who independent tested it, and how well? Pure rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil, floor
from typing import Final

from sunlit.authority.answer import Answer
from sunlit.base.wording import fixed, joined, lowered, text, texts
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
NAMELESS: Final = text("files that it does not name")
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
                text(
                    "A scan found unsafe files: %(files)s.", files=_named(test, test.failed_tests)
                ),
                [said.statement_id],
            )
    current = [pair for pair in found if is_current(evidence, pair[1].sunlit_valid_until)]
    if not current:
        return Verdict.unknown("No scan of these files counts now.", ids(found))
    for said, test in current:
        if test.result is not Result.PASSED:
            names = _named(test, (*test.warned_tests, *_not_scanned(test)))
            return Verdict.unknown(
                text("A scan could not tell for: %(files)s.", files=names), [said.statement_id]
            )
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
        lacking = ", ".join(sorted(wanted - held)) or text("any metric")
        return Verdict.unknown(
            text("No threshold was set and tested for %(what)s.", what=lacking), _ids(on_data)
        )
    return Verdict.holds(
        _figures(len(metrics)),
        _ids(on_data),
        expires=_expires(evidence, on_data, parameters),
    )


def _figures(count: int) -> str:
    return texts("%(count)s figure meets its threshold, on named data.",
                 "%(count)s figures meet their thresholds, on named data.",
                 count, count=str(count))  # fmt: skip


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
            text(
                "%(count)s of at least %(least)s groups were tested apart, with a threshold and "
                "at least %(rows)s rows each.",
                count=str(len(groups)),
                least=str(least),
                rows=str(least_rows),
            ),
            _ids(by_group),
        )
    return Verdict.holds(
        text("Each of %(count)s groups meets its threshold.", count=str(len(groups))),
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
                return Verdict.fails(_missed(metric), [said.statement_id], mend=CHANGE)
        if test.result is Result.FAILED:
            return Verdict.fails("A test of this release failed.", [said.statement_id], mend=CHANGE)
    return None


def _missed(metric: Metric) -> str:
    what = metric.name
    if metric.group:
        what = text("%(figure)s for %(group)s", figure=metric.name, group=metric.group)
    return text("%(what)s is %(value)s; the threshold is %(threshold)s.", what=what,
                value=metric.value, threshold=str(metric.threshold))  # fmt: skip


def _named(test: TestResult, files: tuple[str, ...]) -> str:
    """Return the first files with what the scanner says of each."""
    reasons = test.extra.get("sunlit_reasons")
    said = reasons if isinstance(reasons, dict) else {}
    shown = [f"{name} ({said[name]})" if name in said else name for name in files[:3]]
    more = len(files) - len(shown)
    listed = "; ".join(shown)
    if more:
        return text("%(names)s and %(more)s more", names=listed, more=str(more))
    return listed or NAMELESS


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
            return Verdict.fails(
                text("%(who)s attests a failure.", who=attested.assessor), attested.rests_on
            )
    code = published_code(evidence)
    if not isinstance(code, Published):
        return Verdict.unknown(
            joined((text("How many assessors it takes hangs on the tier."), fixed(code))),
            mend=VOTE,
        )
    needed = _needed(parameters, code.code.tier)
    if needed == 0:
        return Verdict.holds(
            text("Tier %(tier)s asks for no independent assessor.", tier=fixed(code.code.tier)),
            code.rests_on,
            expires=when(code.code.valid_until),
            evidences=False,
        )
    counted = distinct(evidence, found)[:needed]
    if len(counted) < needed:
        return Verdict.unknown(
            joined(
                (_too_few(code.code.tier, needed, len(counted)), *_discounted(all_found, counted))
            ),
            [id_ for attested in counted for id_ in attested.rests_on],
        )
    return Verdict.holds(
        text("%(who)s attest to it.", who=", ".join(sorted(it.assessor for it in counted))),
        dict.fromkeys([*code.rests_on, *(id_ for it in counted for id_ in it.rests_on)]),
        expires=when(code.code.valid_until, *(attested.expires for attested in counted)),
    )


def _too_few(tier: Tier, needed: int, attesting: int) -> str:
    return text("Tier %(tier)s asks for %(needed)s independent assessors; %(attesting)s attest.",
                tier=fixed(tier), needed=str(needed), attesting=str(attesting))  # fmt: skip


def _discounted(
    found: Iterable[Attested | Discounted], counted: Sequence[Attested]
) -> Iterator[str]:
    """Yield why the others do not count, the first few."""
    others = [one for one in found if one not in counted]
    for one in others[:SHOWN]:
        yield text("%(who)s does not count: %(why)s", who=one.assessor, why=_why_no_more(one))
    if len(others) > SHOWN:
        yield text("Nor do %(count)s more.", count=str(len(others) - SHOWN))


def _why_no_more(one: Attested | Discounted) -> str:
    if isinstance(one, Discounted):
        return lowered(one.reason)
    if one.result is not Result.PASSED:
        return text("it says %(result)s, which is no pass.", result=one.result)
    return text("it, or its group, counts already.")


def _needed(parameters: Mapping[str, str], tier: Tier) -> int:
    defaults = {Tier.LOW: "0", Tier.MEDIUM: "1", Tier.HIGH: "2", Tier.CRITICAL: "3"}
    return ceil(Decimal(parameters.get(tier, defaults[tier])))
