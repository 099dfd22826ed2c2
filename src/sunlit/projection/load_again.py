"""Mends rows that were loaded as if nobody had said them before in the same log: some had."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from sunlit.authority.history import said_anew
from sunlit.authority.trustfile import TrustFile
from sunlit.log.reader import LogReader
from sunlit.projection.folding import Folded, add_rows
from sunlit.projection.rooms import makers, rooms
from sunlit.projection.signed import Directories, Signatures
from sunlit.projection.tables import METADATA
from sunlit.projection.writing import insert_rows

_CHUNK = 500  # statements


def mend_said_again(connection: Connection, logs: Sequence[LogReader], trust: TrustFile) -> None:
    """Give the rows of statements that a log holds twice to those who said them first."""
    known = Directories()
    for reader in logs:
        origin = reader.checkpoint.origin
        acts = connection.execute(
            text("SELECT idx, statement_id FROM entry WHERE origin = :origin AND acts = 1"
                 " ORDER BY idx"), {"origin": origin},
        )  # fmt: skip
        signed = Signatures(reader, trust, [(it.idx, it.statement_id) for it in acts], known)
        for indices in _twice(connection, origin):
            _mend(connection, signed, indices)


def _twice(connection: Connection, origin: str) -> Iterator[list[int]]:
    """Yield where a statement stands more than once, a statement at a time."""
    last: str | None = ""
    while last is not None:
        found = connection.execute(
            text("""SELECT statement_id, group_concat(idx) FROM entry
                    WHERE statement_id > :last AND origin = :origin
                    GROUP BY statement_id HAVING count(*) > 1 LIMIT :most"""),
            {"last": last, "origin": origin, "most": _CHUNK},
        ).all()  # fmt: skip
        for _, written in found:
            yield sorted(map(int, written.split(",")))
        last = str(found[-1][0]) if found else None


def _mend(connection: Connection, signed: Signatures, indices: list[int]) -> None:
    """Do what `folding` does with what was said before, for one statement."""
    said_by: set[str] = set()
    made = makers(rooms())
    for index, (said, speakers) in signed.read(indices):
        fresh = said_anew(said, said_by)
        said_by.update(speakers)
        if fresh is said:
            continue
        before = signed.before(index)
        records, acts = before.in_force(said), index in signed.acts
        old, new = Folded(before), Folded(before)
        add_rows(old, said, said, records, made, acts=acts)
        add_rows(new, said, fresh, records, made, acts=acts)
        for one in (old, new):
            one.mend()
        _delete(connection, old)
        insert_rows(connection, new.rows)


def _delete(connection: Connection, old: Folded) -> None:
    for name, rows in old.rows.items():
        columns = list(METADATA.tables[name].columns)
        keys = [at for at, column in enumerate(columns) if column.primary_key]
        where = " AND ".join(f"{columns[at].name} = ?" for at in keys)
        values = [tuple(row[at] for at in keys) for row in rows]
        connection.exec_driver_sql(f"DELETE FROM {name} WHERE {where}", values)  # noqa: S608 - our own names
