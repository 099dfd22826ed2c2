"""Column names that any engine can hold: none empty, none twice (case does not count), no value."""

from collections.abc import Iterable, Sequence

from sunlit.base.errors import MalformedError
from sunlit.recognise.header import like_rows, values_among


def unique_names(names: Iterable[str | None]) -> tuple[str, ...]:
    """Return the names, an empty one as `column_3`, one that stands twice as `name_2`.

    >>> unique_names(["id", "ID", "", "id_2"])
    ('id', 'ID_2', 'column_3', 'id_2_2')
    """
    taken = set[str]()
    given = list[str]()
    for position, name in enumerate(names, start=1):
        base = (name or "").replace("\0", "") or f"column_{position}"
        chosen, number = base, 1
        while chosen.casefold() in taken:
            number += 1
            chosen = f"{base}_{number}"
        taken.add(chosen.casefold())
        given.append(chosen)
    return tuple(given)


def check_names_of(name: str, columns: Sequence[str]) -> None:
    """Refuse names of columns that hold personal data. `name` is the file's or dataset's.

    Raises:
        MalformedError: `data.names-are-values`, with the column's number and the kind.
    """
    if (why := values_among(columns)) is not None:
        raise _values(name, why)


def check_first(name: str, records: Sequence[Sequence[str]]) -> None:
    """Refuse a first record of values.

    Raises:
        MalformedError: `data.names-are-values`.
    """
    if (why := values_among(records[0]) or like_rows(records)) is not None:
        raise _values(name, why)


def _values(name: str, why: str) -> MalformedError:
    return MalformedError(
        "data.names-are-values",
        f"{name!r} seems to have values where the names of its columns should be",
        expected="names of columns: they stand in reports and logs, where no value may stand",
        got=why, mend="add a first line with the columns' names, or rename those columns",
    )  # fmt: skip
