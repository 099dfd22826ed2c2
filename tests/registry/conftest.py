"""Every admission to a home's log is asked with everything too; see `tests.heard_alike`."""

from collections.abc import Sequence

import pytest

from sunlit.authority.history import History
from sunlit.claims.admitted import Admitted
from sunlit.registry import admissible
from sunlit.registry.wiring import CAPABILITIES


@pytest.fixture(autouse=True)
def _asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = admissible.expect_admissible

    def asked(said: Admitted, before: Sequence[Admitted], history: History) -> None:
        for room in CAPABILITIES:
            if type(said.claim) in room.claims:
                narrowed = room.admission(said, before, history.directory)
                assert narrowed == room.admission(said, history.statements, history.directory)
        usual(said, before, history)

    monkeypatch.setattr("sunlit.registry.admit.expect_admissible", asked)
