"""The fold of one log into rows. Pure: entries, who may sign, what was said before in; rows out.

It is `authority.history.History` entry by entry, without keeping what was read: what a key said
before is asked of the rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.authority.fold import fold
from sunlit.authority.history import read_entry, said_anew
from sunlit.authority.records import KeyRecord
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim, Opaque
from sunlit.projection.quick import signed
from sunlit.projection.rooms import Place, Rows
from sunlit.projection.storable import storable_rows
from sunlit.projection.threads import keys_of

Seen = dict[str, dict[str, tuple[str, ...]]]
"""Statement id -> key that said it with authority -> all who signed that entry; see `History`."""

Makers = Mapping[type[Claim], Rows]
# Entries that are read before the first of them becomes rows: in turns, either work drives the
# other out of the processor's caches, which takes a tenth more time.
RUN: Final = 63


@dataclass(slots=True)
class Folded:
    """What a run of entries of one log gives: rows by table, and the directory after them.

    `ids` are the statements that were met; `acted` tells whether who may sign what has changed.
    """

    directory: Directory
    rows: defaultdict[str, list[tuple[object, ...]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    ids: set[str] = field(default_factory=set)
    acted: bool = False

    def mend(self) -> None:
        """Make the rows such as a database can keep."""
        for table, values in self.rows.items():
            self.rows[table] = storable_rows(values)


def fold_entries(
    entries: Iterable[bytes], origin: str, start: int, directory: Directory, seen: Seen | None,
    makers: Makers,
) -> Folded:  # fmt: skip
    """Fold entries of a log from index `start` on; `seen` grows by what they say.

    Without `seen`, each is folded as if nobody had said it before, in this run either.

    Raises:
        MalformedError: as `History.feed`.
    """
    folded, left, at, run = Folded(directory), list(entries), 0, 1
    while at < len(left):
        known = folded.directory
        read = [
            read_entry(entry, known, origin=origin, index=index, check=signed)
            for index, entry in enumerate(left[at : at + run], start + at)
        ]
        for said in read:
            _take(folded, said, seen, makers)
            at += 1
            if folded.directory is not known:  # what follows is to be read by that
                run = 0
                break
        run = min(2 * run + 1, RUN)
    folded.mend()
    return folded


def _take(folded: Folded, said: Admitted, seen: Seen | None, makers: Makers) -> None:
    fresh, speakers = said, folded.directory.in_force(said)
    if seen is not None:
        folded.ids.add(said.statement_id)
        known = seen.setdefault(said.statement_id, {})
        fresh = said_anew(said, known)
        for record in speakers:
            known.setdefault(record.key.key_id, said.signers)
    after = fold(folded.directory, said)
    acts = after is not folded.directory
    add_rows(folded, said, fresh, speakers, makers, acts=acts)
    folded.directory, folded.acted = after, folded.acted or acts


def add_rows(
    folded: Folded, said: Admitted, fresh: Admitted, speakers: Collection[KeyRecord],
    makers: Makers, *, acts: bool,
) -> None:  # fmt: skip
    """Add the rows of one entry: as it was signed, and as it was said anew, by whom in force.

    `Folded.mend` comes after the last.
    """
    place, rows = _place(fresh, speakers), folded.rows
    rows["entry"].append(_entry_row(said, fresh, speakers, place, acts=acts))
    for kind, key in dict.fromkeys(keys_of(fresh)):
        rows["thread"].append((kind, key, place.origin, place.idx))
    make = makers.get(type(fresh.claim))
    # What nobody said with authority stays in the log, and in no list.
    if make is not None and place.organisations:
        for table, values in make(fresh, place):
            rows[table].append(values)


_written: Final = lru_cache(maxsize=64)(format_time)  # many entries share a second


def _place(fresh: Admitted, speakers: Iterable[KeyRecord]) -> Place:
    assert fresh.origin is not None  # noqa: S101 - it was read from a log
    assert fresh.index is not None  # noqa: S101 - as above
    assert fresh.admitted_at is not None  # noqa: S101 - as above
    names = [it.organisation for it in speakers if it.key.key_id in fresh.signers]
    return Place(
        fresh.origin, fresh.index, _written(fresh.admitted_at), fresh.statement_id,
        tuple(dict.fromkeys(names)),
    )  # fmt: skip


def _entry_row(
    said: Admitted, fresh: Admitted, speakers: Iterable[KeyRecord], place: Place, *, acts: bool
) -> tuple[object, ...]:
    signers = " ".join(fresh.signers)
    signed = signers if fresh is said else " ".join(said.signers)
    spoke = " ".join([record.key.key_id for record in speakers])
    is_known = not isinstance(fresh.claim, Opaque)
    claim = said.claim
    type_ = claim.predicate_type if isinstance(claim, Opaque) else claim.TYPE
    return (
        place.origin, place.idx, place.statement_id, place.at, type_,
        fresh.claim.FAMILY if is_known else "", signers,
        place.organisations[0] if place.organisations else "",
        None if signed == signers else signed, None if spoke == signers else spoke, int(acts),
    )  # fmt: skip
