"""Welsh and Dutch: whole catalogues, and pages that say in them all that they can."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

import pytest
from babel.messages.catalog import Message

from sunlit.base.slugs import component_key, slug
from sunlit.base.wording import is_known
from tests.rubric.story import PURL
from tests.web.walking import KEY
from tools import locale

if TYPE_CHECKING:
    from starlette.testclient import TestClient

LANGUAGES: Final = locale.LANGUAGES
HOME: Final = f"/components/{component_key(PURL)}"
LOG: Final = f"/log/{slug('issuer.example/log')}"
PATHS: Final = (
    "/", "/components", HOME, f"{HOME}/evidence", f"{HOME}/evidence/prov-1", f"{HOME}/releases",
    "/decisions/check", "/figures", "/figures/2020-q1", "/register", f"/register/{KEY}/M1", "/log",
    LOG, f"{LOG}/12", "/boards/board.example", "/organisations", "/problems/report", "/sign-in",
    "/figures/x", "/nowhere", "/records/omb/US-1", "/verify", "/privacy", "/accessibility",
)  # fmt: skip
PLACE: Final = re.compile(r"%\(\w+\)[sd]|%%|(?<!\w)\{\w+\}|`[^`]+`")
VOID: Final = frozenset({"br", "hr", "img", "input", "link", "meta", "rect", "line", "circle"})


def _messages(language: str) -> list[Message]:
    return [one for one in locale.read(language) if one.id]


def _forms(words: object) -> tuple[str, ...]:
    return tuple(words) if isinstance(words, tuple | list) else (str(words),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_with_its_places(language: str) -> None:
    """Nothing is empty; every place and every command stands in each form of a translation."""
    found = []
    for one in _messages(language):
        asked = {place for form in _forms(one.id) for place in PLACE.findall(form)}
        for form in _forms(one.string):
            missing = asked - set(PLACE.findall(form)) - {"%(count)s", "%(num)s", "%(num)d"}
            if not form.strip() or missing or set(PLACE.findall(form)) - asked:
                found.append((one.id, form))
    assert not found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_count_has_all_forms_of_the_language(language: str) -> None:
    """Five in Welsh, two in Dutch."""
    forms = locale.read(language).num_plurals
    assert not [
        one.id for one in _messages(language)
        if isinstance(one.id, tuple | list) and len(_forms(one.string)) != forms
    ]  # fmt: skip


class _Said(HTMLParser):
    """Gathers what a page says itself: not names, code and what is marked as another language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: set[str] = set()
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.words.update(word for name in ("aria-label", "alt") if (word := said.get(name)))
        apart = tag in {"script", "style", "code", "bdi"} or (tag != "html" and "lang" in said)
        if tag not in VOID:
            self._open.append((tag, apart))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words and not any(apart for _, apart in self._open):
            self.words.add(words)


def _said(page: str) -> set[str]:
    parser = _Said()
    parser.feed(page)
    return parser.words


@pytest.fixture(scope="module")
def english(shared_client: "TestClient") -> Mapping[str, set[str]]:
    """Return what each page says in English."""
    return {path: _said(shared_client.get(path).text) for path in PATHS}


def _patterns(language: str) -> Iterator[re.Pattern[str]]:
    """Yield what an English sentence looks like that has a translation of its own."""
    for one in _messages(language):
        for form in _forms(one.id):
            if form in _forms(one.string) or not re.search(r"[A-Za-z]{3}", PLACE.sub("", form)):
                continue
            literal = (re.escape(part) for part in re.split(r"%\(\w+\)[sd]", form))
            yield re.compile(".+".join(literal).replace("%%", "%"), re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_public_page_says_in_english_what_has_a_translation(
    language: str, shared_client: "TestClient", english: Mapping[str, set[str]]
) -> None:
    """Where a page says the same as the English one, nobody translated it: a name, a code."""
    left: dict[str, str] = {}
    for path in PATHS:
        here = shared_client.get(f"/{language}{path}").text
        assert f'<html lang="{language}"' in here, path
        left |= dict.fromkeys(english[path] & _said(here), path)
    known = list(_patterns(language))
    assert len(left) > 10  # names and codes are there, so the pages were read
    assert not {
        words: path for words, path in left.items() if any(one.fullmatch(words) for one in known)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_of_the_guard_is_translated(language: str) -> None:
    """What staff read when a decision is refused."""
    refusals = {
        "the token prohibits this use", "the issuer has suspended the token",
        "the status list has expired, so it says nothing any more", "stop using it",
    }  # fmt: skip
    assert all(is_known(one, language) for one in refusals)
    assert not locale.untranslated(language)
