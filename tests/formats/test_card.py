"""Cards are read as Markdown and YAML, hostile or not."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.formats.card import MODEL_SECTIONS, eval_results, normal_title, read_card

INDEX = """---
language: en
license: mit
date: 2020-01-01
model-index:
- name: m
  results:
  - task: {type: t}
    dataset: {type: beans, name: Beans}
    metrics:
    - {type: accuracy, value: 0.9}
    - {type: f1, value: high}
    - {value: 0.1}
  - task: {type: t}
    metrics:
    - {type: acc, value: 0.9}
---
# M
"""


def examine(text: str) -> dict[str, str]:
    """Return section -> present or empty, for those not missing."""
    present, empty, _ = read_card(text.encode()).examine(MODEL_SECTIONS)
    return dict.fromkeys(present, "present") | dict.fromkeys(empty, "empty")


def test_sections_hold_text_or_do_not() -> None:
    """A subsection's text counts for its section; a placeholder or a comment counts for nothing."""
    card = """
# My model
## 📖 Model Details
### Model Sources [optional]
By us.
## Uses
[More Information Needed]
## Out-of-Scope Use
<!-- fill me in -->
## Bias, Risks, and Limitations
TODO
## Training Details
| a | b |
|---|---|
| 1 | 2 |
## Evaluation
"""

    assert examine(card) == {
        "description": "present", "uses": "empty", "out-of-scope use": "empty",
        "limitations": "empty", "training data": "present", "evaluation": "empty",
    }  # fmt: skip


def test_a_hash_in_a_code_block_is_no_heading() -> None:
    """A regular expression would find a section here."""
    assert examine("```\n# Uses\nyes\n```\n\n    # Evaluation\n    text\n") == {}


def test_code_and_lists_are_text() -> None:
    """A section may hold nothing else."""
    assert examine("# Uses\n- one\n# Evaluation\n```\n0.9\n```\n# Risks\n    indented\n") == {
        "uses": "present", "evaluation": "present", "limitations": "present",
    }  # fmt: skip


def test_a_second_heading_of_a_kind_may_hold_the_text() -> None:
    """Any of them will do."""
    assert examine("# Usage\n# Direct use\nFor this.\n") == {"uses": "present"}


def test_front_matter_stays_text() -> None:
    """No dates, no floats: what was written is what is kept."""
    card = read_card(INDEX.encode())

    assert card.metadata["date"] == "2020-01-01"
    assert [(name, kind, str(value)) for name, kind, value in eval_results(card.metadata)] == [
        ("Beans", "accuracy", "0.9")
    ]
    assert not card.is_dataset_card
    assert eval_results({"model-index": "x"}) == ()


@pytest.mark.parametrize(
    ("front", "licence"),
    [
        ("license: mit", "mit"),
        ("license: [mit, apache-2.0]", "mit AND apache-2.0"),
        ("license: other\nlicense_name: mine", "mine"),
        ("license: other", "other"),
        ("license: []", None),
        ("license: ''", None),
        ("a: b", None),
    ],
)
def test_the_licence_is_read_in_its_forms(front: str, licence: str | None) -> None:
    """A list means all of them."""
    assert read_card(f"---\n{front}\n---\n".encode()).licence == licence


def test_windows_line_ends_and_marks_are_no_matter() -> None:
    """As editors leave them."""
    assert read_card(b"\xef\xbb\xbf---\r\nlicense: mit\r\n---\r\n# Uses\r\nA.\r\n").licence == "mit"


def test_front_matter_without_an_end_is_text() -> None:
    """So is a card without any, and an empty block is none."""
    assert read_card(b"---\na: b\n").metadata == {}
    assert read_card(b"---\n---\n").metadata == {}


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe", b"---\na: [\n---\n", b"---\n- a\n---\n", b"---\na: &x 1\nb: *x\n---\n",
        b"---\n" + b"[" * 3000 + b"\n---\n",
    ],
    ids=["not-utf8", "not-yaml", "a-list", "aliases", "deep"],
)  # fmt: skip
def test_what_is_no_card_is_refused(data: bytes) -> None:
    """Aliases, too: a few lines of them are a gigabyte."""
    with pytest.raises(MalformedError) as caught:
        read_card(data)

    assert caught.value.code == "card.malformed"


def test_deep_values_are_cut() -> None:
    """Front matter that nests has nothing to say that deep down."""
    front = "".join(f"{'  ' * depth}a:\n" for depth in range(20)) + "  " * 20 + "b"

    assert "..." in str(read_card(f"---\n{front}\n---\n".encode()).metadata)


def test_titles_have_one_form() -> None:
    """Punctuation, emoji and case differ between cards."""
    assert normal_title("🚀 Bias, Risks & Limitations [optional]") == "bias risks and limitations"


def test_the_hubs_own_sample_is_read() -> None:
    """And so is the card of every example here."""
    for path in (Path(__file__).parents[2] / "examples").rglob("README.md"):
        assert read_card(path.read_bytes()).sections


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing else leaves."""
    for one in (data, b"---\n" + data + b"\n---\n# A\n" + data):
        with suppress(MalformedError):
            assert read_card(one).sections is not None
