"""Can a stranger believe what a bundle says of a decision? Eleven checks, offline.

The reader's own trust file is what everything starts from; nothing in the bundle is trusted for
being in it. The numbers and what each check asks are `spec/bundle.md`'s. A check that rests on
one that did not pass is Not done: nothing is concluded from what does not hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import SunlitError
from sunlit.bundle.anchors import Anchorage
from sunlit.bundle.archive import opened
from sunlit.bundle.checking import Checking
from sunlit.bundle.decided import InLog
from sunlit.bundle.findings import Judge
from sunlit.bundle.layout import MANIFEST
from sunlit.bundle.manifest import MAX_MANIFEST, Manifest
from sunlit.bundle.outcome import NAMES, Check, Outcome, exit_code
from sunlit.claims.lifecycle import TokenGrant
from sunlit.decision.content import Content
from sunlit.decision.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the bundle shows, as far as the checks that it rests on passed; else None."""

    manifest: Manifest
    record: Record | None = None
    grant: TokenGrant | None = None
    opening: Content | None = None
    later: tuple[InLog, ...] = ()
    later_openings: Mapping[str, Content] = field(default_factory=dict)
    before: Anchorage | None = None
    after: Anchorage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleVerification:
    """Eleven checks of one bundle. `shown` is None where it could not even be read."""

    at: datetime
    trust_version: int
    checks: tuple[Check, ...]
    shown: Shown | None = None

    @property
    def exit_code(self) -> int:
        """0 all passed, 1 one failed, 3 one could not be done."""
        return exit_code(self.checks)

    @property
    def holds(self) -> bool:
        """Tell whether every check passed."""
        return all(check.outcome is Outcome.PASSED for check in self.checks)

    def check(self, name: str) -> Check:
        """Return one check by its name."""
        return next(check for check in self.checks if check.name == name)

    def passed(self, *names: str) -> bool:
        """Tell whether these checks passed."""
        return all(self.check(name).outcome is Outcome.PASSED for name in names)


def verify_bundle(
    data: Path | bytes, trust: TrustFile, at: datetime, *, judge: Judge | None = None
) -> BundleVerification:
    """Go through the eleven checks; this never raises what Sunlit can name.

    Without a `judge` (`sunlit.registry.bundle_findings.judge`) check 11 is Not done.
    """
    try:
        with opened(data) as archive:
            manifest = Manifest.parse(archive.read(MANIFEST, limit=MAX_MANIFEST))
            checking = Checking(archive, manifest, trust, at, judge)
            checks = checking.run()
    except SunlitError as error:
        rest = (
            Check.not_done(name, "Not looked at, because the bundle cannot be read.")
            for name in NAMES[1:]
        )
        return BundleVerification(
            at=at, trust_version=trust.version, checks=(Check.failed("files", error), *rest)
        )
    found = BundleVerification(at=at, trust_version=trust.version, checks=checks)
    return BundleVerification(
        at=at, trust_version=trust.version, checks=checks, shown=_shown(checking, found)
    )


def _shown(checking: Checking, found: BundleVerification) -> Shown:
    """Keep what holds: a record that stands nowhere is not shown as one."""
    if not found.passed("record"):
        return Shown(manifest=checking.manifest)
    human, opening = found.check("human").outcome, found.check("opening").outcome
    return Shown(
        manifest=checking.manifest,
        record=checking.record,
        grant=checking.grant,
        opening=checking.opening if opening is not Outcome.FAILED else None,
        later=tuple(checking.later) if human is not Outcome.FAILED else (),
        later_openings=checking.later_openings if Outcome.FAILED not in (human, opening) else {},
        before=checking.before if found.check("anchors").outcome is not Outcome.FAILED else None,
        after=checking.after if found.check("anchors").outcome is not Outcome.FAILED else None,
    )
