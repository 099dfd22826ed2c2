"""Ways to make a token look as if it held, from a review that tried to break it."""

from dataclasses import replace
from datetime import timedelta

from sunlit.runtime.covers import Asked
from sunlit.runtime.statuslist import INVALID
from sunlit.runtime.verify import verify_token
from tests.fixtures.token_world import AT, GRANTED, STATUS_INDEX, World


def test_a_stolen_old_key_cannot_date_a_status_list_back() -> None:
    """Nothing bounds a list's own date, so a key that has ended signs no list that counts."""
    rotated = World(issuer_until=GRANTED + timedelta(days=1), statuses={STATUS_INDEX: INVALID})
    forged = replace(rotated, statuses={}).status(at=GRANTED, lasts=timedelta(days=3650))

    found = verify_token(replace(rotated.parts(), status=forged), rotated.trust, Asked(at=AT))

    assert found.first_failure is not None
    assert found.first_failure.code == "token.key-not-in-force"
