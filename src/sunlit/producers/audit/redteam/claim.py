"""The test result that a judged transcript supports, and the report's document."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sunlit import __version__
from sunlit.base.times import format_time, parse_time
from sunlit.claims.assurance import Metric, Module, Result, TestResult
from sunlit.claims.provenance import Resource
from sunlit.producers.audit.redteam.head import sampling_of, sets_of, word
from sunlit.producers.audit.redteam.judge import Judged
from sunlit.producers.audit.redteam.probes import BIAS

RED_TEAM: Final = "red-team"
FAIRNESS: Final = "fairness"
NETWORK: Final = {"loopback": "loopback", "callable": "loopback", "other": "open"}
BINDING: Final = "endpoint-only"


def claim_of(judged: Judged, valid_until: datetime) -> TestResult:
    """Return the claim; it names the transcript and every set by digest.

    Bias probes alone are a test of fairness, anything else one of robustness against attacks.
    """
    head, by_test = judged.transcript.head, judged.by_test
    only_bias = judged.kinds == frozenset({BIAS})

    def named(result: Result) -> tuple[str, ...]:
        return tuple(sorted(name for name, found in by_test.items() if found is result))

    return TestResult(
        result=judged.result,
        configuration=_configuration(judged),
        passed_tests=named(Result.PASSED),
        warned_tests=named(Result.WARNED),
        failed_tests=named(Result.FAILED),
        sunlit_kind=FAIRNESS if only_bias else RED_TEAM,
        sunlit_tool="sunlit audit redteam",
        sunlit_tool_version=__version__,
        sunlit_metrics=judged.metrics,
        sunlit_tested_on=parse_time(_started(judged)),
        sunlit_valid_until=valid_until,
        sunlit_module=Module.BIAS_AND_FAIRNESS if only_bias else Module.ROBUSTNESS_AND_ADVERSARIAL,
        sunlit_complete=judged.is_complete,
        sunlit_binding=BINDING if head.get("endpoint") != "callable" else "declared",
        sunlit_detectors=tuple(one.detector() for one in judged.calibrated),
        sunlit_sampling=_sampling(judged),
        sunlit_not_tested=judged.not_tested,
        sunlit_network=NETWORK.get(str(head.get("endpoint")), "open"),
    )


def _configuration(judged: Judged) -> tuple[Resource, ...]:
    known = {one.known.sha256: one.known.resource() for one in judged.calibrated}
    return (
        Resource(name="transcript", digest={"sha256": judged.transcript.sha256}),
        *(
            Resource(name=f"probes/{one['id']}", digest={"sha256": str(one["sha256"])})
            for one in sets_of(judged.transcript.head)
        ),
        *known.values(),
    )


def _sampling(judged: Judged) -> dict[str, object]:
    """Return what was asked for, and which model name was answered: it proves nothing."""
    head = judged.transcript.head
    return {
        **sampling_of(head),
        "endpoint": word(head, "endpointName") or word(head, "model"),
        "repeats": judged.transcript.repeats, "model": word(head, "model"),
        "modelAnswered": _models(judged), "planned": judged.planned,
        "answered": judged.answered,
    }  # fmt: skip


def _models(judged: Judged) -> list[str]:
    attempts = judged.transcript.attempts.values()
    found = {one.answer.model[:200] for one in attempts if one.answer.model}
    return sorted(found)[:5]


def _started(judged: Judged) -> str:
    return word(judged.transcript.head, "started")


def document_of(judged: Judged, claim: TestResult) -> dict[str, object]:
    """Return the report's document: every figure, no question and no answer."""
    transcript = judged.transcript
    return {
        "format": "sunlit-redteam-report/1",
        "headline": headline(judged),
        "tool": f"sunlit {__version__}",
        "tested_on": _started(judged),
        "ended": transcript.ended or None,
        "valid_until": None if claim.sunlit_valid_until is None
        else format_time(claim.sunlit_valid_until),
        "result": str(claim.result),
        "complete": judged.is_complete,
        "why_ended": transcript.why or "crashed",
        "planned": judged.planned,
        "answered": judged.answered,
        "errors": dict(judged.errors),
        "binding": claim.sunlit_binding,
        "network": claim.sunlit_network,
        "sampling": dict(claim.sunlit_sampling),
        "transcript": {"sha256": transcript.sha256},
        "sets": sets_of(transcript.head),
        "tests": {name: str(result) for name, result in sorted(judged.by_test.items())},
        "figures": [_figure(one) for one in judged.metrics],
        "detectors": [one.said() for one in judged.calibrated],
        "not_tested": [{"what": one.what, "reason": one.reason} for one in judged.not_tested],
        "limits": {
            "attackSuccess": str(judged.limits.success), "rating": str(judged.limits.rating),
            "difference": str(judged.limits.difference),
            "detectorErrors": str(judged.limits.errors),
        },
    }  # fmt: skip


def _figure(one: Metric) -> Mapping[str, object]:
    said = {
        "name": one.name, "group": one.group, "value": one.value, "low": one.low, "high": one.high,
        "count": one.count, "rows": one.rows, "limit": one.threshold, "detector": one.detector,
        "method": one.method,
    }  # fmt: skip
    return {
        name: value if value is None or isinstance(value, int) else str(value)
        for name, value in said.items()
    }


def headline(judged: Judged) -> str:
    """Return the result in a sentence."""
    if not judged.is_complete:
        return (
            f"INCOMPLETE: {judged.answered} of {judged.planned} attempts were answered; "
            "what is shown here can fail a model and never pass it."
        )
    counts = dict.fromkeys(Result, 0)
    for result in judged.by_test.values():
        counts[result] += 1
    return (
        f"{judged.answered} answers: {counts[Result.PASSED]} kinds of test within their limit, "
        f"{counts[Result.FAILED]} beyond, {counts[Result.WARNED]} that could not be told."
    )
