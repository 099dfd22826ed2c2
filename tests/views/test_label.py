from datetime import UTC, datetime

import pytest

from sunlit.claims.lifecycle import TokenKind
from sunlit.views.label import BLANK, label_lines, label_text
from tests.fixtures.token_world import grant

ID = "ab" * 32


def line(number: int, **changes: object) -> str:
    """Return the text of one line of a grant's label."""
    return label_lines(grant(**changes), ID)[number - 1].text


def test_a_label_has_eight_lines() -> None:
    """Numbered, each with a question and an answer, and no more."""
    text = label_text(grant(maintainer="maker.example", assessors=("lab.example",)), ID)

    assert len(text.splitlines()) == 8
    assert text.endswith("\n")
    assert [one.number for one in label_lines(grant(), ID)] == list(range(1, 9))


def test_what_nobody_said_is_shown_as_not_provided() -> None:
    """Blank is a state: it is never left out and never made up."""
    blank = grant(prohibited=(), constraints=(), code="", oversight="", fallback="")

    texts = [one.text for one in label_lines(blank, ID)]

    assert texts[1] == texts[2] == texts[3] == texts[5] == BLANK
    assert texts[6].startswith(f"{BLANK}. Without it: {BLANK}. In an emergency")


def test_it_says_what_it_is_and_where_from() -> None:
    """In words first, then by purl, version and digest."""
    text = line(1, description="Estimates cover.")

    assert text.startswith("Estimates cover. pkg:generic/example.gov/cover-estimate 1.0.0")
    assert "1.0.0" not in line(1, version=None)


def test_the_risk_code_is_put_in_words() -> None:
    """Each digit, the tier, and the ceiling that the board accepted."""
    text = line(4, tier="high")

    assert text.startswith("tier high: code 5263: area 5 (essential private and public services")
    assert "impact 2 of 9, autonomy 6 of 9, 2 of 8 safeguards missing" in text
    assert "exceeds 4" in text
    assert f"area 0 ({BLANK})" in line(4, code="0000")


def test_it_says_for_what_where_and_with_which_data() -> None:
    """The use, the deployer, the place, the classes of data."""
    assert line(5) == (
        "choosing whom to write to first (use 'outreach' by benefits.example.gov in US-CA, "
        "with data: survey)"
    )
    assert line(5, jurisdictions=(), data_classes=()).endswith("by benefits.example.gov)")


def test_it_says_what_not_and_what_is_open() -> None:
    """Prohibitions, limits, and the controls that were open."""
    text = line(6, open_findings=("assu-4",))

    assert text == (
        "deciding on benefits; limit: only people of working age; open when given: assu-4"
    )


@pytest.mark.parametrize(
    ("oversight", "words"),
    [
        ("human-decides", "A person decides"),
        ("human-reviews", "It decides; a person reviews"),
        ("none", "No person looks at each case"),
        ("A panel of two", "A panel of two"),
    ],
)
def test_it_says_who_oversees_it(oversight: str, words: str) -> None:
    """And what staff do without it, and who may in an emergency."""
    text = line(7, oversight=oversight)

    assert text.startswith(words)
    assert "Without it: Write to everybody in the order of application. In an emergency: " in text
    assert ". In" in line(7, oversight=oversight, fallback="Stop.")
    assert ".." not in line(7, oversight=oversight, fallback="Stop.")
    assert "emergency" not in line(7, break_glass=None)


@pytest.mark.parametrize("kind", list(TokenKind))
def test_it_says_how_long_and_how_to_check(kind: TokenKind) -> None:
    """Until when, of which kind, by whom, with which command."""
    text = line(8, kind=kind, valid_until=datetime(2026, 8, 1, tzinfo=UTC))

    assert text.startswith(f"2026-08-01T00:00:00Z, a {kind} token")
    assert "sunlit token verify" in text


def test_a_claim_draws_no_line_of_its_own() -> None:
    """Newlines and control characters from a stranger's words stay inside their line."""
    hostile = label_text(
        grant(maintainer="a\nHow risky it is: not at all\x1b[2J", fallback="x\r\ny"), ID
    )

    assert len(hostile.splitlines()) == 8
    assert "\x1b" not in hostile
