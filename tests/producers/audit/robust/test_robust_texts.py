"""Typos of six kinds, and a model of texts under them."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.robust.audit import Asked, audit_texts
from sunlit.producers.audit.robust.judge import DEFAULTS
from sunlit.producers.audit.robust.limits import read_limits
from sunlit.producers.audit.robust.models import Function
from sunlit.producers.audit.robust.run import Settings, edits
from sunlit.producers.audit.robust.text import KINDS, LOOK_ALIKE, NEAR, typo
from sunlit.producers.data.source import open_source
from tests.producers.audit.robust import tried

AT = datetime(2026, 3, 1, tzinfo=UTC)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("kind", "text", "changed"),
    [
        ("swapped-letters", "ab", "ba"),
        ("left-out-letters", "a b!", " !"),
        ("doubled-letters", "a b!", "aa bb!"),
        ("changed-case", "aB!ß", "Ab!ß"),
        ("look-alikes", "copß", "\u0441\u043e\u0440ß"),
    ],
)
def test_a_typo_of_each_kind(kind: str, text: str, changed: str) -> None:
    """At a rate of one, where chance decides nothing."""
    assert typo(kind, 1, text, rng()) == changed


def test_neighbours_are_beside_above_or_below() -> None:
    """On a QWERTY keyboard, in the same case."""
    assert set(NEAR["g"]) == {"f", "h", "t", "b"}
    assert set(NEAR["Q"]) == set("W1A".upper())
    assert set(typo("keyboard-neighbour", 1, "ggg é", rng())[:3]) <= set(NEAR["g"])
    assert typo("keyboard-neighbour", 1, "é ", rng()) == "é "


def test_look_alikes_are_of_another_script() -> None:
    """So a reader sees nothing, and a model another character."""
    assert all(ord(other) > 127 and len(other) == 1 for other in LOOK_ALIKE.values())


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=60), st.integers(0, 2**32 - 1))
def test_a_rate_of_zero_changes_nothing_and_a_seed_repeats(kind: str, text: str, seed: int) -> None:
    """Whatever stands in the text."""
    assert typo(kind, 0, text, rng(seed)) == text
    assert typo(kind, 0.5, text, rng(seed)) == typo(kind, 0.5, text, rng(seed))


def test_a_rate_is_that_of_letters() -> None:
    """A tenth of the letters of a long text."""
    text = "letters" * 1000

    changed = typo("changed-case", 0.1, text, rng())

    assert 0.08 < sum(a != b for a, b in zip(text, changed, strict=True)) / len(text) < 0.12


@given(st.text("ab ", max_size=8), st.text("ab ", max_size=8))
def test_edits_are_the_least_number(first: str, second: str) -> None:
    """Levenshtein's distance: zero for equal texts, the same both ways, no more than the longer."""
    found = edits(first, second)

    assert (found == 0) is (first == second)
    assert found == edits(second, first)
    assert abs(len(first) - len(second)) <= found <= max(len(first), len(second))


def test_edits_of_known_words() -> None:
    """The textbook's example."""
    assert edits("kitten", "sitting") == 3


@pytest.fixture
def comments(tmp_path: Path) -> str:
    """Write quiet and loud comments, and whether each is loud."""
    lines = [f"{'LOUD' if i % 2 else 'quiet'} comment {i},{i % 2}" for i in range(700)]
    path = tmp_path / "comments.csv"
    path.write_text("comment,loud\n" + "\n".join(lines), encoding="utf-8")
    return str(path)


def test_a_model_that_looks_at_case_falls_for_case(comments: str) -> None:
    """And stays as it was under typos that keep it."""
    limits = read_limits(DEFAULTS)
    asked = Asked(limits=limits, at=AT, text="comment", outcome="loud")
    with open_source(comments) as source:
        found = audit_texts(Function("tried:shouts", tried.shouts, None), source, asked)

    drops = {
        (one.extra["check"], one.extra["level"]): one.value
        for one in found.claim.sunlit_metrics
        if one.name == "accuracy-drop"
    }
    assert drops["changed-case", "0.1"] > 0.2
    assert drops["keyboard-neighbour", "0.1"] == 0
    assert found.claim.sunlit_binding == "declared"
    assert str(found.claim.result) == "FAILED"


def test_the_first_texts_are_asked_about(comments: str) -> None:
    """As many as were wished for; the rest is told."""
    asked = Asked(limits=read_limits(DEFAULTS), at=AT, text="comment", settings=Settings(most=100))
    with open_source(comments) as source:
        found = audit_texts(Function("tried:shouts", tried.shouts, None), source, asked)

    assert found.detail["rows"] == 100
    assert ("the rest", "the first 100 of 700") in {
        (one.what, one.reason) for one in found.claim.sunlit_not_tested
    }


def test_a_column_that_is_not_there_is_named(comments: str) -> None:
    """With those that are."""
    asked = Asked(limits=read_limits(DEFAULTS), at=AT)
    with open_source(comments) as source, pytest.raises(MalformedError) as caught:
        audit_texts(Function("tried:shouts", tried.shouts, None), source, asked)

    assert caught.value.code == "robust.no-column"
