"""Which revocations hold, once one of them reaches back before its own entry.

A thief of a key can revoke others with it; whoever stands above then revokes the stolen key
from before the theft, and the thief's revocations must fall with it. So revocations are judged
from the top down: keys of root organisations first, then of those below; for one organisation,
what roots said before what parents said before what it said itself; each in the order of the
fold, and only if its signer has not lost authority through those judged before it.
"""

from dataclasses import replace

from sunlit.authority.directory import Directory
from sunlit.authority.records import RevocationRecord


def settled(directory: Directory) -> Directory:
    """Return the directory with its revocations judged anew."""
    ordered = sorted(directory.heard_revocations, key=lambda it: _order(directory, it))
    directory = replace(directory, revocations=(), lost=frozenset())
    for record in ordered:
        if directory.stands(record.basis):
            directory = replace(directory, revocations=(*directory.revocations, record))
            directory = replace(directory, lost=still_lost(directory))
    return directory


def _order(directory: Directory, record: RevocationRecord) -> tuple[int, int, int]:
    is_root = record.organisation in directory.roots
    depth = 0 if is_root else len(directory.parents(record.organisation))
    return depth, record.rank, record.basis.serial


def still_lost(directory: Directory) -> frozenset[int]:
    """Return the serials of key records whose registrants have lost authority at their entry.

    Registrants come earlier in the fold than what they registered, so one pass is enough.
    """
    bases = sorted(
        (it.basis for records in directory.key_records.values() for it in records if it.basis),
        key=lambda basis: basis.serial,
    )
    lost: set[int] = set()
    for basis in bases:
        if not directory.stands(basis, lost):
            lost.add(basis.serial)
    return frozenset(lost)
