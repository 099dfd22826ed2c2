"""A maintainer declares a release: what changed, and where to go back to."""

import re
from datetime import datetime
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.claims.lifecycle import Release
from sunlit.registry.admit import Ledger
from sunlit.registry.manifests import keep_manifest
from sunlit.registry.producing import ComponentFolder
from sunlit.registry.saying import Said, say
from sunlit.statement.keys import Signer

# The rule release-declared asks for the same.
_ROLLBACK: Final = re.compile(r"[0-9a-f]{64}|none: \S.*", re.DOTALL)


def declare_release(
    ledger: Ledger,
    component: ComponentFolder,
    signer: Signer,
    *,
    changelog: str,
    rollback: str,
    at: datetime,
    version: str | None = None,
) -> Said:
    """Admit the release of the files that are there now.

    `rollback` is the manifest digest of the release to go back to, or `none: <reason>`.

    Raises:
        MalformedError: `release.changelog`, `release.rollback`.
        VerificationError: `admit.refused`, `admit.unknown-signer`.
    """
    if not changelog.strip():
        raise MalformedError(
            "release.changelog", "a release says what changed",
            mend="give --changelog TEXT, or --changelog @FILE",
        )  # fmt: skip
    digest = rollback.removeprefix("sha256:")
    if not _ROLLBACK.fullmatch(digest) or digest == component.release:
        raise MalformedError(
            "release.rollback", "a release says where to go back to",
            expected="the manifest digest of another release, or none: REASON",
            mend="for a first release: --rollback 'none: this is the first release'",
        )  # fmt: skip
    # Whose key it is decides, not whose home: a group may keep one log for several members.
    known = ledger.history.directory.organisation_of(signer.public.key_id)
    release = Release(
        purl=component.purl,
        release_id=version or component.toml.version,
        sunlit_maintainer=known or ledger.home.organisation,
        sunlit_changelog=changelog,
        sunlit_rollback=digest,
        sunlit_released_on=at,
    )
    keep_manifest(ledger.home, component)
    return say(ledger, release, component.subject(), signer)
