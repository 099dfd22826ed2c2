"""Every error has a documented code, and every documented code can be raised."""

import re
from importlib import import_module
from typing import Final

import pytest

from tools import errors_page, raised_codes

SHAPE: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*")


def _documented() -> dict[str, str]:
    return {
        code: sentence
        for codes in raised_codes.documented().values()
        for code, sentence in codes.items()
    }


def test_every_code_can_be_read_off_the_source() -> None:
    """A computed code could not be documented: use a literal, a constant or a choice of two."""
    computed = [place.where for place in raised_codes.raised() if place.code is None]

    assert not computed


def test_every_code_that_is_raised_is_documented() -> None:
    """Else a person meets a code that docs/reference/errors.md does not know."""
    known = _documented()

    made = [*raised_codes.raised(), *raised_codes.reported()]
    unknown = {place.code: place.where for place in made if place.code not in known}

    assert not unknown, "add these to the package's codes.py"


def test_every_documented_code_is_raised() -> None:
    """A code that nothing raises is a promise that nobody keeps."""
    made = {place.code for place in (*raised_codes.raised(), *raised_codes.reported())}

    dead = sorted(set(_documented()) - made)

    assert not dead, "remove these from codes.py, or raise them"


@pytest.mark.parametrize("package", sorted(raised_codes.documented()))
def test_what_is_read_is_what_python_sees(package: str) -> None:
    """`codes.py` is plain data, so that it can be read without importing the package."""
    codes = import_module(f"sunlit.{package}.codes".replace("..", ".")).CODES

    assert codes == raised_codes.documented()[package]


def test_a_code_is_documented_once() -> None:
    """Two packages that list one code will one day mean two things by it."""
    listed = [code for codes in raised_codes.documented().values() for code in codes]

    assert sorted(listed) == sorted(set(listed))


def test_codes_have_one_shape_and_a_sentence() -> None:
    """A code is `<area>.<kebab-what>` and its meaning is one plain sentence."""
    wrong = [
        code
        for code, sentence in _documented().items()
        if not SHAPE.fullmatch(code) or not sentence.endswith(".") or "\n" in sentence
    ]

    assert not wrong


def test_the_errors_page_says_what_the_code_says() -> None:
    """`make docs` writes docs/reference/errors.md; it is never edited."""
    page = errors_page.PAGE.read_text(encoding="utf-8")

    assert page == errors_page.page(), "run `make docs`"
