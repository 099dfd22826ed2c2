"""Which accreditation covers an assessment, and in words why none does."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from sunlit.authority.records import AccreditationRecord, Basis, Place


class Accreditations(Protocol):
    """What is asked of a directory."""

    @property
    def accreditations(self) -> tuple[AccreditationRecord, ...]:
        """What accreditors of the trust file said."""
        ...

    def stands(self, basis: Basis) -> bool:
        """Tell whether a record's signer still has its authority."""
        ...

    def is_replaced(self, statement_id: str) -> bool:
        """Tell whether a record was taken back."""
        ...


def covering(
    directory: Accreditations, assessor: str, scope: str, entry: Place, at: datetime
) -> AccreditationRecord | None:
    """Return the accreditation that lasts longest of those that cover an assessment."""
    found = (
        it
        for it in _standing(directory, directory.accreditations)
        if it.covers(assessor, scope, entry, at)
    )
    return max(found, key=lambda it: it.claim.valid_until, default=None)


def why_none(
    directory: Accreditations, assessor: str, scope: str, entry: Place, at: datetime
) -> str:
    """Return why no accreditation covers an assessment at an entry and at a time."""
    own = [it for it in directory.accreditations if it.claim.assessor == assessor]
    if not own:
        return f"{assessor} is not accredited for {scope} by anybody whom the trust file names"
    inside = [it for it in own if scope in it.claim.scopes]
    if not inside:
        others = ", ".join(sorted({name for it in own for name in it.claim.scopes}))
        return f"{assessor} is not accredited for {scope}, only for {others}"
    standing = list(_standing(directory, inside))
    if not standing:
        return f"the accreditation of {assessor} for {scope} was taken back"
    return f"the accreditation of {assessor} for {scope} {_when(standing, entry, at)}"


def _standing(
    directory: Accreditations, records: Iterable[AccreditationRecord]
) -> Iterable[AccreditationRecord]:
    return (
        it
        for it in records
        if directory.stands(it.basis) and not directory.is_replaced(it.basis.statement_id)
    )


def _when(records: Sequence[AccreditationRecord], entry: Place, at: datetime) -> str:
    """Return when the one that lasts longest was, or will be, in force."""
    last = max(records, key=lambda it: it.claim.valid_until)
    if last.claim.valid_until <= max(entry.at, at):
        return f"ended on {last.claim.valid_until.date()}"
    if last.claim.valid_from > entry.at:
        return f"began on {last.claim.valid_from.date()}, after it was said"
    return "was given after it was said"
