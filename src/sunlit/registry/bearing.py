"""Which statements of a log bear on one release: by digest, by use, and by what refers to those."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import CounterEvidence
from sunlit.projection.threads import (
    Itself,
    Matter,
    Name,
    Thread,
    asked,
    leads_to,
    named,
    starts,
    threads_of,
)

__all__ = ["Matter", "Shelf", "bearing_on"]


def bearing_on(said: Sequence[Admitted], matter: Matter) -> tuple[Admitted, ...]:
    """Return the statements about the release, its files, what those were made from, and its use.

    Also those that say what the component's other releases are (they tell who keeps its
    name), and those that correct, supersede, withdraw, contest or answer one of all these. The
    order is kept.
    One pass over the log; then every digest and statement that is reached is followed once.
    """
    return Shelf(said).bearing_on(matter)


class Shelf:
    """A log's statements, looked through once; then each matter costs only what bears on it."""

    def __init__(self, said: Sequence[Admitted]) -> None:
        self._said = said
        self._by_thread = _by_thread(said)
        self._by_name: dict[Name, list[int]] = defaultdict(list)
        for place, one in enumerate(said):
            if (name := named(one)) is not None:
                self._by_name[name].append(place)

    def bearing_on(self, matter: Matter) -> tuple[Admitted, ...]:
        """Return what bears on a matter; see `bearing_on`."""
        chosen = {place for name in asked(matter) for place in self._by_name.get(name, ())}
        todo = [thread for place in chosen for thread in leads_to(self._said[place])]
        todo += starts(matter)
        followed: set[Thread] = set()
        while todo:
            thread = todo.pop()
            if thread in followed:
                continue
            followed.add(thread)
            for place in self._by_thread.get(thread, ()):
                chosen.add(place)
                todo += leads_to(self._said[place], thread)
        return tuple(self._said[place] for place in sorted(chosen))


def _by_thread(said: Sequence[Admitted]) -> Mapping[Thread, Sequence[int]]:
    """Return at which places stand the statements about a digest, and those that undo another."""
    places: dict[Thread, list[int]] = defaultdict(list)
    contested = {one.claim.statement for one in said if isinstance(one.claim, CounterEvidence)}
    for place, one in enumerate(said):
        if one.statement_id in contested:
            places[Itself(one.statement_id)].append(place)
        for thread in threads_of(one):
            places[thread].append(place)
    return places
