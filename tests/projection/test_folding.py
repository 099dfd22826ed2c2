"""Folding in runs: who may sign what is that of each entry's place, wherever it changes."""

from collections import defaultdict

import pytest

from sunlit.authority.directory import Directory
from sunlit.authority.statements import sign_claim
from sunlit.claims.authority import Conflict, Key, Revocation, Role
from sunlit.projection.folding import Seen, fold_entries
from sunlit.projection.rooms import makers, rooms
from sunlit.testing.authority import LOG, World, named_key
from tests.projection.folds import CITY, as_log

NEW = named_key("new")
FILLERS = 12  # runs of 1, 3, 7 and a part of the next


@pytest.mark.parametrize("gap", [0, 1, 4])
def test_a_key_speaks_from_its_registration_to_its_revocation_wherever_they_stand(gap: int) -> None:
    """Each place of a run: the rows are those of entries that are folded one by one."""
    world = World()
    operator = world.organisation(CITY).operator
    begin, trust = tuple(world.entries[LOG]), Directory.rooted(world.trust)
    claim = Key(organisation=CITY, key=NEW.public.to_json(), roles=(Role.OPERATOR,))
    registered = sign_claim(claim, [operator, NEW])
    revoked = sign_claim(Revocation(key_id=NEW.public.key_id, reason="lost"), [operator])
    said = [
        sign_claim(Conflict(organisation=CITY, with_organisation=f"x{number}.example"), [NEW])
        for number in range(FILLERS)
    ]
    for at in range(FILLERS - gap):
        order = [*said[:at], registered, *said[at : at + gap], revoked, *said[at + gap :]]
        entries = as_log(begin, order)

        found = fold_entries(entries, LOG, 0, trust, {}, makers(rooms()))

        rows, directory, seen = defaultdict[str, list[tuple[object, ...]]](list), trust, Seen()
        for index, entry in enumerate(entries):
            one = fold_entries([entry], LOG, index, directory, seen, makers(rooms()))
            directory = one.directory
            for table, values in one.rows.items():
                rows[table] += values
        assert (found.rows, found.directory) == (rows, directory)
        whose = [row[7] for row in found.rows["entry"][len(begin) :]]
        assert [number for number, it in enumerate(whose) if it == CITY] == [
            *range(at, at + gap + 2)
        ]
