"""What is signed is shown whole, in rows and in words."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import sunlit.node
import sunlit.web
from sunlit.base.wording import Text, is_known
from sunlit.claims.authority import Key
from sunlit.claims.base import Claim, claim_types
from sunlit.claims.risk import RiskAssessment, Vote
from sunlit.statement.intoto import Statement, Subject
from sunlit.web.act_fields import FIELDS, OF, label
from sunlit.web.act_words import MANY, Row, folded, rows_of
from tests.rubric.story import LATER

RELEASE = "ab" * 32
SHARED = {"extra"}  # what a newer writer said: shown under its own names


def told(
    predicate: Mapping[str, object], kind: str = "urn:x:y", name: str | None = "use"
) -> list[Row]:
    """Return the rows of a statement."""
    said = Statement((Subject(name, {"sha256": RELEASE}),), kind, predicate)
    return rows_of(said.to_payload(), {"city.example": "The City"}.get)


def by_name(rows: list[Row]) -> dict[str, str]:
    """Return what is said by its heading."""
    return {row.name: row.value for row in rows}


def proposed() -> Iterator[type[Claim]]:
    """Yield each claim that a module names which puts one before a person to sign."""
    known = {one.__name__: one for one in claim_types().values()}
    for package in (sunlit.node, sunlit.web):
        for path in Path(package.__path__[0]).rglob("*.py"):
            source = path.read_text("utf-8")
            if "Proposal(" in source or "acts.propose(" in source:
                for node in ast.walk(ast.parse(source)):
                    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                        "sunlit.claims."
                    ):
                        yield from (known[it.name] for it in node.names if it.name in known)
    yield Key  # by way of `registry.keys.key_claim`


def test_every_field_of_what_people_sign_here_has_words() -> None:
    """In each language too: a field that is added to a claim asks for its words here."""
    every = set(proposed())
    assert {"Vote", "RiskCode", "Attestation", "Registration"} <= {one.__name__ for one in every}
    for kind in every:
        if kind.__name__ == "Use":
            continue  # declared with the command line; the workbench only reads it
        for field in fields(kind):
            said = label(kind, field.name)
            assert said or field.name in SHARED, (kind.__name__, field.name)
            for language in ("cy", "nl") if said else ():
                assert is_known(said or "", language) or said in {"Contact", "Licence"}, said


def test_no_words_are_kept_for_fields_that_nobody_signs() -> None:
    """A field that goes away takes its words with it."""
    every = set(proposed())
    names = {field.name for kind in every for field in fields(kind)}
    assert set(FIELDS) <= names
    for kind, own in OF.items():
        assert kind in every
        assert set(own) <= {field.name for field in fields(kind)}


def test_every_field_has_its_row() -> None:
    """Lists, objects in lists, objects in objects, yes and no; a subject without a name too."""
    rows = told(
        {
            "someTime": "2027", "open": True, "shut": False, "areas": [1, 2], "none": None,
            "parts": [{"name": "a"}, {"name": "b"}], "place": {"subPlace": 7}, "empty": [],
        },
        name=None,
    )  # fmt: skip

    assert sorted((row.name, row.value) for row in rows) == [
        ("About", RELEASE[:16] + "…"), ("Areas", "1; 2"), ("Open", "yes"),
        ("Parts 1, name", "a"), ("Parts 2, name", "b"), ("Place, sub place", "7"),
        ("Shut", "no"), ("Some time", "2027"),
    ]  # fmt: skip
    assert rows[0].whole == RELEASE


def test_a_vote_is_told_in_words() -> None:
    """Fields by what they mean, the organisation by name, a digest short, a time as a day."""
    claim = Vote(
        board="board.example", release=RELEASE, use="outreach", deployer="city.example",
        scheme="sunlit/1", area=5, impact_raw=60, impact_max=167, autonomy_level=4, ceiling=3,
        voted_on=LATER, valid_until=LATER,
    )  # fmt: skip
    rows = told(claim.to_predicate(), Vote.TYPE)
    found = by_name(rows)

    assert found["Organisation that uses it"] == "The City (city.example)"
    assert found["Board"] == "board.example"
    assert found["Area of use"] == "5: Essential services and benefits"
    assert found["How much the machine decides"].startswith("4: ")
    assert found["Release"] == RELEASE[:16] + "…"
    assert found["The code holds until"].endswith("UTC")
    ours = {row.name for row in rows if row.is_ours}
    assert "Area of use" in ours
    assert "Use" not in ours, "what the writer typed is nobody's to translate"
    assert all(isinstance(row.name, Text) for row in rows)


def test_answers_are_told_by_their_questions() -> None:
    """A question that is asked by name, its choice by its text; an unknown one as it stands."""
    rows = told(
        {"answers": {"riskProfile1": "item1-3", "other": ["x", "y"]}, "row": "UC01",
         "facts": {"personal-data": "yes", "new-fact": True}},
        RiskAssessment.TYPE,
    )  # fmt: skip
    found = by_name(rows)

    assert "riskProfile1" not in found
    assert found["Other"] == "x; y"
    assert found["New fact"] == "yes"
    assert found["Row of the risk register"] != "UC01"


def test_many_answers_are_folded_and_none_is_lost() -> None:
    """Seventy answers stand behind one line, a few stand open; a time is said in words."""
    many = {f"impact{number}": "item1-0" for number in range(MANY)}
    rows = told({"answers": many, "validUntil": "2027-11-02T23:59:59Z"})
    open_, answers = folded(rows)

    assert [row.name for row in open_] == ["About", "Valid until"]
    assert open_[1].value == "2 November 2027, 23:59 UTC"
    assert sorted(map(str, [*open_, *answers])) == sorted(map(str, rows))
    assert folded(rows[:5]) == (rows[:5], [])
