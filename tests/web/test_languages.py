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
    *(f"{HOME}/evidence/{one}" for one in ("assu-4", "life-1", "priv-2", "risk-5", "uk-1")),
    "/components?sort=none",
)  # fmt: skip
# What people and statements of the told story call things: names are the same in each language.
NAMES: Final = frozenset({
    "Case sorting 1", "Department of Examples", "Risks", "Whom to write to", "outreach",
    "outreach 1.0", "attention, name, newest, review", "WCAG 2.2 AA",
})  # fmt: skip
# Digests, addresses, origins of logs, identifiers, names of files: one word, and no letters only.
CODED: Final = re.compile(r"(?=\S*[\d.:/_@~-])\S+")
OWN: Final = re.compile(r"English|Cymraeg|Nederlands")  # languages call themselves so
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
        self.english: set[str] = set()  # what is marked as English
        self._open: list[tuple[str, bool, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.words.update(word for name in ("aria-label", "alt") if (word := said.get(name)))
        apart = tag in {"script", "style", "code", "bdi"} or (tag != "html" and "lang" in said)
        if tag not in VOID:
            self._open.append((tag, apart, said.get("lang") == "en"))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words and any(english for *_, english in self._open):
            self.english.add(words)
        if words and not any(apart for _, apart, _ in self._open):
            self.words.add(words)


def _said(page: str) -> _Said:
    parser = _Said()
    parser.feed(page)
    return parser


Said = Mapping[str, _Said]


@pytest.fixture(scope="module")
def english(shared_client: "TestClient") -> Said:
    """Return what each page says in English."""
    return {path: _said(shared_client.get(path).text) for path in PATHS}


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Return each language in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def here(shared_client: "TestClient", language: str) -> Said:
    """Return what each page says in a language, as it says it is in."""
    found = {path: shared_client.get(f"/{language}{path}").text for path in PATHS}
    assert [path for path, page in found.items() if f'<html lang="{language}"' not in page] == []
    return {path: _said(page) for path, page in found.items()}


def _patterns(language: str) -> Iterator[re.Pattern[str]]:
    """Yield what an English sentence looks like that has a translation of its own."""
    for one in _messages(language):
        for form in _forms(one.id):
            if form in _forms(one.string) or not re.search(r"[A-Za-z]{3}", PLACE.sub("", form)):
                continue
            literal = (re.escape(part) for part in re.split(r"%\(\w+\)[sd]", form))
            yield re.compile(".+".join(literal).replace("%%", "%"), re.IGNORECASE)


def _left(english: Said, here: Said) -> dict[str, str]:
    """Return the words that a page says in both languages, with the page."""
    return {words: path for path in PATHS for words in english[path].words & here[path].words}


def test_no_public_page_says_in_english_what_has_a_translation(
    language: str, english: Said, here: Said
) -> None:
    """Where a page says the same as the English one, nobody translated it: a name, a code."""
    left, known = _left(english, here), list(_patterns(language))
    assert len(left) > 10  # names and codes are there, so the pages were read
    assert not {
        words: path for words, path in left.items() if any(one.fullmatch(words) for one in known)
    }


def _alike(language: str) -> re.Pattern[str]:
    """Return what the sentences look like that are the same in English: "Contact", "Label"."""
    forms = {
        form for one in _messages(language)
        for form in set(_forms(one.id)) & set(_forms(one.string))
    }  # fmt: skip
    return re.compile("|".join(
        "(.+)".join(map(re.escape, re.split(r"%\(\w+\)[sd]", form)))
        for form in forms if re.search(r"[A-Za-z]{3}", PLACE.sub("", form))
    ), re.IGNORECASE)  # fmt: skip


def test_a_public_page_says_in_english_only_names(language: str, english: Said, here: Said) -> None:
    """A text that nobody marked for translation is the same in each language: it is found here."""
    alike = _alike(language)

    def is_name(words: str) -> bool:
        bare = re.sub(r"^: | \(\d+\)$| - Test node$|, city\.example$|: [A-Z]+-[\d.]+$", "", words)
        return (
            bare in NAMES or bare == "Test node" or not re.search("[A-Za-z]{3}", bare)
            or bool(CODED.fullmatch(bare) or alike.fullmatch(bare) or alike.fullmatch(words))
        )  # fmt: skip

    left = _left(english, here)
    assert not {words: path for words, path in left.items() if not is_name(words)}


def test_nothing_is_left_in_english_and_only_marked_so(here: Said) -> None:
    """Reasons of rules, what controls ask, names of laws: all of it is said in the language."""
    marked = {words: path for path, said in here.items() for words in said.english}
    assert not {
        words: path for words, path in marked.items()
        if words not in NAMES and not OWN.fullmatch(words) and "/records/" not in path
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_of_the_guard_is_translated(language: str) -> None:
    """What staff read when a decision is refused."""
    refusals = {
        "the token prohibits this use", "the issuer has suspended the token",
        "the status list has expired, so it says nothing any more", "stop using it",
    }  # fmt: skip
    assert all(is_known(one, language) for one in refusals)
    assert not locale.untranslated(language)
