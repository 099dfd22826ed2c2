"""Reports of evidently, Scorecard, SARIF and CycloneDX VEX -> one TestResult: drift or security.

Levels, states and thresholds are the report's; what they come to is worked out here again. A claim
names at most a bounded number of rules or ids and counts all of them; the raw report is named by
its digest.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from sunlit.base.proportion import as_decimal
from sunlit.claims.assurance import Metric, Module, NotTested, Result, TestResult
from sunlit.formats.evidently import ColumnDrift, EvidentlyReport, is_evidently, read_evidently
from sunlit.formats.sarif import LEVELS, Findings, is_sarif, read_sarif
from sunlit.formats.scorecard import CRITICAL, Scorecard, is_scorecard, read_scorecard
from sunlit.formats.vex import EXPLOITABLE, SETTLED, TRIAGE, Vex, is_vex, read_vex
from sunlit.producers.audit.importing import Asked, Imported, Raw

MOST_IDS: Final = 200
MOST_RULES: Final = 100  # of each level
MOST_METRICS: Final = 120
GRAVE: Final = ("critical", "error")
GOOD_SCORE: Final = 8  # of 10, from which a check of Scorecard counts as passed


class SarifImporter:
    """SARIF 2.1.0, as CodeQL, Semgrep, bandit, ruff and others write it."""

    def recognises(self, raw: Raw) -> bool:
        """Whether the bytes are SARIF."""
        return is_sarif(raw.document)

    def read(self, raw: Raw, asked: Asked) -> Imported:
        """Read the report and make a claim of it."""
        del asked
        found = read_sarif(raw.document)
        counts = {level: found.count(level) for level in LEVELS}
        said = ", ".join(f"{count} of level {level}" for level, count in counts.items() if count)
        tools = "; ".join(" ".join(filter(None, tool)) for tool in found.tools)
        more = f"; {found.suppressed} suppressed" if found.suppressed else ""
        return Imported(
            format="sarif", claim=_of_sarif(raw, found), guarded=True,
            headline=f"{tools}: {said or 'nothing'} open{more}.",
        )  # fmt: skip


def _of_sarif(raw: Raw, found: Findings) -> TestResult:
    grave = [rule for level in GRAVE for rule in found.open.get(level, {})]
    light = [
        rule for level in LEVELS if level not in GRAVE for rule in found.open.get(level, {})
    ]  # fmt: skip
    result = Result.FAILED if grave else Result.WARNED if light else Result.PASSED
    left = (NotTested(what=f"{found.suppressed} findings", reason="suppressed by somebody"),)
    return TestResult(
        result=result if found.is_whole or grave else Result.WARNED,
        failed_tests=tuple(sorted(set(grave)))[:MOST_IDS],
        warned_tests=tuple(sorted(set(light) - set(grave)))[:MOST_IDS],
        sunlit_kind="security", sunlit_module=Module.ROBUSTNESS_AND_ADVERSARIAL,
        sunlit_tool=", ".join(dict.fromkeys(name for name, _ in found.tools))[:200],
        sunlit_tool_version=", ".join(version for _, version in found.tools)[:200],
        sunlit_metrics=tuple(_findings(found)), sunlit_complete=found.is_whole,
        sunlit_not_tested=left if found.suppressed else (),
        sunlit_report=raw.resource("sarif", "2.1.0"),
    )  # fmt: skip


def _findings(found: Findings) -> Iterator[Metric]:
    for level in LEVELS:
        count = found.count(level)
        rules = dict(sorted(found.open.get(level, {}).items())[:MOST_RULES])
        yield Metric(
            name="open-findings", value=Decimal(count), count=count, better="lower",
            threshold=Decimal(0) if level in GRAVE else None,
            extra={"level": level, "rules": rules},
        )  # fmt: skip


class VexImporter:
    """CycloneDX VEX 1.4 to 1.6."""

    def recognises(self, raw: Raw) -> bool:
        """Whether the bytes are CycloneDX with vulnerabilities."""
        return is_vex(raw.document)

    def read(self, raw: Raw, asked: Asked) -> Imported:
        """Read the document and make a claim of it."""
        del asked
        found = read_vex(raw.document)
        settled, triage, open_ = (found.ids(one) for one in (SETTLED, TRIAGE, EXPLOITABLE))
        return Imported(
            format="vex", claim=_of_vex(raw, found), guarded=False,
            headline=(
                f"{len(settled)} settled, {len(triage)} in triage or without a reason, "
                f"{len(open_)} exploitable."
            ),
        )  # fmt: skip


def _of_vex(raw: Raw, found: Vex) -> TestResult:
    by = {state: found.ids(state) for state in (SETTLED, TRIAGE, EXPLOITABLE)}
    result = Result.WARNED if by[TRIAGE] else Result.PASSED
    return TestResult(
        result=Result.FAILED if by[EXPLOITABLE] else result,
        passed_tests=by[SETTLED][:MOST_IDS], warned_tests=by[TRIAGE][:MOST_IDS],
        failed_tests=by[EXPLOITABLE][:MOST_IDS],
        sunlit_kind="security", sunlit_module=Module.ROBUSTNESS_AND_ADVERSARIAL,
        sunlit_tool=found.tool or "CycloneDX VEX", sunlit_complete=True,
        sunlit_metrics=tuple(
            Metric(name="vex-answers", value=Decimal(len(ids)), count=len(ids),
                   extra={"state": state})
            for state, ids in by.items()
        ),
        sunlit_report=raw.resource("cyclonedx-vex", found.version),
    )  # fmt: skip


class ScorecardImporter:
    """OpenSSF Scorecard's JSON."""

    def recognises(self, raw: Raw) -> bool:
        """Whether the bytes are a scorecard."""
        return is_scorecard(raw.document)

    def read(self, raw: Raw, asked: Asked) -> Imported:
        """Read the scorecard and make a claim of it."""
        del asked
        found = read_scorecard(raw.document)
        score = "without a score" if found.score is None else f"{found.score} of 10"
        return Imported(
            format="scorecard", claim=_of_scorecard(raw, found), guarded=False,
            headline=f"{found.repository or 'A repository'}: {score}.",
        )  # fmt: skip


