"""All that a rule may look at: one subject's statements, who may sign, and a time."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
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
_UNASKED: Final = object()


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
        known = self._found.get(question, _UNASKED)
        if known is _UNASKED:
            known = self._found[question] = find()
        # What stands under a question was put there by the same question.
        return cast("T", known)

    def signed(self) -> "Evidence":
        """Return the same without drafts; itself where there are none."""
        return self.once("signed", self._signed)

    def _signed(self) -> "Evidence":
        signed = tuple(said for said in self.statements if not said.is_draft)
        is_same = len(signed) == len(self.statements) and not self.as_if_signed
        return self if is_same else replace(self, statements=signed, as_if_signed=False)

    def beside(self, findings: Iterable[Finding]) -> "Evidence":
        """Return the same with the findings of other controls: what was found before holds on."""
        seen = replace(self, findings=tuple(findings))
        # No question is about the findings, but two are answered by evidence without them.
        theirs = seen._found  # noqa: SLF001 - of the same class
        theirs.update(self._found)
        for question in ("signed", "as if signed"):
            theirs.pop(question, None)
        return seen

    def current(self, kind: type[C]) -> tuple[tuple[Admitted, C], ...]:
        """Return the claims of a kind that somebody still stands by.

        Who corrected, superseded or withdrew a statement is no longer among its signers. That
        leaves the word of others who signed the same one: a signature can be added to anybody's.
        """
        return self.once(("current", kind), lambda: self._current(kind))

    def _current(self, kind: type[C]) -> tuple[tuple[Admitted, C], ...]:
        by_type = self.once("standing", self._standing)
        types = [one for one in by_type if issubclass(one, kind)]
        found = [pair for one in types for pair in by_type[one]]
        if len(types) > 1:
            found.sort(key=itemgetter(0))  # the log's order; no two have the same place
        # The claim is of the kind: its type is.
        return tuple([(said, cast("C", said.claim)) for _, said in found])

    def _standing(self) -> dict[type[Claim], list[tuple[int, Admitted]]]:
        """Return what is still said, with its place among the statements, by type of claim."""
        back = self._taken_back()
        found: dict[type[Claim], list[tuple[int, Admitted]]] = {}
        for place, said in enumerate(self.statements):
            left = self._left(said, back.get(said.statement_id, frozenset()))
            if left is not None:
                found.setdefault(type(said.claim), []).append((place, left))
        return found

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
        if not back:
            return said
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
