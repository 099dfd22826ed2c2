"""Column names that any engine can hold: none empty, none twice (case does not count)."""

from collections.abc import Iterable


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
