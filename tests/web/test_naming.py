"""Organisations are shown by name, and nobody passes for another by a name."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from sunlit.web import language
from sunlit.web.language import said_dates
from sunlit.web.public.naming import apart

TEMPLATES = Path(language.__file__).parent / "templates"


def test_a_name_that_two_bear_is_followed_by_the_id() -> None:
    """Also where it differs in capitals only, and where it is somebody else's id."""
    names = {
        "a.example": "The Council", "b.example": "THE COUNCIL", "c.example": "a.example",
        "d.example": "Lab",
    }  # fmt: skip

    assert apart(names) == {
        "a.example": "The Council (a.example)", "b.example": "THE COUNCIL (b.example)",
        "c.example": "a.example (c.example)", "d.example": "Lab",
    }  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        "Riv\u0435rside Council", "Riverside  C\u043euncil", "Riverside-Council",
        "Rivers\u0131de Councll", "Riverside Council.", "\uff32iverside Council",
        "Riverside Co\u00fcncil", "RIVERSIDE COUNCIL", "\U0001d411iverside Council",
        "River\u200dside Council",
    ],
)  # fmt: skip
def test_a_name_that_looks_like_anothers_is_followed_by_the_id(other: str) -> None:
    """Letters of another script, marks, signs and spaces between make no other name."""
    found = apart({"a.example": "Riverside Council", "b.example": other, "c.example": "Riverton"})

    assert found == {
        "a.example": "Riverside Council (a.example)", "b.example": f"{other} (b.example)",
        "c.example": "Riverton",
    }  # fmt: skip


def test_a_name_that_looks_like_an_id_is_followed_by_the_own_one() -> None:
    """Also of somebody who has no name here, and where one is already behind it."""
    found = apart({"b.example": "north-lab.example", "c.example": "Council (a.example)"})

    assert found == {
        "b.example": "north-lab.example (b.example)",
        "c.example": "Council (a.example) (c.example)",
    }
    assert apart({"a.example": "a.example", "b.example": "A.example"}) == {
        "a.example": "a.example", "b.example": "A.example (b.example)",
    }  # fmt: skip
    plain = {"e.example": "St. John's", "f.example": "Cyngor Ynys M\u00f4n / T\u0177 \u0141 & Co"}
    assert apart(plain) == plain


@pytest.mark.parametrize(
    "name",
    [
        "home-office\u2024gov\uff0euk", "home-office\u3002gov", "home\u200c.\u200cgov",
        "home-office\u00b7gov", "GB-COH:01234567", "...", "\u3164", "\u2800",
        "\u216eouncil \u0501", "\u13dfouncil", "Counci\ua4ee",
    ],
)  # fmt: skip
def test_a_name_that_can_be_taken_for_something_else_is_followed_by_the_id(name: str) -> None:
    """Other dots, registers' numbers, nothing to be read, letters that look like others."""
    assert apart({"evil.example": name}) == {"evil.example": f"{name} (evil.example)"}


def test_a_name_that_is_anothers_id_is_followed_by_the_own_one() -> None:
    """Also where that one has another name, and an id without a dot."""
    assert apart({"hmrc": "The Revenue", "evil.example": "HMRC"}) == {
        "hmrc": "The Revenue", "evil.example": "HMRC (evil.example)",
    }  # fmt: skip
    own = {"hmrc": "HMRC", "a.example": "A example"}
    assert apart(own) == own


def test_a_date_in_a_sentence_is_said_in_words() -> None:
    """One that is part of a name, or is no day, stays as it is."""
    told = said_dates("It ended on 2026-11-23. See run-2026-11-23.json until 2026-13-40, or x.")

    assert told == "It ended on 23 November 2026. See run-2026-11-23.json until 2026-13-40, or x."
    assert said_dates("tot 2026-05-01, op voorwaarde", "nl") == "tot 1 mei 2026, op voorwaarde"


def test_no_template_takes_the_word_for_naming_an_organisation() -> None:
    """What a page defines, its frame and its footer have too."""
    taken = re.compile(r"\{%-? *(?:macro|set) +named\b")
    found = [one.name for one in TEMPLATES.rglob("*.html") if taken.search(one.read_text())]

    assert (found, (TEMPLATES / "layout.html").is_file()) == ([], True)


def test_who_runs_the_site_and_who_uses_a_component_is_said_by_name(
    shared_client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the foot of every page, in a row of the catalogue and among its filters."""
    app = shared_client.app
    assert isinstance(app, FastAPI)
    names = {"issuer.example": "The Issuer", "city.example": "The City"}
    kept = (app.state.site.positions(), names)
    monkeypatch.setattr(app.state, "names", kept, raising=False)

    assert "Run by The Issuer." in shared_client.get("/nowhere").text
    catalogue = shared_client.get("/components").text
    assert "(<bdi>The City</bdi>)" in catalogue
    assert '<option value="city.example">The City (1)</option>' in catalogue
