"""Sentences with others' words in them: translated apart, shown harmless."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from sunlit.views.component_words import MAX_WORDS, Fact, counted, quoted, tidy, words


def test_a_sentence_keeps_others_words_apart() -> None:
    """The text that is translated holds no value; a percent sign in a value is only itself."""
    said = words("Tested by %(who)s.", who="100%(x)s lab")

    assert said.text == "Tested by %(who)s."
    assert str(said) == "Tested by 100%(x)s lab."


def test_a_count_chooses_between_one_and_many() -> None:
    """One file, two files."""
    one, many = "%(count)d file", "%(count)d files"

    assert [str(counted(one, many, n)) for n in (1, 2)] == ["1 file", "2 files"]


def test_a_time_is_written_as_a_day() -> None:
    """In English without a page: year, month, day."""
    assert str(words("until %(on)s", on=datetime(2026, 3, 1, tzinfo=UTC))) == "until 2026-03-01"


def test_what_turns_or_hides_text_is_left_out() -> None:
    """Overrides of direction, characters without width, and what controls a terminal."""
    assert tidy("a\u202eb\u200bc\x1b[31m\u2066d\ufeff") == "abc[31md"
    assert tidy("line\r\nline\u2028line\tx") == "line line line x"
    assert tidy("\u0646\u0645\u06cc\u200c\u062e") == "\u0646\u0645\u06cc\u200c\u062e"


@given(st.text())
def test_whatever_is_said_is_shown_on_one_line(text: str) -> None:
    """Nothing that is left breaks a line, and it is not long."""
    shown = tidy(text)

    assert len(shown) <= MAX_WORDS
    assert shown == " ".join(shown.split())
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b\n\r\x00")


def test_a_very_long_text_is_cut_and_shows_it() -> None:
    """It ends with an ellipsis."""
    assert tidy("x" * 9999, 10) == "x" * 9 + "…"


def test_a_blank_is_a_fact_of_its_own() -> None:
    """It has no words, and says since when it was asked for."""
    asked = datetime(2026, 1, 1, tzinfo=UTC)

    assert Fact(asked_on=asked).is_blank
    assert Fact(asked_on=asked).to_json()["askedOn"] == "2026-01-01T00:00:00Z"
    assert Fact(words=quoted("x")).to_json()["text"] == "x"