def _of_scorecard(raw: Raw, found: Scorecard) -> TestResult:
    checks = sorted(found.checks.items())
    failed = tuple(f"scorecard:{k}" for k, v in checks if k in CRITICAL and 0 <= v < 10)
    passed = tuple(f"scorecard:{k}" for k, v in checks if v >= GOOD_SCORE)
    passed = tuple(one for one in passed if one not in failed)
    warned = tuple(
        name for k, _ in checks if (name := f"scorecard:{k}") not in {*passed, *failed}
    )  # fmt: skip
    metrics = [
        Metric(name="scorecard-check", value=Decimal(v), better="higher", extra={"check": k})
        for k, v in checks
    ]
    if found.score is not None:
        metrics.insert(0, Metric(name="scorecard", value=found.score, better="higher"))
    return TestResult(
        result=Result.FAILED if failed else Result.WARNED if warned else Result.PASSED,
        passed_tests=passed, warned_tests=warned, failed_tests=failed,
        sunlit_kind="security", sunlit_module=Module.ROBUSTNESS_AND_ADVERSARIAL,
        sunlit_tool="OpenSSF Scorecard", sunlit_tool_version=found.version,
        sunlit_metrics=tuple(metrics), sunlit_tested_on=found.date, sunlit_complete=True,
        sunlit_sampling={"repository": found.repository, "commit": found.commit},
        sunlit_report=raw.resource("scorecard", "v2"),
    )  # fmt: skip


class EvidentlyImporter:
    """evidently 0.7's JSON."""

    def recognises(self, raw: Raw) -> bool:
        """Whether the bytes are evidently's."""
        return is_evidently(raw.document)

    def read(self, raw: Raw, asked: Asked) -> Imported:
        """Read the report and make a claim of it."""
        del asked
        found = read_evidently(raw.document)
        drifted = sum(one.drifted is True for one in found.columns)
        return Imported(
            format="evidently", claim=_of_evidently(raw, found), guarded=False,
            headline=f"{drifted} of {len(found.columns)} columns drifted, by evidently's methods.",
            lines=("It names no data by digest, so drift-within-limits cannot hold on it.",),
        )  # fmt: skip


def _of_evidently(raw: Raw, found: EvidentlyReport) -> TestResult:
    drifted = [f"drift of {one.column}" for one in found.columns if one.drifted]
    steady = [f"drift of {one.column}" for one in found.columns if one.drifted is False]
    failed = [name for name, status in found.tests if status == "FAIL"]
    passed = [name for name, status in found.tests if status == "SUCCESS"]
    others = [name for name, status in found.tests if status not in {"FAIL", "SUCCESS"}]
    limit = found.share_limit
    if found.share is not None and limit is not None:
        (failed if found.share >= limit else passed).append("share of drifted columns")
    result = Result.WARNED if drifted or others or not (passed or steady) else Result.PASSED
    left = (NotTested(what=f"{found.others} other metrics", reason="not read by the importer"),)
    return TestResult(
        result=Result.FAILED if failed else result,
        passed_tests=tuple([*passed, *steady][:MOST_IDS]),
        warned_tests=tuple([*others, *drifted][:MOST_IDS]),
        failed_tests=tuple(failed[:MOST_IDS]),
        sunlit_kind="drift", sunlit_module=Module.CONTINUOUS_MONITORING,
        sunlit_tool="evidently", sunlit_tool_version="0.7 (metric_v2)",
        sunlit_metrics=tuple(_drift(found)), sunlit_complete=True,
        sunlit_not_tested=left if found.others else (),
        sunlit_report=raw.resource("evidently", "metric_v2"),
    )  # fmt: skip


def _drift(found: EvidentlyReport) -> Iterator[Metric]:
    if found.share is not None:
        yield Metric(
            name="drifted-columns-share", value=as_decimal(found.share), count=found.count,
            threshold=None if found.share_limit is None else as_decimal(found.share_limit),
            better="lower",
        )  # fmt: skip
    ordered = sorted(found.columns, key=lambda one: (one.drifted is not True, one.column))
    yield from (_column(one) for one in ordered[:MOST_METRICS])


def _column(one: ColumnDrift) -> Metric:
    # Only a PSI is one here: other distances have other limits.
    name = "psi" if one.method.lower() == "psi" else "p-value" if one.is_p_value else "distance"
    return Metric(
        name=name, value=as_decimal(min(one.value, 1e6)), method=one.method,
        threshold=None if one.threshold is None else as_decimal(one.threshold),
        better="higher" if one.is_p_value else "lower", extra={"column": one.column},
    )  # fmt: skip


SARIF: Final = SarifImporter()
VEX: Final = VexImporter()
SCORECARD: Final = ScorecardImporter()
EVIDENTLY: Final = EvidentlyImporter()
