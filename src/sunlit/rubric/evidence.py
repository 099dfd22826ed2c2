"""All that a rule may look at: one subject's statements, who may sign, and a time."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar, cast

from sunlit.authority.directory import Directory
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Withdrawal
from sunlit.claims.base import Claim
from sunlit.claims.risk import Vote
from sunlit.rubric.finding import Finding

C = TypeVar("C", bound=Claim)
T = TypeVar("T")
DRAFT: Final = "draft"


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
    _found: dict[Hashable, object] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def once(self, question: Hashable, find: Callable[[], T]) -> T:
        """Return what was found for a question about this evidence; find it the first time.

        Sixty controls ask the same few things: who keeps the component, what still stands.
        """
        if question not in self._found:
            self._found[question] = find()
        # What stands under a question was put there by the same question.
        return cast("T", self._found[question])

    def current(self, kind: type[C]) -> tuple[tuple[Admitted, C], ...]:
        """Return the claims of a kind that somebody still stands by.

        Who corrected, superseded or withdrew a statement is no longer among its signers. That
        leaves the word of others who signed the same one: a signature can be added to anybody's.
        """
        return self.once(("current", kind), lambda: self._current(kind))

    def _current(self, kind: type[C]) -> tuple[tuple[Admitted, C], ...]:
        back = self.once("taken back", self._taken_back)
        found = (
            self._left(said, back.get(said.statement_id, frozenset()))
            for said in self.statements
            if isinstance(said.claim, kind)
        )
        # The claim is of the kind: it was asked for above, and `_left` changes signers only.
        return tuple((said, cast("C", said.claim)) for said in found if said is not None)

    def _taken_back(self) -> dict[str, frozenset[str]]:
        """Return statement id -> who takes it back: organisations and keys, DRAFT for a draft."""
        back: dict[str, frozenset[str]] = {}
        for said in self.statements:
            for old in (said.claim.corrects, said.claim.supersedes, _withdrawn(said.claim)):
                if old is not None:
                    back[old] = back.get(old, frozenset()) | self._speakers(said)
        return back

    def _speakers(self, said: Admitted) -> frozenset[str]:
        if said.is_draft:
            return frozenset({DRAFT})
        found = self.directory.in_force(said)
        # Marked as what they are: an organisation may call itself anything, even a key's id.
        return frozenset(
            name for it in found for name in (f"key {it.key.key_id}", f"of {it.organisation}")
        )

    def _left(self, said: Admitted, back: frozenset[str]) -> Admitted | None:
        """Return the statement as those say it who did not take it back; None if nobody does."""
        if said.is_draft or not said.signers:
            return None if said.is_draft and DRAFT in back else said
        left = tuple(key for key in said.signers if self._speaker(said, key) not in back)
        return replace(said, signers=left) if left else None

    def _speaker(self, said: Admitted, key: str) -> str:
        # A vote is its member's own: no colleague takes it back. All else is the organisation's.
        if isinstance(said.claim, Vote):
            return f"key {key}"
        return f"of {self.directory.organisation_of(key)}"

    def organisations(self, said: Admitted) -> frozenset[str]:
        """Return the organisations whose keys, in force at the entry, signed this."""
        place = (said.statement_id, said.origin, said.index, said.signers)
        return self.once(("signed by", place), lambda: self.directory.organisations(said))


def _withdrawn(claim: Claim) -> str | None:
    return claim.statement if isinstance(claim, Withdrawal) else None


def ids(pairs: Iterable[tuple[Admitted, object]]) -> tuple[str, ...]:
    """Return the statement ids of `current`'s pairs."""
    return tuple(said.statement_id for said, _ in pairs)
