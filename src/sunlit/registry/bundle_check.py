"""Check a bundle from a file, with all rules: what `sunlit verify` does."""

from datetime import datetime
from pathlib import Path

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time
from sunlit.bundle.outcome import Outcome
from sunlit.bundle.summary import headline, summary
from sunlit.bundle.verify import BundleVerification, Shown, verify_bundle
from sunlit.bundle.view import LIMITS, Fact
from sunlit.decision.content import Content
from sunlit.decision.record import Kind
from sunlit.registry.bundle_findings import judge
from sunlit.runtime.folder import TOKEN


def check_bundle(path: Path, trust: TrustFile, at: datetime) -> BundleVerification:
    """Go through the eleven checks of the bundle at `path`.

    Raises:
        MalformedError: `bundle.not-a-file` for a folder: it is checked by another command.
    """
    if path.is_dir():
        token = (path / TOKEN).exists() or path.name.endswith(".token")
        raise MalformedError(
            "bundle.not-a-file", "this is a token's folder" if token else "this is a folder",
            expected="a bundle, one zip",
            mend="sunlit token verify DIR --trust FILE" if token else "name the bundle's zip",
        )  # fmt: skip
    return verify_bundle(path, trust, at, judge=judge)


def answers(found: BundleVerification) -> tuple[str | None, tuple[Fact, ...]]:
    """Return the headline and the six answers, nothing where the record does not hold."""
    shown = found.shown
    if shown is None or shown.record is None:
        return None, ()
    later = [one.record for one in shown.later]
    return (
        headline(shown.record, shown.grant, later),
        summary(
            shown.record, shown.grant, shown.opening, later,
            _last(shown, Kind.OUTCOME), _last(shown, Kind.CONTEST_RESULT),
            is_misfit=found.check("opening").outcome is Outcome.FAILED,
        ),
    )  # fmt: skip


def _last(shown: Shown, kind: Kind) -> Content | None:
    """Return what is opened of the last later record of a kind."""
    names = [one.name for one in shown.later if one.record.kind is kind]
    return shown.later_openings.get(names[-1]) if names else None


def to_json(found: BundleVerification) -> dict[str, object]:
    """Return the verification for `--json`."""
    line, facts = answers(found)
    shown = found.shown
    anchor = shown.after if shown else None
    decision = shown.manifest.decision if shown else None
    return {
        "holds": found.holds,
        "at": format_time(found.at),
        "trustVersion": found.trust_version,
        "decision": None if shown is None or decision is None else {
            "log": decision.log, "index": decision.index, "leaf": decision.leaf,
            "id": shown.manifest.decision_id,
        },
        "unchangedSince": format_time(anchor.at) if anchor else None,
        "headline": line,
        "answers": [{"title": fact.title, "text": fact.text} for fact in facts],
        "checks": [check.to_json() for check in found.checks],
        "limits": list(LIMITS),
    }  # fmt: skip
