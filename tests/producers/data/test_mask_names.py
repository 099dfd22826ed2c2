"""Names in prose beside the recognisers' finds: by a fake model, and by the real one."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sunlit.producers.data.mask import Masking, compiled, mask
from sunlit.producers.data.mask_names import WithNames
from sunlit.producers.data.source import open_source
from sunlit.recognise.masking import TextMasker
from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.plan import MaskPlan, Rule
from sunlit.recognise.recognisers import shipped


def capitals(text: str) -> Iterator[tuple[str, int, int]]:
    """Take every capitalised word for a name."""
    at = 0
    for word in text.split(" "):
        if word[:1].isupper():
            yield "person", at, at + len(word)
        at += len(word) + 1


def test_names_and_numbers_are_masked_in_one_go() -> None:
    """What a recogniser found is no name as well; the same name has the same pseudonym."""
    finder = WithNames(compiled(shipped()), capitals)
    plan = MaskPlan(text={"person": Rule("pseudonym")})

    text, counts = TextMasker(plan, finder, MaskKey(b"k" * 32)).mask(
        "said Ann to Jan@example.org that Ann left"
    )

    first = text.split(" ")[1]
    assert text == f"said {first} to [email] that {first} left"
    assert first.startswith("[person-")
    assert counts == {"email": 1, "person": 2}


def test_the_model_masks_most_names(tmp_path: Path) -> None:
    """And the report says which model looked; it promises nothing."""
    (tmp_path / "a.txt").write_text("Yesterday Maria Garcia met Peter Johnson in London.")
    masking = Masking(plan=MaskPlan(), recognisers=shipped(), names=True)
    with open_source(str(tmp_path / "a.txt")) as source:
        made = mask(source, masking, out=tmp_path / "out", at=datetime(2026, 1, 1, tzinfo=UTC))

    text = (tmp_path / "out" / "a.txt").read_text()
    assert "Garcia" not in text
    assert "[person]" in text
    assert made.detail["names"].startswith("en_core_web_sm")
