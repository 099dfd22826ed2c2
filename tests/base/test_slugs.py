"""Any text becomes one path segment, and comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.purl import bare
from sunlit.base.slugs import MAX_SLUG, component_key, slug, unslug

SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-~_")


@given(st.text(max_size=40) | st.text(alphabet="._2e~/", max_size=8))
def test_a_short_text_survives_its_slug(text: str) -> None:
    """Slug and text are inverse, and the slug needs no percent signs."""
    key = slug(text)

    assert unslug(key) == text
    assert set(key) <= SAFE
    assert key not in {"", ".", ".."}


@given(st.text(max_size=60))
def test_a_text_has_one_address(key: str) -> None:
    """What reads as a slug is the slug of what it reads as."""
    text = unslug(key)

    assert text is None or slug(text) == key


def test_a_very_long_text_is_cut_and_told_apart() -> None:
    """Two long texts that differ at their ends have two short slugs, which do not read back."""
    one, other = slug("x" * 999 + "1"), slug("x" * 999 + "2")

    assert one != other
    assert len(one) == MAX_SLUG
    assert unslug(one) is None


@pytest.mark.parametrize(
    ("purl", "key"),
    [
        ("pkg:generic/north.example/case-triage@2.3", "generic~north.example~case-triage"),
        ("pkg:generic/north.example/case-triage?arch=x#sub", "generic~north.example~case-triage"),
        ("pkg:generic/%40scope/tool@1", "generic~_2540scope~tool"),
        ("case triage", "~case_20triage"),
    ],
)
def test_a_component_has_one_key_whatever_its_version(purl: str, key: str) -> None:
    """The key is of the package URL without version, and is the key of what the rules compare."""
    assert component_key(purl) == key
    assert component_key(bare(purl)) == key


def test_what_is_no_package_url_takes_no_package_urls_key() -> None:
    """A name that only looks like the end of a package URL has a key of its own."""
    assert component_key("generic/a") != component_key("pkg:generic/a")


def test_what_is_no_slug_is_no_text() -> None:
    """Characters that no slug has, half an escape or a pair, no UTF-8, and too long."""
    odd = ("a b", "_4", "_ff", "x" * 999, "_61", "_ed_a0_80")
    assert [unslug(it) for it in odd] == [None] * len(odd)
