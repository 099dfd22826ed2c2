"""Find decision records by what stands in their leaves, or by a case pointer."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from sunlit.base.times import format_time
from sunlit.decision.record import Kind
from sunlit.registry.decision_index import LOOKED_UP_BY, Index
from sunlit.registry.decision_rows import ERASED, Row, utf8

_LATER: Final = (
    "EXISTS (SELECT 1 FROM record AS later WHERE later.of_log = record.log "
    "AND later.of_place = record.place AND later.of_leaf = record.leaf AND later.kind = '{}')"
)
_FLAGS: Final = {
    "needs_review": f"record.break_glass IS NOT NULL AND NOT {_LATER.format(Kind.REVIEW)}",
    "unfinished": f"record.state = 'opened' AND NOT {_LATER.format(Kind.CLOSED)}",
    # Nobody can decide about what was erased.
    "undecided": f"record.state = 'proposed' AND record.content <> '{ERASED}' "
    f"AND NOT {_LATER.format(Kind.OUTCOME)}",
    "contested": _LATER.format(Kind.CONTEST),
}
_EQUAL: Final = ("kind", "use", "release", "state")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for: all that is given must hold. `since` is included, `until` is not."""

    kind: str | None = None
    use: str | None = None
    release: str | None = None
    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    case: str | None = None
    needs_review: bool = False
    unfinished: bool = False
    undecided: bool = False
    contested: bool = False


def search(index: Index, wanted: Search) -> Iterator[Row]:
    """Yield the records that are looked for, in the order of time."""
    terms = ["1"]
    values: list[str] = []
    for name in _EQUAL:
        if (value := getattr(wanted, name)) is not None:
            terms.append(f"record.{name} = ?")
            utf8(value)
            values.append(value)
    for at, sign in ((wanted.since, ">="), (wanted.until, "<")):
        if at is not None:
            terms.append(f"record.time {sign} ?")
            values.append(format_time(at))
    if wanted.case is not None:
        terms.append(LOOKED_UP_BY)
        values.append(index.mac("case", utf8(wanted.case)))
    terms += [text for name, text in _FLAGS.items() if getattr(wanted, name)]
    return index.rows(" AND ".join(terms), values)


def row_json(row: Row) -> dict[str, object]:
    """Return a row for `--json`; what does not apply is left out."""
    found = {one.name: getattr(row, one.name) for one in fields(Row)}
    of = {"log": row.of_log, "index": row.of_place, "leaf": row.of_leaf} if row.of_log else None
    return {
        _NAMES.get(name, name): value
        for name, value in {**found, "of": of}.items()
        if value is not None and not name.startswith("of_")
    }


_NAMES: Final = {"place": "index", "break_glass": "breakGlass"}
