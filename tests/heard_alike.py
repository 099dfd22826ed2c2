"""Each admission that a test asks for is asked twice: with everything, and with what it looks at.

`registry.heard` gives a room only the statements under the names that its claim asks for. Were
a room to look further, it would answer differently, and the tests that ask it would fail here.
"""

from collections.abc import Sequence

from sunlit.authority.directory import Directory
from sunlit.authority.history import History
from sunlit.claims.admitted import Admitted
from sunlit.registry.heard import Heard
from sunlit.rubric.capability import Admission
from sunlit.rubric.finding import Verdict


def twice(room: Admission) -> Admission:
    """Return an admission that answers only where both ways of asking agree."""

    def asked(said: Admitted, held: Sequence[Admitted], directory: Directory) -> Verdict:
        history = History.restored(directory, held)
        everything = room(said, tuple(held), directory)
        narrowed = room(said, Heard().before(said.claim, history), directory)
        assert narrowed == everything, f"{type(said.claim).__name__} looks further than ASKED says"
        return everything

    return asked
