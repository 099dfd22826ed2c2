"""All that a rule may look at: one subject's statements, who may sign, and a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sunlit.authority.directory import Directory
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Withdrawal
from sunlit.claims.base import Claim

C = TypeVar("C", bound=Claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One release under one use by one deployer, at one time.

    `release` is the manifest digest; `files` the SHA-256 of each file in it (name -> digest);
    `statements` stand in log order, drafts last; `directory` tells who may sign what.
    """

    release: str
    component: str | None
    use: str | None
    deployer: str | None
    at: datetime
    directory: Directory
    statements: tuple[Admitted, ...] = ()
    files: dict[str, str] = field(default_factory=dict)

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
