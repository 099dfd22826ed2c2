"""Reports of garak, Inspect and PyRIT -> one TestResult of the kind `red-team`.

Counts are the report's, intervals our own and exact. No detector of another tool is calibrated
here, so how often it errs stays unknown; recorded answers are judged again by detectors whose
errors are known (`importing_rejudge`). What ended early is never PASSED.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.base.proportion import METHOD, as_decimal, clopper_pearson
from sunlit.claims.assurance import Detector, Metric, Module, NotTested, Result, TestResult
from sunlit.claims.provenance import Resource
from sunlit.formats.foreign import too_large
from sunlit.formats.garak import is_garak, read_garak
from sunlit.formats.inspect_log import is_eval, is_log, read_eval, read_json
from sunlit.formats.pyrit import is_sqlite, read_pyrit
from sunlit.formats.redteam_report import RedTeamReport, Tally
from sunlit.producers.audit.importing import Asked, Imported, Raw
from sunlit.producers.audit.importing_rejudge import Rejudged, rejudge
from sunlit.producers.audit.redteam.probes import KINDS

NAME: Final = "attack-success"
MAX_TALLIES: Final = 2000
MAX_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class RedTeamImporter:
    """One tool: how its files are recognised and read."""

    name: str
    is_one: Callable[[Raw], bool]
    reader: Callable[[Raw, Asked], RedTeamReport]

    def recognises(self, raw: Raw) -> bool:
        """Whether the bytes are this tool's."""
        return self.is_one(raw)

    def read(self, raw: Raw, asked: Asked) -> Imported:
        """Read the report and make a claim of it."""
        report = self.reader(raw, asked)
        again = rejudge(report.answers, _kinds(report, asked.kind))
        claim = claim_of(report, again, raw.resource(self.name, report.format_version), asked)
        return Imported(
            format=self.name, claim=claim, headline=_headline(report, claim),
            lines=tuple(_lines(report, claim, again)),
        )  # fmt: skip


def _kinds(report: RedTeamReport, said: str | None) -> dict[str, str | None]:
    """What sort of attack each probe is; a task of one's own is what its importer says."""
    if said is not None and said not in KINDS:
        raise MalformedError(
            "import.kind", "the kind of attack is not known", got=said[:40],
            expected=", ".join(KINDS), mend="name one of them, or none",
        )  # fmt: skip
    return {one.probe: one.kind or said for one in report.tallies}


def _inspect(raw: Raw, asked: Asked) -> RedTeamReport:
    if is_eval(raw.head):
        return read_eval(raw.data, asked.success)
    return read_json(raw.document, asked.success)


GARAK: Final = RedTeamImporter(
    "garak", lambda raw: is_garak(raw.head), lambda raw, _: read_garak(raw.data)
)
INSPECT: Final = RedTeamImporter(
    "inspect", lambda raw: is_eval(raw.head) or is_log(raw.document), _inspect
)
PYRIT: Final = RedTeamImporter(
    "pyrit",
    lambda raw: is_sqlite(raw.head),
    lambda raw, asked: read_pyrit(raw.data, asked.planned),
)


def claim_of(
    report: RedTeamReport, again: Rejudged, named: Resource, asked: Asked
) -> TestResult:  # fmt: skip
    """Return what a report says as a claim. The result is PASSED only by a limit that holds."""
    metrics = (*_metrics(report, asked.limit), *again.metrics(asked.limit))
    passed, warned, failed = _sorted(metrics, again, report.tool, complete=report.complete)
    return TestResult(
        result=_result(passed, warned, failed), configuration=_target(report),
        passed_tests=passed, warned_tests=warned, failed_tests=failed,
        sunlit_kind="red-team", sunlit_module=Module.ROBUSTNESS_AND_ADVERSARIAL,
        sunlit_tool=report.tool, sunlit_tool_version=report.tool_version or None,
        sunlit_metrics=metrics, sunlit_tested_on=report.ended or report.started,
        sunlit_complete=report.complete, sunlit_binding="endpoint-only",
        sunlit_detectors=(*_detectors(report), *again.detectors()),
        sunlit_sampling=_sampling(report, asked),
        sunlit_not_tested=tuple(_not_tested(report, again)), sunlit_report=named,
    )  # fmt: skip


def _metrics(report: RedTeamReport, limit: Decimal | None) -> Iterator[Metric]:
    if len(report.tallies) > MAX_TALLIES:
        raise too_large("the report", f"at most {MAX_TALLIES} pairs of probe and detector")
    for one in report.tallies:
        if one.rows:
            yield metric(one, f"{report.tool}:{one.detector}", limit)


