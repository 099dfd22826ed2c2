import json
from collections.abc import Callable
from hashlib import sha256
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.claims.risk import Tier
from sunlit.rubric.risk_code import ORDER, SCHEME_FILE, data_file, read_scheme, scheme


def document() -> dict[str, Any]:
    """Return the scheme's data file as JSON values."""
    read: dict[str, Any] = json.loads(data_file(SCHEME_FILE))
    return read


def largest(question: dict[str, Any]) -> int:
    """Return the largest score of one question, as the official tool computes it."""
    scores = [choice["score"] for choice in question["choices"]]
    return sum(scores) if question["several"] else max(scores)


def test_the_maximum_is_that_of_the_official_question_set() -> None:
    """Largest choice where one answer counts, sum of choices where several do."""
    questions = json.loads(data_file("aia-questions.json"))

    assert sum(largest(question) for question in questions["questions"]) == 167
    assert scheme().maximum == questions["maximum"] == 167
    assert len(questions["questions"]) == document()["impact"]["scored"] == 62


def test_a_choice_scores_the_number_after_its_last_hyphen() -> None:
    """So does the official tool; the file repeats the number for readers."""
    for question in json.loads(data_file("aia-questions.json"))["questions"]:
        for choice in question["choices"]:
            text = choice["value"].rpartition("-")[2]
            assert choice["score"] == (int(text) if text.isdigit() else 0)


def test_the_scheme_names_the_question_set_by_digest() -> None:
    """Another question set would be another scheme."""
    digest = sha256(data_file("aia-questions.json")).hexdigest()

    assert document()["impact"]["questionsSha256"] == digest


@pytest.mark.parametrize(
    ("raw", "digit"), [(0, 1), (18, 1), (19, 2), (83, 5), (84, 5), (148, 8), (149, 9), (167, 9)]
)
def test_the_impact_digit(raw: int, digit: int) -> None:
    """1 + min(8, floor(9 x raw / max))."""
    assert scheme().digits(area=9, impact_raw=raw, autonomy_level=1) == f"9{digit}1"


@pytest.mark.parametrize(("level", "digit"), [(1, 1), (9, 9), (10, 9)])
def test_the_autonomy_digit(level: int, digit: int) -> None:
    """min(9, level)."""
    assert scheme().digits(area=1, impact_raw=0, autonomy_level=level) == f"11{digit}"


@pytest.mark.parametrize(
    ("area", "raw", "level"),
    [(0, 0, 1), (10, 0, 1), (1, -1, 1), (1, 168, 1), (1, 0, 0), (1, 0, 11)],
)
def test_what_lies_off_the_scales_is_refused(area: int, raw: int, level: int) -> None:
    """A prohibited use has no area: it gets no code at all."""
    with pytest.raises(MalformedError) as caught:
        scheme().digits(area=area, impact_raw=raw, autonomy_level=level)

    assert caught.value.code == "risk.out-of-range"


@pytest.mark.parametrize(
    ("digits", "tier"),
    [
        ("911", Tier.LOW), ("923", Tier.LOW), ("931", Tier.MEDIUM), ("951", Tier.HIGH),
        ("971", Tier.CRITICAL), ("511", Tier.MEDIUM), ("514", Tier.HIGH), ("517", Tier.CRITICAL),
        ("917", Tier.MEDIUM), ("957", Tier.CRITICAL), ("544", Tier.HIGH), ("540", None),
        ("044", None), ("504", None),
    ],
)  # fmt: skip
def test_the_tier(digits: str, tier: Tier | None) -> None:
    """The highest row that matches; a 0 is not assessed and has no tier."""
    assert scheme().tier(digits) is tier


@pytest.mark.parametrize("digits", ["", "12", "1234", "1a1", "²11"])
def test_only_three_digits_are_a_code(digits: str) -> None:
    """Four digits hold D4, which says nothing about the tier."""
    with pytest.raises(MalformedError) as caught:
        scheme().tier(digits)

    assert caught.value.code == "risk.out-of-range"


def test_more_impact_or_autonomy_never_lowers_the_tier() -> None:
    """The two ordinal digits are monotone, in every area."""
    known = scheme()
    for area, impact, autonomy in product(range(1, 10), range(1, 9), range(1, 9)):
        here = known.tier(f"{area}{impact}{autonomy}")
        more = [
            known.tier(f"{area}{impact + 1}{autonomy}"),
            known.tier(f"{area}{impact}{autonomy + 1}"),
        ]
        assert here is not None
        for tier in more:
            assert tier is not None
            assert ORDER.index(tier) >= ORDER.index(here)


@given(raw=st.integers(0, 166))
def test_a_band_counts_as_the_highest_official_level_that_it_touches(raw: int) -> None:
    """The tier by impact alone is never below the official level of the same score."""
    known = scheme()
    level = sum(4 * raw > known.maximum * step for step in (1, 2, 3))

    tier = known.tier(known.digits(area=9, impact_raw=raw, autonomy_level=1))

    assert tier is not None
    assert ORDER.index(tier) >= level


def test_the_digest_is_of_the_canonical_form() -> None:
    """White space is no part of a scheme."""
    assert read_scheme(json.dumps(document()).encode()).digest == scheme().digest
    assert scheme().id == "sunlit-risk-4/1"
    assert scheme().practices == ("M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8")


SPOILED: dict[str, Callable[[Any], object]] = {
    "no impact": lambda d: d.pop("impact"),
    "no practices": lambda d: d.update(practices=[]),
    "rows no list": lambda d: d["tiers"].update(rows={}),
    "maximum a text": lambda d: d["impact"].update(maximum="167"),
    "id a number": lambda d: d.update(id=1),
    "maximum zero": lambda d: d["impact"].update(maximum=0),
    "row no object": lambda d: d["tiers"].update(rows=[1]),
    "unknown tier": lambda d: d["tiers"]["rows"][0].update(tier="none"),
    "digits no list": lambda d: d["tiers"]["rows"][0].update(d2=1),
    "digit out of range": lambda d: d["tiers"]["rows"][0].update(d2=[0]),
    "a gap": lambda d: d["tiers"]["rows"].pop(0),
}


@pytest.mark.parametrize("case", SPOILED)
def test_a_spoiled_scheme_is_refused(case: str) -> None:
    """A code without a tier would read as harmless."""
    spoiled = document()
    SPOILED[case](spoiled)

    with pytest.raises(MalformedError) as caught:
        read_scheme(json.dumps(spoiled).encode())

    assert caught.value.code == "risk.malformed-scheme"
