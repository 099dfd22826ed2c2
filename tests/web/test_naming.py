"""Organisations are shown by name, and nobody passes for another by a name."""

from sunlit.web.language import said_dates
from sunlit.web.public.naming import apart


def test_a_name_that_two_bear_is_followed_by_the_id() -> None:
    """Also where it differs in capitals only, and where it is somebody else's id."""
    names = {
        "a.example": "The Council", "b.example": "THE COUNCIL", "c.example": "a.example",
        "d.example": "Lab",
    }  # fmt: skip

    assert apart(names) == {
        "a.example": "The Council (a.example)", "b.example": "THE COUNCIL (b.example)",
        "c.example": "a.example (c.example)", "d.example": "Lab",
    }  # fmt: skip


def test_a_date_in_a_sentence_is_said_in_words() -> None:
    """One that is part of a name, or is no day, stays as it is."""
    told = said_dates("It ended on 2026-11-23. See run-2026-11-23.json until 2026-13-40, or x.")

    assert told == "It ended on 23 November 2026. See run-2026-11-23.json until 2026-13-40, or x."
    assert said_dates("tot 2026-05-01, op voorwaarde", "nl") == "tot 1 mei 2026, op voorwaarde"