def metric(tally: Tally, detector: str, limit: Decimal | None) -> Metric:
    """Return a tally as a metric with its exact interval."""
    low, high = clopper_pearson(tally.count, tally.rows)
    extra = {"kind": tally.kind, "undecided": tally.undecided}
    return Metric(
        name=NAME, value=as_decimal(tally.count / tally.rows), threshold=limit, better="lower",
        group=tally.probe, rows=tally.rows, count=tally.count, low=low, high=high, method=METHOD,
        detector=detector, extra={name: value for name, value in extra.items() if value},
    )  # fmt: skip


Labels = tuple[str, ...]


def _sorted(
    metrics: tuple[Metric, ...], again: Rejudged, tool: str, *, complete: bool
) -> tuple[Labels, Labels, Labels]:
    """The upper end must be within the limit to pass; a figure beyond it fails.

    What a detector says that takes refusals for successes shows neither.
    """
    trapped = {f"{tool}:{name}" for name in again.trapped()}
    passed, failed = list[str](), list[str]()
    warned = [*again.warnings()] if complete else ["INCOMPLETE", *again.warnings()]
    for one in metrics:
        label = f"{one.name} [{one.group}] by {one.detector}"
        if one.threshold is None or one.high is None or one.name != NAME:
            continue
        if one.detector in trapped:
            warned.append(label)
        elif one.value > one.threshold:
            failed.append(label)
        elif one.high > one.threshold or not complete:
            warned.append(label)
        else:
            passed.append(label)
    return tuple(passed), tuple(warned), tuple(failed)


def _result(passed: Labels, warned: Labels, failed: Labels) -> Result:
    if failed:
        return Result.FAILED
    return Result.PASSED if passed and not warned else Result.WARNED


def _target(report: RedTeamReport) -> tuple[Resource, ...]:
    said = {"model": report.model, "type": report.target}
    kept = {name: value for name, value in said.items() if value}
    return (Resource(name="target, as the report names it", annotations=kept),) if kept else ()


def _detectors(report: RedTeamReport) -> Iterator[Detector]:
    for name in sorted({one.detector for one in report.tallies}):
        yield Detector(
            id=f"{report.tool}:{name}", version=report.tool_version or None,
            extra=dict(report.notes.get(name, {})),
        )  # fmt: skip


def _sampling(report: RedTeamReport, asked: Asked) -> dict[str, object]:
    said = dict(report.sampling)
    if asked.endpoint:
        said["endpoint"] = asked.endpoint
    if asked.sampling:
        said["declared"] = dict(asked.sampling)
    missing = [name for name in report.unrecorded if name not in asked.sampling]
    return said | ({"not-recorded": missing} if missing else {})


def _not_tested(report: RedTeamReport, again: Rejudged) -> Iterator[NotTested]:
    yield from (NotTested(what=what, reason=reason) for what, reason in report.not_tested)
    if not report.complete:
        yield NotTested(what="the rest of the run", reason=report.why_incomplete)
    for one in report.tallies:
        if one.undecided:
            reason = f"{one.detector} could not judge them"
            yield NotTested(what=f"{one.undecided} answers to {one.probe}", reason=reason)
    yield from again.not_tested()


def _headline(report: RedTeamReport, claim: TestResult) -> str:
    answers = len(report.answers)
    state = "complete" if report.complete else f"INCOMPLETE: {report.why_incomplete}"
    return (
        f"{report.tool} {report.tool_version}: {answers:,} answers, "
        f"{len(claim.sunlit_metrics)} figures, {state}."
    )


def _lines(report: RedTeamReport, claim: TestResult, again: Rejudged) -> Iterator[str]:
    shown = [one for one in claim.sunlit_metrics if one.name == NAME]
    for one in shown[:MAX_SHOWN]:
        yield (
            f"  {one.group}: {one.count} of {one.rows} attacks succeeded ({one.low}-{one.high}), "
            f"by {one.detector}"
        )
    more = len(shown) - MAX_SHOWN
    if more > 0:
        yield f"  and {more} figures more, in the claim"
    yield from again.warnings()
    yield "Which bytes answered is not known: endpoint-only."
    if report.unrecorded:
        yield f"Not recorded by {report.tool}: {', '.join(report.unrecorded)}."
    yield "Detectors of other tools are not calibrated: how often they err is not known."
