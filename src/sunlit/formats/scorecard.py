"""OpenSSF Scorecard's JSON (schema v2) -> checks with their scores.

A check scores 0 to 10, or -1 where Scorecard could not tell. Which checks are critical is
Scorecard's own risk level (docs/checks.md of ossf/scorecard).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sunlit.formats.foreign import (
    Node,
    inner,
    items,
    malformed,
    moment,
    text,
    too_large,
    unknown_version,
)  # fmt: skip

KNOWN: Final = ("4", "5")  # major versions that write schema v2
CRITICAL: Final = frozenset({"Dangerous-Workflow", "Webhooks"})
MAX_CHECKS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A scorecard: which commit of which repository, the score, and each check's."""

    repository: str
    commit: str
    version: str
    date: datetime | None
    score: Decimal | None
    checks: Mapping[str, int]


def is_scorecard(document: Node) -> bool:
    """Whether a document is a scorecard, of whatever version."""
    return isinstance(document.get("scorecard"), Mapping) and "checks" in document


def read_scorecard(document: Node) -> Scorecard:
    """Read a scorecard.

    Raises:
        MalformedError: `foreign.malformed`, `foreign.too-large`, `foreign.unknown-version`.
    """
    version = text(inner(document, "scorecard"), "version", 40)
    if version.removeprefix("v").split(".")[0] not in KNOWN:
        raise unknown_version("Scorecard", version, "v4 or v5", "run a Scorecard of version 4 or 5")
    checks = items(document, "checks")
    if not checks or len(checks) > MAX_CHECKS:
        raise too_large("the scorecard", f"1 to {MAX_CHECKS} checks", f"{len(checks)} checks")
    score = document.get("score")
    return Scorecard(
        repository=text(inner(document, "repo"), "name"),
        commit=text(inner(document, "repo"), "commit", 64),
        version=version,
        date=moment(text(document, "date", 40)),
        score=_score(score),
        checks=dict(_check(inner(one)) for one in checks),
    )


def _score(value: object) -> Decimal | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not isinstance(value, int | float) or not 0 <= value <= 10:
        return None
    return Decimal(str(value)).quantize(Decimal("0.1"))


def _check(check: Node) -> tuple[str, int]:
    name, score = text(check, "name", 80), check.get("score")
    if not name or not isinstance(score, int) or isinstance(score, bool) or not -1 <= score <= 10:
        raise malformed("a check of the scorecard is malformed", "a name, and a score of -1 to 10")
    return name, score
