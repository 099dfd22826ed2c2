"""Errors say what, expected, got and how to mend it, and carry an exit code."""

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError


def test_the_message_holds_every_part_that_is_known() -> None:
    """What, expected and got stand in one sentence; blanks are left out."""
    error = VerificationError("x.y", "the root differs", expected="aa", got="bb", mend="ask")

    assert str(error) == "the root differs: expected aa, got bb"
    assert str(SunlitError("x.y", "no")) == "no"
    assert error.to_json() == {
        "code": "x.y", "what": "the root differs", "expected": "aa", "got": "bb", "mend": "ask",
    }  # fmt: skip


def test_each_family_has_its_exit_code() -> None:
    """1 does not hold, 2 wrong usage or malformed, 3 could not find out."""
    assert VerificationError.exit_code == 1
    assert MalformedError.exit_code == 2
    assert UnavailableError.exit_code == 3
