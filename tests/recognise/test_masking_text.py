"""Prose after a plan: what is found is replaced, the same for the same value, and nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.recognise import masking
from sunlit.recognise.engine import Engine
from sunlit.recognise.masking import TextMasker, survivors
from sunlit.recognise.masking_hierarchy import Hierarchies
from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.masking_values import value_maker
from sunlit.recognise.plan import MaskPlan, Rule
from sunlit.recognise.recognisers import shipped

KEY = MaskKey(b"k" * 32)


@dataclass(frozen=True)
class Word:
    start: int
    end: int
    kind: str


class Words:
    """Finds given words, whatever the engine would say."""

    def __init__(self, **kinds: str) -> None:
        self._kinds = kinds

    def find_many(
        self, texts: Sequence[str | None], *, column: str | None = None
    ) -> Iterable[tuple[int, Word]]:
        for number, text in enumerate(texts):
            for kind, word in self._kinds.items():
                at = (text or "").find(word)
                if at >= 0:
                    yield number, Word(at, at + len(word), kind.replace("_", "-"))


def test_each_kind_is_replaced_after_its_rule() -> None:
    """A label, a pseudonym with its kind, a hash, nothing, a coarser value, or as it was."""
    finder = Words(email="a@b.nl", person="Ann Lee", phone="0612", secret="xyz",
                   date_of_birth="17/05/1980", iban="GB1", card="4111")  # fmt: skip
    plan = MaskPlan(text={
        "person": Rule("pseudonym"), "phone": Rule("drop"), "secret": Rule("hash", {"salt": "s"}),
        "date-of-birth": Rule("generalise", {"by": "date", "to": "year"}), "iban": Rule("keep"),
        "card": Rule("generalise", {"by": "date", "to": "year"}),
    })  # fmt: skip
    pseudonym = value_maker(
        Rule("pseudonym"), "person", key=KEY, hierarchies=Hierarchies(Path()), length=12
    )("Ann Lee")

    text, counts = TextMasker(plan, finder, KEY).mask(
        "Ann Lee, 17/05/1980, a@b.nl 0612 4111 GB1 xyz."
    )

    assert text.startswith(f"[person-{pseudonym}], 1980, [email]  [card] GB1 [secret-")
    assert counts == {
        "person": 1, "date-of-birth": 1, "email": 1, "phone": 1, "card": 1, "secret": 1
    }  # fmt: skip


def test_a_pseudonym_in_prose_begins_as_the_columns_does() -> None:
    """So a person in the notes is the person in the table."""
    rule = Rule("pseudonym", {"prefix": "p"})
    plan = MaskPlan(text={"email": rule, "phone": Rule("pseudonym", {"format": "kept"})})
    column = value_maker(Rule("pseudonym"), "email", key=KEY, hierarchies=Hierarchies(Path()))
    masker = TextMasker(plan, Words(email="a@b.nl", phone="0612"), KEY)

    text, _ = masker.mask("a@b.nl 0612")

    begin, _, kept = text.partition(" ")
    assert (column("a@b.nl") or "").startswith(begin.removeprefix("[p-").removesuffix("]"))
    assert kept.isdigit()
    assert masker.digest == plan.digest


def test_overlapping_finds_hide_everything_that_either_found() -> None:
    """No tail of the longer one is left."""
    text, counts = TextMasker(MaskPlan(), Words(person="Ann Lee", email="Lee@x"), None).mask(
        "to Ann Lee@x now"
    )

    assert text == "to [person] now"
    assert counts == {"person": 1, "email": 1}


def test_a_plan_with_pseudonyms_needs_its_key_at_once() -> None:
    """Not when the first name comes by."""
    for plan in (MaskPlan(text={"email": Rule("pseudonym")}),
                 MaskPlan(text_default=Rule("pseudonym"))):  # fmt: skip
        with pytest.raises(MalformedError) as refused:
            TextMasker(plan, Words(), None)
        assert refused.value.code == "mask.key-missing"


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream of new names fills no memory, and changes no result."""
    monkeypatch.setattr(masking, "MEMORY", 2)
    plan = MaskPlan(text={"email": Rule("pseudonym")})
    masker = TextMasker(plan, Engine(shipped()), KEY)
    texts = [f"jan{number}@example.org" for number in range(5)]

    first, _ = masker.mask_many([*texts, None])
    second, _ = masker.mask_many(texts)

    assert first == second
    assert len(set(first.values())) == 5


