"""evidently's JSON (0.7: `metric_v2`) -> drift by column.

The JSON names no version and no data: its metrics' types tell it from earlier forms. A method whose
name ends in `p_value` finds drift below its threshold, every other from its threshold on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Final

from sunlit.formats.foreign import Node, inner, items, malformed, text, too_large, unknown_version

TYPE: Final = "evidently:metric_v2:"
MAX_METRICS: Final = 20_000
STATUS: Final = frozenset({"SUCCESS", "FAIL", "WARNING", "ERROR", "SKIPPED"})


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """One column: by which method, what came out, and the threshold."""

    column: str
    method: str
    value: float
    threshold: float | None

    @property
    def is_p_value(self) -> bool:
        """Whether less means more drift."""
        return self.method.lower().endswith("p_value")

    @property
    def drifted(self) -> bool | None:
        """Whether the column drifted; None without a threshold."""
        if self.threshold is None:
            return None
        return self.value < self.threshold if self.is_p_value else self.value >= self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidentlyReport:
    """Drift by column, the share of columns that drifted and its limit, tests by outcome."""

    columns: tuple[ColumnDrift, ...]
    share: float | None = None
    count: int | None = None
    share_limit: float | None = None
    tests: tuple[tuple[str, str], ...] = ()
    others: int = 0


def is_evidently(document: Node) -> bool:
    """Whether a document is evidently's, of whatever version."""
    return any(
        "evidently:" in str(inner(one, "config").get("type")) or "metric_id" in inner(one)
        for one in items(document, "metrics")[:20]
    ) or ("metrics" in document and "suite" in document)


def read_evidently(document: Node) -> EvidentlyReport:
    """Read a report.

    Raises:
        MalformedError: `foreign.malformed`, `foreign.too-large`, `foreign.unknown-version`.
    """
    metrics = [inner(one) for one in items(document, "metrics")]
    if len(metrics) > MAX_METRICS or len(items(document, "tests")) > MAX_METRICS:
        raise too_large("the evidently report", f"at most {MAX_METRICS} metrics and tests")
    for one in metrics:
        if not text(inner(one, "config"), "type").startswith(TYPE):
            raise unknown_version(
                "evidently", text(inner(one, "config"), "type", 40) or "an older form",
                "metrics of the type metric_v2 (0.7)", "write it with evidently 0.7",
            )  # fmt: skip
    columns = tuple(_columns(metrics))
    counted = next((one for one in metrics if _kind(one) == "DriftedColumnsCount"), {})
    counts = inner(counted, "value")
    share = _number(counts.get("share"))
    whole = _number(counts.get("count"))
    return EvidentlyReport(
        columns=columns, share=share, count=None if whole is None else int(whole),
        share_limit=_number(inner(counted, "config").get("drift_share")),
        tests=tuple(_tests(document)), others=len(metrics) - len(columns) - bool(counted),
    )  # fmt: skip


def _kind(metric: Node) -> str:
    return text(inner(metric, "config"), "type").removeprefix(TYPE)


def _columns(metrics: list[Node]) -> Iterator[ColumnDrift]:
    for one in metrics:
        if _kind(one) != "ValueDrift":
            continue
        config, value = inner(one, "config"), _number(one.get("value"))
        column, method = text(config, "column", 120), text(config, "method", 60)
        if value is None or not column or not method:
            raise malformed("a ValueDrift of the evidently report is malformed")
        yield ColumnDrift(column, method, value, _number(config.get("threshold")))


def _tests(document: Node) -> Iterator[tuple[str, str]]:
    for one in items(document, "tests"):
        status = text(inner(one), "status", 20).rpartition(".")[2]
        name = text(inner(one), "name", 120)
        if status not in STATUS or not name:
            raise malformed("a test of the evidently report is malformed", "a name and a status")
        yield name, status


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e12 and isfinite(value) else None
