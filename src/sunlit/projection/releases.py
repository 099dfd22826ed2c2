"""Which release a use is judged for. Pure; needs no database."""

from collections.abc import Iterable

from sunlit.authority.directory import Directory
from sunlit.base.purl import bare
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Release, TokenGrant
from sunlit.claims.provenance import Component
from sunlit.claims.risk import Acceptance, BoardSession, Mitigation, RiskCode, Use, Vote


class Releases:
    """Which release each use is judged for: the one that was named last, by whom it concerns.

    Else anybody whose statements enter could point a use at a release that nobody evidenced.
    """

    def __init__(self, known: Iterable[Admitted], directory: Directory) -> None:
        self._named: dict[tuple[str, str], str] = {}
        self._declared: dict[str, str] = {}
        self._keepers: dict[str, frozenset[str]] = {}
        for said in known:
            claim = said.claim
            digest = next(iter(said.subjects)).digest.get("sha256") if said.subjects else None
            if isinstance(claim, Vote | RiskCode | BoardSession | TokenGrant):
                self._named[claim.deployer, claim.use] = claim.release
            elif isinstance(claim, Mitigation | Acceptance) and digest:
                if _by_deployer(said, claim.deployer, directory):
                    self._named[claim.deployer, claim.use] = digest
            elif isinstance(claim, Component | Release) and digest:
                self._declare(bare(claim.purl), digest, directory.organisations(said))

    def _declare(self, name: str, digest: str, signed: frozenset[str]) -> None:
        # The first to use a name keeps it, and lets others in by signing with them.
        if self._keepers.setdefault(name, signed) & signed:
            self._keepers[name] |= signed
            self._declared[name] = digest

    def of(self, use: Use) -> str:
        """Return the release named under the use, else the component's last, else nothing."""
        named = self._named.get((use.deployer, use.id))
        return named or self._declared.get(bare(use.component), "")


def _by_deployer(said: Admitted, deployer: str, directory: Directory) -> bool:
    at = said.admitted_at
    return (
        at is not None
        and directory.may(said, Role.OPERATOR, organisation=deployer, at=at).allowed
    )  # fmt: skip
