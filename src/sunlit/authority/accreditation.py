"""Which accreditation covers an assessment, and in words why none does."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from sunlit.authority.records import AccreditationRecord, Basis, Place
from sunlit.base.wording import text


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
        return text("%(who)s is not accredited for %(scope)s by anybody whom the trust file names",
                    who=assessor, scope=scope)  # fmt: skip
    inside = [it for it in own if scope in it.claim.scopes]
    if not inside:
        others = ", ".join(sorted({name for it in own for name in it.claim.scopes}))
        return text("%(who)s is not accredited for %(scope)s, only for %(others)s", who=assessor,
                    scope=scope, others=others)  # fmt: skip
    standing = list(_standing(directory, inside))
    if not standing:
        return text("the accreditation of %(who)s for %(scope)s was taken back", who=assessor,
                    scope=scope)  # fmt: skip
    return text("the accreditation of %(who)s for %(scope)s %(when)s", who=assessor, scope=scope,
                when=_when(standing, entry, at))  # fmt: skip


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
        return text("ended on %(day)s", day=str(last.claim.valid_until.date()))
    if last.claim.valid_from > entry.at:
        return text("began on %(day)s, after it was said", day=str(last.claim.valid_from.date()))
    return text("was given after it was said")
