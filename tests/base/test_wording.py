"""Sentences that know their pattern: English as ever, translated where they are shown."""

import pickle
from decimal import Decimal

import pytest

from sunlit.base.errors import VerificationError
from sunlit.base.wording import (
    Id,
    both,
    either,
    fixed,
    is_known,
    joined,
    lowered,
    renamed,
    text,
    texts,
    told,
    whole,
)


def test_a_sentence_is_its_english_words() -> None:
    """Whoever compares, joins or writes it sees nothing else than before."""
    found = text("a time from %(time)s on", time="09:00")
    assert found == "a time from 09:00 on"
    assert f"{found}!" == "a time from 09:00 on!"


def test_a_number_has_the_separators_of_the_language() -> None:
    """A count of a thousand is written as people of each language write it."""
    found = text("at most %(count)s", count=1200)
    assert (str(found), told(found, "nl")) == ("at most 1,200", "hoogstens 1.200")


@pytest.mark.parametrize(
    ("count", "welsh"),
    [(0, "ymhen 0 diwrnod"), (1, "ymhen 1 diwrnod"), (2, "ymhen 2 ddiwrnod")],
)
def test_a_count_chooses_the_form(count: int, welsh: str) -> None:
    """Welsh has five forms where English has two."""
    found = texts("in %(count)s day", "in %(count)s days", count)
    assert told(found, "cy") == welsh
    assert found == f"in {count} day{'' if count == 1 else 's'}"


def test_sentences_in_a_sentence_are_translated_and_names_are_not() -> None:
    """A name that reads like a sentence of ours stays what somebody called it."""
    found = text("%(title)s: %(reason)s", title=fixed("yes"), reason="yes")
    assert told(found, "nl") == "ja: yes"


def test_what_nobody_translated_is_said_in_english_and_known_to_be() -> None:
    """So that a page can mark it as English."""
    found = joined([text("yes"), text("no such words %(x)s", x="1")], "; ")
    assert told(found, "nl") == "ja; no such words 1"
    assert not is_known(found, "nl")
    assert is_known(joined([text("yes"), text("no")], "; "), "nl")


def test_words_become_a_sentence_in_each_language() -> None:
    """A capital letter first and a full stop last."""
    found = whole("no anchor covers it yet")
    assert (str(found), told(found, "cy")) == (
        "No anchor covers it yet.", "Nid oes angor yn ei gwmpasu eto."
    )  # fmt: skip


def test_a_sentence_travels_to_another_process_whole() -> None:
    """An error of a worker is translated by whoever shows it."""
    found = pickle.loads(pickle.dumps(texts("in %(count)s day", "in %(count)s days", 2)))  # noqa: S301 - our own
    assert (found, told(found, "nl")) == ("in 2 days", "over 2 dagen")


def test_an_error_is_said_in_a_language() -> None:
    """The guard's refusals, for whoever has to act on one."""
    error = VerificationError(
        "guard.place", "the place is no ISO 3166 code", expected="a code such as US-CA", got="XX"
    )
    assert str(error) == "the place is no ISO 3166 code: expected a code such as US-CA, got XX"
    assert error.told("nl") == (
        "de plaats is geen ISO 3166-code: verwacht: een code zoals US-CA, gevonden: XX"
    )


def test_a_decimal_has_the_point_of_the_language_and_no_commas() -> None:
    """A figure of a rule is the same to the byte in English."""
    found = text("the gap is %(gap)s", gap=Decimal("1234.50"))
    assert (str(found), told(found, "nl")) == ("the gap is 1234.50", "the gap is 1234,50")


def test_words_are_put_together_and_stand_after_a_colon() -> None:
    """Each keeps its pattern; one alone stays what it is."""
    assert (both(["a", "b", "c"]), told(either(["a", "b"]), "nl")) == ("a and b and c", "a of b")
    assert both(["a"]) == "a"
    found = lowered(text("A draft."))
    assert (str(found), told(found, "nl")) == ("a draft.", "een concept.")


def test_a_translation_that_reads_like_the_english_is_known() -> None:
    """`model` is a model in Dutch too: it is not marked as English."""
    assert is_known(fixed("model"), "nl")
    assert told("anything", "xx") == "anything"
    assert not is_known("anything", "xx")


def test_an_id_in_a_sentence_is_said_by_its_name() -> None:
    """Also in a sentence within; what is no id stays, and so does the pattern."""
    names = {"city.example": "The City"}
    use = text("%(use)s (%(who)s)", use="city.example", who=Id("city.example"))
    found = renamed(texts("Vote on %(use)s", "", 1, use=use), lambda it: names.get(it, it))
    assert found == "Vote on city.example (The City)"
    assert told(found, "nl") == "Vote on city.example (The City)"
    assert renamed(Id("lab.example"), str.upper) == "LAB.EXAMPLE"
    assert renamed("plain", str.upper) == "plain"
