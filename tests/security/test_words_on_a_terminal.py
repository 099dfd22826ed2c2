"""Words of others on a terminal: a statement's text moves no cursor and hides no line."""

import json

import pytest

from sunlit.cli.output import emit, shown

NASTY = (
    "fine\x1b[2K\x1b[1A\x1b]0;owned\x07 \x9b31m \u202egnol\u202c \u2066x\u2069 \r\x7f\x00 \ud800"
)
OBEYED = ("\x1b", "\x9b", "\u202e", "\u2066", "\r", "\x7f", "\x00", "\ud800")


def test_a_line_holds_nothing_that_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    """No escape, also none of one character, and nothing that turns the order of letters."""
    emit({}, [f"Reply: {NASTY}"], as_json=False)

    said = capsys.readouterr().out
    assert said.startswith("Reply: fine")
    assert not [one for one in OBEYED if one in said]


def test_json_says_the_same_and_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    """The characters stand as escapes, so a program reads what was written."""
    emit({"reply": NASTY, "name": "Žižek"}, (), as_json=True)

    said = capsys.readouterr().out
    assert not [one for one in OBEYED if one in said]
    assert "Žižek" in said
    assert json.loads(said) == {"reply": NASTY, "name": "Žižek"}


@pytest.mark.parametrize(
    "text", ["plain", "a\tb", "two\nlines", "نامه‌ها", "\U0001f469\u200d\U0001f4bb"]
)
def test_plain_words_stay_as_they_are(text: str) -> None:
    """Also of scripts that need joiners."""
    assert shown(text) == text
