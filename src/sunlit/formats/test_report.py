"""A test report of our own small JSON format (spec/schemas/test-report.schema.json).

The report's word is not taken: `judge` holds every figure against its threshold again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sunlit.base.canonical import decode_object
from sunlit.base.errors import MalformedError
from sunlit.claims.assurance import Metric, Result
from sunlit.claims.codec import read_fields
from sunlit.claims.provenance import Resource

FORMAT: Final = "sunlit-test-report/1"
MALFORMED: Final = "report.malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure as reported; `value` is None where it could not be measured, with `why`."""

    name: str
    value: Decimal | None = None
    threshold: Decimal | None = None
    better: str | None = None
    group: str | None = None
    rows: int | None = None
    why: str | None = None

    @property
    def label(self) -> str:
        """`recall [SEX=2]`: how the figure is named in lists."""
        return f"{self.name} [{self.group}]" if self.group else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReport:
    """A report that was read. `tested` and `data` name files by SHA-256."""

    __test__ = False  # pytest: this is no test class

    format: str
    kind: str
    tested: tuple[Resource, ...]
    data: tuple[Resource, ...] = ()
    metrics: tuple[Figure, ...]
    result: Result | None = None
    tool: str | None = None
    tool_version: str | None = None
    tested_on: datetime | None = None
    valid_until: datetime | None = None
    limits: str | None = None

    @property
    def tested_digests(self) -> frozenset[str]:
        """The SHA-256 of everything that was tested."""
        return frozenset(str(one.digest.get("sha256")) for one in self.tested)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a report's own figures come to, whatever it claims."""

    result: Result
    passed: tuple[str, ...]
    warned: tuple[str, ...]
    failed: tuple[str, ...]
    metrics: tuple[Metric, ...]


def read_report(data: bytes) -> TestReport:
    """Read a report.

    Raises:
        MalformedError: `report.malformed`, naming the field.
    """
    try:
        document = decode_object(data, what="the test report")
        report = read_fields(TestReport, document)
    except MalformedError as error:
        raise MalformedError(
            MALFORMED, f"the test report is malformed ({error})",
            expected="spec/schemas/test-report.schema.json", mend=error.mend,
        ) from error  # fmt: skip
    if report.format != FORMAT:
        raise MalformedError(
            MALFORMED, "the test report has another format", expected=FORMAT,
            got=repr(report.format)[:60],
        )  # fmt: skip
    _check(report)
    return report


def _check(report: TestReport) -> None:
    if not report.tested or not all(_has_digest(one) for one in report.tested):
        raise MalformedError(
            MALFORMED, "the test report does not say what was tested",
            expected='`tested` with {"digest": {"sha256": ...}} for each model file',
        )  # fmt: skip
    if not report.metrics:
        raise MalformedError(MALFORMED, "the test report holds no metric")
    for figure in report.metrics:
        if figure.better not in {None, "higher", "lower"}:
            raise MalformedError(
                MALFORMED, f"the metric {figure.name!r} is malformed",
                expected="`better` is higher or lower",
            )  # fmt: skip


def _has_digest(resource: Resource) -> bool:
    digest = resource.digest.get("sha256")
    return isinstance(digest, str) and len(digest) == 64


def judge(report: TestReport) -> Judged:
    """Hold each figure against its threshold; a claim of FAILED stays, a claim of PASSED need not.

    Without any threshold nothing was tested, so the result is at best WARNED.
    """
    held = [one for one in report.metrics if one.value is not None and one.threshold is not None]
    failed = tuple(one.label for one in held if not _is_met(one))
    passed = tuple(one.label for one in held if _is_met(one))
    warned = tuple(one.label for one in report.metrics if one.value is None)
    return Judged(
        result=_result(report.result, passed, warned, failed),
        passed=passed,
        warned=warned,
        failed=failed,
        metrics=tuple(_metric(one) for one in report.metrics if one.value is not None),
    )


Labels = tuple[str, ...]


def _result(claimed: Result | None, passed: Labels, warned: Labels, failed: Labels) -> Result:
    if failed or claimed is Result.FAILED:
        return Result.FAILED
    if warned or not passed or claimed is Result.WARNED:
        return Result.WARNED
    return Result.PASSED


def _is_met(figure: Figure) -> bool:
    value, threshold = figure.value, figure.threshold
    if value is None or threshold is None:
        return False
    return value <= threshold if figure.better == "lower" else value >= threshold


def _metric(figure: Figure) -> Metric:
    return Metric(
        name=figure.name, value=figure.value or Decimal(0), threshold=figure.threshold,
        better=figure.better, group=figure.group, rows=figure.rows,
    )  # fmt: skip


def not_measured(report: TestReport) -> Mapping[str, str]:
    """Return label -> why, for the figures that could not be measured."""
    return {one.label: one.why or "no reason given" for one in report.metrics if one.value is None}
