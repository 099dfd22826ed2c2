"""Logs that were made to harm whoever takes them over."""

from datetime import timedelta
from pathlib import Path

from sunlit.authority.statements import sign_claim
from sunlit.claims.authority import Organisation
from sunlit.claims.risk import Use
from sunlit.registry.admit import open_ledger
from sunlit.registry.mirror import take_over
from sunlit.statement.dsse import sign
from sunlit.statement.intoto import Statement
from sunlit.testing.authority import ROOT, START, named_key
from sunlit.testing.clock import SetClock
from tests.registry.homes import give_trust, home_at, trust_for
from tests.rubric.story import RELEASE, sha


def test_an_entry_that_nobody_can_read_hides_none_after_it(tmp_path: Path) -> None:
    """Else one malformed statement would keep later withdrawals and revocations from everybody."""
    clock = SetClock(START + timedelta(hours=1))
    hostile = home_at(tmp_path / "hostile", "hostile.example", clock)
    mirror = home_at(tmp_path / "mirror", "mirror.example", clock)
    give_trust(trust_for(hostile, mirror), hostile, mirror)
    root = named_key(f"{ROOT}/operator")
    blank = sign(Statement(tuple(sha(RELEASE)), Use.TYPE, {}).to_payload(), [root])
    late = sign_claim(Organisation(id="late.example", name="late"), [root])
    with hostile.open_log(clock) as log:
        log.append([blank.to_bytes(), b'{"no":"envelope"}', late.to_bytes()])

    with open_ledger(mirror, clock) as ledger:
        taken = take_over(ledger, hostile.log_directory, clock.at, lambda _done, _total: None)
        known = ledger.history.directory.knows("late.example")

    assert known
    assert [(index, error.code) for index, error in taken.refused] == [
        (0, "claim.malformed"),
        (1, "statement.malformed-envelope"),
    ]
