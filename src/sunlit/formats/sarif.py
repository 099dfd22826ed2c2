"""SARIF 2.1.0 (OASIS) -> findings counted by level and rule.

A result counts as open unless its `kind` says that nothing failed, its `baselineState` is
`absent`, or it is suppressed (3.27.9, 3.27.24, 3.27.23). Its level is its own, else its rule's
default, else `warning` (3.27.10). From a rule's `security-severity` of 7.0 it counts as `error`,
from 9.0 as `critical`, as code hosts read that property.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sunlit.formats.foreign import (
    Node,
    inner,
    items,
    malformed,
    printable,
    text,
    too_large,
    unknown_version,
)  # fmt: skip

VERSION: Final = "2.1.0"
LEVELS: Final = ("critical", "error", "warning", "note")
MAX_RESULTS: Final = 200_000
MAX_RUNS: Final = 100
NOTHING_FAILED: Final = frozenset({"pass", "informational", "notApplicable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What all runs of a report found. `open` maps level -> rule -> how often it was found.

    `suppressed` counts results that somebody chose to pass over, `is_whole` is False where a tool
    says that its run did not come to its end.
    """

    tools: tuple[tuple[str, str], ...]
    open: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    suppressed: int = 0
    is_whole: bool = True

    def count(self, level: str) -> int:
        """Return how many results of a level are open."""
        return sum(self.open.get(level, {}).values())


def is_sarif(document: Node) -> bool:
    """Whether a document is SARIF, of whatever version."""
    return isinstance(document.get("runs"), list) and (
        "sarif" in str(document.get("$schema", "")).lower() or "version" in document
    )


def read_sarif(document: Node) -> Findings:
    """Read a report.

    Raises:
        MalformedError: `foreign.malformed`, `foreign.too-large`, `foreign.unknown-version`.
    """
    if document.get("version") != VERSION:
        raise unknown_version(
            "SARIF", str(document.get("version")), VERSION, "write it as SARIF 2.1.0"
        )
    runs = items(document, "runs")
    if not runs or len(runs) > MAX_RUNS or not all(isinstance(one, Mapping) for one in runs):
        raise malformed("the SARIF report has no runs that can be read", f"1 to {MAX_RUNS} runs")
    found: dict[str, dict[str, int]] = {}
    suppressed = 0
    for run in runs:
        for level, rule, is_open in _results(inner(run)):
            if is_open:
                by_rule = found.setdefault(level, {})
                by_rule[rule] = by_rule.get(rule, 0) + 1
            else:
                suppressed += 1
    return Findings(
        tools=tuple(_tool(inner(run)) for run in runs),
        open={level: found[level] for level in LEVELS if level in found},
        suppressed=suppressed,
        is_whole=all(_is_whole(inner(run)) for run in runs),
    )


def _tool(run: Node) -> tuple[str, str]:
    driver = inner(run, "tool", "driver")
    name = text(driver, "name", 100)
    if not name:
        raise malformed("a run of the SARIF report does not name its tool", "tool.driver.name")
    return name, text(driver, "semanticVersion", 60) or text(driver, "version", 60)


def _is_whole(run: Node) -> bool:
    # Without `results` the run made none (3.14.23), so it shows nothing.
    ended = (inner(one).get("executionSuccessful") for one in items(run, "invocations"))
    return isinstance(run.get("results"), list) and not any(one is False for one in ended)


def _results(run: Node) -> Iterator[tuple[str, str, bool]]:
    results = items(run, "results")
    if len(results) > MAX_RESULTS:
        raise too_large("a run of the SARIF report", f"at most {MAX_RESULTS} results")
    rules = [inner(one) for one in items(inner(run, "tool", "driver"), "rules")]
    by_id = {str(one.get("id")): one for one in rules}
    for one in results:
        if not isinstance(one, Mapping):
            raise malformed("a result of the SARIF report is no object")
        if one.get("kind") in NOTHING_FAILED or one.get("baselineState") == "absent":
            continue
        rule = _rule(one, rules, by_id)
        named = text(one, "ruleId", 120) or text(rule, "id", 120) or "(a rule without an id)"
        yield _level(one, rule), named, not _is_suppressed(one)


def _rule(result: Node, rules: list[Node], by_id: Mapping[str, Node]) -> Node:
    at = result.get("ruleIndex")
    if isinstance(at, int) and 0 <= at < len(rules):
        return rules[at]
    return by_id.get(str(result.get("ruleId")), {})


def _level(result: Node, rule: Node) -> str:
    said = result.get("level") or inner(rule, "defaultConfiguration").get("level")
    level = printable(said, 20) if isinstance(said, str) else "warning"
    severity = _number(inner(rule, "properties").get("security-severity"))
    if severity >= 9:
        return "critical"
    if severity >= 7 or level == "error":
        return "error"
    return "note" if level in {"note", "none"} else "warning"


def _number(value: object) -> float:
    try:
        found = float(value) if isinstance(value, str | int | float) else 0.0
    except (OverflowError, ValueError):
        return 0.0
    return found if 0 <= found <= 10 else 0.0


def _is_suppressed(result: Node) -> bool:
    status = [inner(one).get("status", "accepted") for one in items(result, "suppressions")]
    return bool(status) and all(one == "accepted" for one in status)
