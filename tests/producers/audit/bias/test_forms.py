"""The forms: New York's summary, Great Britain's assessment, the Union's technical file."""

import re
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from sunlit.claims.provenance import Resource
from sunlit.producers.audit.bias.claim import Asked, audit
from sunlit.producers.audit.bias.claim_figures import How
from sunlit.producers.audit.bias.cube import UNKNOWN, Cube, Dimension, Meaning
from sunlit.producers.audit.bias.forms import FORMS, report
from sunlit.producers.audit.bias.forms.ll144 import document as ll144
from sunlit.producers.audit.bias.forms.psed import SILENT
from sunlit.producers.audit.bias.forms.psed import document as psed
from sunlit.producers.audit.bias.forms.said import groups, table

AT = datetime(2026, 11, 22, tzinfo=UTC)
# 6 RCNY 5-301: people and those above the median; the rule's example has the sexes and races apart.
SEX = {"Female": (76, 34), "Male": (92, 50)}
RACE = {
    UNKNOWN: (36, 20), "Asian": (24, 10), "Black": (32, 16), "Hispanic": (28, 18), "NHPI": (8, 5),
    "White": (40, 15),
}  # fmt: skip


def detail(cube: Cube, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields
    """Return the document of an audit."""
    named = {one: changes.pop(one, one) for one in cube.names}
    changes.setdefault("how", How(replicates=20))
    asked = Asked(data=Resource(name="<b>people</b>.csv", digest={"sha256": "ab" * 32}), at=AT,
                  characteristics=named, **changes)  # fmt: skip
    return audit(cube, asked, bytes(32)).detail


def of_one(name: str, table: dict[str, tuple[int, int]]) -> Cube:
    """Return a cube by one attribute: people, and those above the median."""
    counts = np.array([[[people - above], [above]] for people, above in table.values()])
    meaning = Meaning(rule="above", threshold="92", median=True)
    return Cube((Dimension(name, tuple(table)),), counts, with_outcome=False, meaning=meaning)


@pytest.mark.parametrize(
    ("name", "table", "ratios"),
    [
        ("sex", SEX, {"Female": "0.82", "Male": "1.00"}),
        (
            "race", RACE,
            {"Asian": "0.65", "Black": "0.78", "Hispanic": "1.00", "NHPI": "0.97", "White": "0.58"},
        ),
    ],
)  # fmt: skip
def test_new_yorks_example_comes_out(
    name: str, table: dict[str, tuple[int, int]], ratios: dict[str, str]
) -> None:
    """With people, rates and impact ratios of each category, and how many are unknown."""
    found = ll144(detail(of_one(name, table), floor=5))

    (only,) = found["tables"]
    assert found["rate"] == "scoring rate"
    assert {it["category"]: it["impact_ratio"] for it in only["categories"]} == ratios
    assert {it["category"]: (it["people"], it["selected"]) for it in only["categories"]} == {
        value: counted for value, counted in table.items() if value != UNKNOWN
    }
    assert found["unknown"] == {name: 36 if name == "race" else None}
    assert "sex and race or ethnicity" in found["missing"]


def test_categories_under_two_in_a_hundred_are_in_no_ratio() -> None:
    """Their people and rates are shown all the same, with the reason."""
    found = ll144(detail(of_one("sex", {"a": (500, 100), "b": (480, 200), "c": (15, 15)})))

    rows = {it["category"]: it for it in found["tables"][0]["categories"]}
    assert "impact_ratio" not in rows["c"]
    assert "under 2 %" in rows["c"]["excluded"]
    assert rows["c"]["rate"] == "1.000"
    assert rows["b"]["impact_ratio"] == "1.00"


def test_where_nobody_was_selected_there_is_no_ratio() -> None:
    """It is said, and nothing is divided by nought."""
    found = ll144(detail(of_one("sex", {"a": (500, 0), "b": (480, 0)})))

    assert all(it["excluded"] == "nobody was selected" for it in found["tables"][0]["categories"])


@cache
def whole() -> dict[str, Any]:
    """Return an audit by three attributes with outcomes, as the report holds it."""
    chance = np.random.default_rng(4)
    counts = chance.integers(30, 90, size=(2, 2, 3, 2, 3))
    counts[1, :, :, 0, 1] += 60  # of the second sex, more are overlooked
    values = (("men", "women"), ("20 to under 40", "under 20"), ("a<i>", "b", "c"))
    dimensions = tuple(
        Dimension(name, one) for name, one in zip(("sex", "age", "faith"), values, strict=True)
    )
    cube = Cube(dimensions, counts, with_outcome=True,
                meaning=Meaning(prediction="letter", outcome="owed"))  # fmt: skip
    return detail(cube, faith="religion", not_analysed={"disability": "not collected"})


def test_the_duty_names_what_was_not_looked_at() -> None:
    """Each protected characteristic is analysed, has a reason, or is itself the finding."""
    found = psed(whole())

    assert found["not_analysed"] == {
        "disability": "not collected", "gender reassignment": SILENT,
        "pregnancy and maternity": SILENT, "race": SILENT, "sexual orientation": SILENT,
    }  # fmt: skip
    assert [one["characteristic"] for one in found["characteristics"]] == [
        "sex", "age", "religion",
    ]  # fmt: skip


def test_referrals_and_outcomes_are_compared_with_the_reference() -> None:
    """With the test and whether the difference may be chance; the reference has none."""
    (sex, *_) = psed(whole())["characteristics"]
    groups = {one["group"]: one for one in sex["groups"]}

    assert sex["reference"] == ["men"]
    assert "difference" not in groups["men"]["referral"]
    assert groups["women"]["referral"]["significant"] is True
    assert groups["women"]["referral"]["test"] == "chi-square"
    assert groups["women"]["outcome"]["of"] > 0


def test_without_outcomes_no_outcome_is_compared() -> None:
    """It is left blank: not nought, and not a pass."""
    found = psed(detail(of_one("sex", SEX), adverse=True))

    assert found["referred"] == "the score is above 92, the median"
    assert all(one["outcome"] is None for one in found["characteristics"][0]["groups"])


class Read(HTMLParser):
    """The page as a machine that reads it aloud would take it."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.text = ""
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", ["bias", *FORMS])
def test_each_page_can_be_read_by_everybody(name: str) -> None:
    """One heading, no script, nothing loaded, each chart with a title and a table beside it."""
    data = report(whole(), FORMS)[f"{name}.html"]
    page = Read(data)

    assert page.tags.count("h1") == 1
    assert "script" not in page.tags
    assert b"<b>" not in data
    assert b"<i>" not in data
    assert not re.search(rb"(src|href)=\"https?:", data)
    assert page.tags.count("svg") >= 1
    assert page.tags.count("table") > page.tags.count("figure")
    assert page.tags.count("title") == 1 + page.tags.count("figure")
    assert {"lang": "en"} in page.attributes
    assert "The statement of the audit names that file" in page.text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("bias", "not analysed: disability (not collected)"),
        ("ll144", "Not audited: race or ethnicity, sex and race or ethnicity."),
        ("psed", "Nobody looked, and nobody said why, at: gender reassignment"),
        ("psed", "points, significant"),
        ("aiact", "Article 10(2)(f)"),
        ("aiact", "not examined: disability (not collected)"),
    ],
)
def test_each_page_says_what_it_is_for(name: str, sentence: str) -> None:
    """And what is missing comes first."""
    assert sentence in Read(report(whole(), FORMS)[f"{name}.html"]).text


def test_bands_stand_in_their_order() -> None:
    """The lowest first, whatever the order of their letters."""
    held = groups(table(whole(), "age"))

    assert [one["values"] for one in held] == [["under 20"], ["20 to under 40"]]


def test_the_document_holds_all_forms() -> None:
    """Whichever pages were asked for."""
    files = report(whole())

    assert set(files) == {"bias.json", "bias.html", "bias.csv"}
    for name in ("sunlit-ll144/1", "sunlit-psed/1", "sunlit-aiact-annex-iv/1"):
        assert f'"{name}"'.encode() in files["bias.json"]
