"""Imports test reports: each figure is held against its threshold again."""

from collections.abc import Iterator, Sequence
from typing import Final

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.claims.assurance import Result, TestResult
from sunlit.formats.test_report import Judged, TestReport, judge, not_measured, read_report
from sunlit.registry.model_files import model_files
from sunlit.registry.producing import OWN_FOLDER, ComponentFolder, Draft, Note, Produced

NAME: Final = "tests"
MAX_REPORTS: Final = 100
SCHEMA: Final = "spec/schemas/test-report.schema.json"


class TestReportsProducer:
    """Makes a TestResult for each report that is about bytes which the folder holds."""

    __test__ = False  # pytest: this is no test class

    name = NAME
    version = "1"

    def tool_version(self) -> str | None:
        """Return None: no tool is asked."""
        return None

    def inputs(self, component: ComponentFolder) -> Sequence[str]:
        """Return the reports below `.sunlit`."""
        return [name for name in _reports(component) if name.startswith(f"{OWN_FOLDER}/")]

    def produce(self, component: ComponentFolder) -> Produced:
        """Read every report; one about other bytes does not count, and says so."""
        names = _reports(component)
        if not names:
            return Produced(notes=(Note.of(NAME, UnavailableError(
                "producer.no-report", "there is no test report",
                expected=" or ".join(component.toml.reports),
                mend=f"let your evaluation write one as {SCHEMA} says",
            )),))  # fmt: skip
        drafts, notes = list[Draft](), list[Note]()
        for name in names:
            claim, error = _look(component, name)
            if claim is not None:
                drafts.append(Draft(claim=claim, subjects=(component.subject(),)))
            if error is not None:
                notes.append(Note.of(NAME, error, blocks=claim is None))
        return Produced(drafts=tuple(drafts), notes=tuple(notes))


def _reports(component: ComponentFolder) -> list[str]:
    return sorted(set(_matching(component)))[:MAX_REPORTS]


def _matching(component: ComponentFolder) -> Iterator[str]:
    for pattern in component.toml.reports:
        if pattern.startswith(f"{OWN_FOLDER}/"):
            yield from component.own_files(pattern)
        else:
            yield from (one.name for one in component.matching(pattern))


def _look(component: ComponentFolder, name: str) -> tuple[TestResult | None, SunlitError | None]:
    try:
        report = read_report(component.read_file(name))
    except SunlitError as error:
        return None, MalformedError("producer.bad-report", f"{name}: {error}", mend=error.mend)
    if not _is_about(component, report):
        return None, UnavailableError(
            "producer.other-model", f"{name} tested other bytes than this folder holds",
            expected="the SHA-256 of the model files as they are now",
            mend="run the evaluation again on these files",
        )  # fmt: skip
    judged = judge(report)
    return _claim(report, judged), _disagreement(name, report, judged)


def _is_about(component: ComponentFolder, report: TestReport) -> bool:
    held = {one.sha256: one.name for one in component.manifest.files}
    if not report.tested_digests <= {*held, component.release}:
        return False
    models = set(model_files(component))
    tested = {held.get(digest) for digest in report.tested_digests}
    return component.release in report.tested_digests or not models or bool(tested & models)


def _disagreement(name: str, report: TestReport, judged: Judged) -> SunlitError | None:
    if report.result is not Result.PASSED or judged.result is Result.PASSED:
        return None
    return MalformedError(
        "producer.report-disagrees", f"{name} says PASSED; its own figures come to {judged.result}",
        expected="every figure measured and on the right side of its threshold",
        got=", ".join((*judged.failed, *judged.warned)[:5]) or "no threshold",
    )  # fmt: skip


def _claim(report: TestReport, judged: Judged) -> TestResult:
    extra: dict[str, object] = {"sunlit_tested": sorted(report.tested_digests)}
    unknown = dict(not_measured(report))
    if unknown:
        extra["sunlit_notMeasured"] = unknown
    if report.limits:
        extra["sunlit_limits"] = report.limits
    return TestResult(
        result=judged.result,
        configuration=report.data,
        passed_tests=judged.passed,
        warned_tests=judged.warned,
        failed_tests=judged.failed,
        sunlit_kind=report.kind,
        sunlit_tool=report.tool,
        sunlit_tool_version=report.tool_version,
        sunlit_metrics=judged.metrics,
        sunlit_tested_on=report.tested_on,
        sunlit_valid_until=report.valid_until,
        extra=extra,
    )