ENGINE = Engine(shipped())


@given(st.text(), st.text())
def test_an_address_between_any_two_texts_is_hidden(before: str, after: str) -> None:
    """Whatever stands around it, and a second look finds nothing."""
    text, _ = TextMasker(MaskPlan(), ENGINE, None).mask(f"{before} jan@example.org {after}")

    assert "jan@example.org" not in text
    assert "email" not in {kind for _, kind in survivors(ENGINE, [text], ["email"])}


@given(st.text())
def test_a_text_without_finds_stays(text: str) -> None:
    """Character for character."""
    if not list(ENGINE.find_many([text])):
        assert TextMasker(MaskPlan(), ENGINE, None).mask(text) == (text, {})


def test_the_second_look_passes_over_our_own_tokens_only() -> None:
    """What stands in brackets of its own is no token of ours."""
    finder = Words(email="nmfcd", phone="0612", person="Ann")

    found = set(survivors(finder, ["[email-bcdfghjnmfcd] [x 0612 y!] Ann", None],
                          ["email", "phone"]))  # fmt: skip

    assert found == {(0, "phone")}


COARSE = MaskPlan(
    text={
        "uk-postcode": Rule("generalise", {"by": "postcode", "to": "outward"}),
        "ip-address": Rule("generalise", {"by": "network", "bits": 24, "bits6": 48}),
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "of 87 Hawthorn Avenue, M20 3AB, vehicle reg AB12 CDE",
        "the client IP was 192.0.2.17, he said",
        "vehicle at SE22 9AB AND gone",
    ],
)
def test_what_was_written_is_no_survivor(text: str) -> None:
    """Half a postcode looks like a registration, and a network like an address."""
    masker = TextMasker(COARSE, ENGINE, KEY)
    masked, _ = masker.mask(text)

    assert masker.written
    assert not list(survivors(ENGINE, [masked], shipped().kinds, written=masker.written))


def test_what_was_not_written_survives_beside_what_was() -> None:
    """The same form elsewhere, a digit more, half a word: none of it is ours."""
    found = [
        set(survivors(Words(plate=plate), [text], ["plate"], written={"M20", "10.0.0.0/24"}))
        for plate, text in (
            ("M20", "at M20, gone"), ("10.0.0.0", "from 10.0.0.0/24."), ("M20 and", "at M20 and"),
            ("M21", "at M21, gone"), ("M20 7", "at M20 7"), ("M20", "at M201"),
            ("M20", "at XM20"), ("a@M20", "to a@M20"), ("10.0.0.0", "from 10.0.0.0/2"),
        )
    ]  # fmt: skip

    assert [bool(one) for one in found] == [False] * 3 + [True] * 6


def test_a_bounded_number_of_what_was_written_is_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is not remembered counts as left: the run fails, and nothing slips through."""
    monkeypatch.setattr(masking, "MEMORY", 1)
    masker = TextMasker(COARSE, ENGINE, KEY)
    masker.mask("from IP 192.0.2.17 or IP 198.51.100.4 today")

    assert list(masker.written) == ["192.0.2.0/24"]


def test_what_shows_itself_when_the_rest_is_gone_is_masked_too() -> None:
    """And no further than what we wrote: half a postcode stays half a postcode."""

    class Late(Words):
        """Finds a plate only where an e-mail address was masked."""

        def find_many(
            self, texts: Sequence[str | None], *, column: str | None = None
        ) -> Iterable[tuple[int, Word]]:
            for number, text in enumerate(texts):
                plate = "AB 12" if text and "[email]" in text else "a@b.nl"
                yield from (
                    (number, Word(one.start, one.end, "plate" if plate == "AB 12" else "email"))
                    for _, one in Words(any=plate).find_many([text], column=column)
                )

    text, counts = TextMasker(MaskPlan(), Late(), None).mask("AB 12 of a@b.nl")

    assert text == "[plate] of [email]"
    assert counts == {"email": 1, "plate": 1}
