"""Whether an organisation has nothing to do with others: hierarchy and declared conflicts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from sunlit.authority.answer import Answer
from sunlit.authority.records import Basis, ConflictRecord, Place
from sunlit.base.wording import text


class Hierarchy(Protocol):
    """What independence asks of a directory."""

    @property
    def conflicts(self) -> tuple[ConflictRecord, ...]:
        """The declared interests."""
        ...

    def knows(self, organisation: str) -> bool:
        """Tell whether an organisation is rooted."""
        ...

    def parents(self, organisation: str) -> frozenset[str]:
        """Return the organisation and all above it."""
        ...

    def stands(self, basis: Basis) -> bool:
        """Tell whether a record's signer still has its authority."""
        ...

    def is_replaced(self, statement_id: str) -> bool:
        """Tell whether a record was taken back."""
        ...


def independence(
    directory: Hierarchy,
    assessor: str,
    of: frozenset[str],
    component: str | None,
    at: datetime,
    said: Place | None = None,
) -> Answer:
    """Tell whether `assessor` is independent of the organisations and of the component at `at`.

    With `said`, what others declared after that entry does not count: nobody silences who spoke
    against them by declaring a conflict afterwards.

    1. All are known: nobody can be called independent of an unknown organisation.
    2. It shares no organisation with them upwards: it is none of them, not above or below one,
       and nobody stands above both, who could instruct both.
    3. Neither side declared an interest in the other, nor it one in the component.
    """
    for name in (assessor, *sorted(of)):
        if not directory.knows(name):
            return Answer.no(text("%(who)s is not an organisation that is known here", who=name))
    own = directory.parents(assessor)
    for other in sorted(of):
        shared = own & directory.parents(other)
        if shared:
            return Answer.no(_relation(assessor, other, shared))
    theirs = frozenset(name for other in of for name in directory.parents(other))
    for record in _in_force(directory, at):
        late = said is not None and not record.basis.place.precedes(said)
        if late and record.claim.organisation not in own:
            continue
        if _concerns(record, own, theirs) or _is_in(record, own, component):
            return Answer.no(
                text("%(who)s declared a conflict of interest", who=record.claim.organisation),
                (record.basis.statement_id,),
            )
    names = ", ".join(sorted(of)) or "nobody in particular"
    return Answer.yes(f"{assessor} is independent of {names}", expires=None)


def _in_force(directory: Hierarchy, at: datetime) -> Iterable[ConflictRecord]:
    return (
        record
        for record in directory.conflicts
        if (record.claim.until is None or at < record.claim.until)
        and directory.stands(record.basis)
        and not directory.is_replaced(record.basis.statement_id)
    )


def _concerns(record: ConflictRecord, own: frozenset[str], theirs: frozenset[str]) -> bool:
    sides = record.claim.organisation, record.claim.with_organisation
    return (sides[0] in own and sides[1] in theirs) or (sides[1] in own and sides[0] in theirs)


def _is_in(record: ConflictRecord, own: frozenset[str], component: str | None) -> bool:
    claim = record.claim
    return component is not None and claim.component == component and claim.organisation in own


def _relation(assessor: str, other: str, shared: frozenset[str]) -> str:
    if assessor == other:
        return text("%(who)s would assess itself", who=assessor)
    if assessor in shared:
        return text("%(who)s stands above %(other)s", who=assessor, other=other)
    if other in shared:
        return text("%(who)s stands above %(other)s", who=other, other=assessor)
    return text(
        "%(above)s stands above both %(who)s and %(other)s",
        above=min(shared),
        who=assessor,
        other=other,
    )
