"""All that a rule may look at: one subject's statements, who may sign, and a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sunlit.authority.directory import Directory
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Withdrawal
from sunlit.claims.base import Claim
from sunlit.rubric.finding import Finding

C = TypeVar("C", bound=Claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One release under one use by one deployer, at one time.

    `release` is the manifest digest; `files` the SHA-256 of each file in it (name -> digest);
    `statements` stand in log order, drafts last: all of the component's, not of this release
    only, so that an attested change plan can be followed; `directory` tells who may sign what.
    `manifests` are the files of earlier releases by their manifest digest, as far as they
    are kept. `findings` are those of the other controls, given to controls that come last.
    With `as_if_signed`, drafts of the maintainer and the deployer count: `evaluate` asks a
    rule a second time in this way, to say what a draft already shows.
    """

    release: str
    component: str | None
    use: str | None
    deployer: str | None
    at: datetime
    directory: Directory
    statements: tuple[Admitted, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    manifests: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    as_if_signed: bool = False

    def current(self, kind: type[C]) -> tuple[tuple[Admitted, C], ...]:
        """Return the claims of a kind that nobody corrected, superseded or withdrew."""
        replaced = self._replaced()
        return tuple(
            (said, said.claim)
            for said in self.statements
            if isinstance(said.claim, kind) and said.statement_id not in replaced
        )

    def _replaced(self) -> frozenset[str]:
        return frozenset(
            old
            for said in self.statements
            for old in (said.claim.corrects, said.claim.supersedes, _withdrawn(said.claim))
            if old is not None and self._may_replace(said, old)
        )

    def _may_replace(self, said: Admitted, old: str) -> bool:
        """Only the organisation that said a thing may take it back; a draft replaces drafts."""
        for other in self.statements:
            if other.statement_id == old:
                if said.is_draft or other.is_draft:
                    return said.is_draft and other.is_draft
                return bool(self.organisations(said) & self.organisations(other))
        return False

    def organisations(self, said: Admitted) -> frozenset[str]:
        """Return the organisations whose keys, in force at the entry, signed this."""
        return self.directory.organisations(said)


def _withdrawn(claim: Claim) -> str | None:
    return claim.statement if isinstance(claim, Withdrawal) else None


def ids(pairs: Iterable[tuple[Admitted, object]]) -> tuple[str, ...]:
    """Return the statement ids of `current`'s pairs."""
    return tuple(said.statement_id for said, _ in pairs)
