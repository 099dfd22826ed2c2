"""The dossier: six sections, who says what, and blanks that are shown."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, Metric, Result, TestResult
from sunlit.claims.base import Claim
from sunlit.claims.provenance import Component, Dataset
from sunlit.claims.risk import Mitigation, RiskCode, Tier, Use
from sunlit.decision.content import JSON, TEXT, Content
from sunlit.decision.record import Binding, Kind, Pointer, Record, State
from sunlit.guard.explain import MEDIA_TYPE, Explanation, NoExplanation, Term
from sunlit.guard.explain.methods import Estimand, Link
from sunlit.statement.intoto import Subject
from sunlit.views.dossier import Dossier, Line, dossier
from tests.fixtures.token_world import grant

AT: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
RELEASE: Final = "cd" * 32
TITLES: Final = [
    "Rationale", "Responsibility", "Data", "Fairness", "Safety and performance", "Impact",
]  # fmt: skip
EXPLANATION: Final = Explanation(
    method="lightgbm-pred-contrib", estimand=Estimand.PATH_DEPENDENT, link=Link.LOGIT, base=-1.0,
    terms=tuple(Term(f"f{at}", at / 8, repr(float(at))) for at in range(12)), raw=7.25,
    tolerance=1e-9, library="lightgbm 4.7.0",
)  # fmt: skip


def record(**changes: Any) -> Record:  # noqa: ANN401
    """Return a decision's record."""
    fields: dict[str, Any] = {
        "kind": Kind.DECISION, "id": "ab" * 16, "time": AT, "token": "12" * 32,
        "release": RELEASE, "use": "outreach", "deployer": "city.example", "jurisdiction": "US-CA",
        "data_class": "survey", "binding": Binding.FILES_VERIFIED, "oversight": "human-decides",
        "state": State.PROPOSED,
    }  # fmt: skip
    return Record(**{**fields, **changes})


def content(**changes: tuple[str, bytes]) -> Content:
    """Return what is opened."""
    values = {
        "input": (JSON, b'{"AGEP":37.0,"note":"moved"}'), "output": (JSON, b'{"letter":true}'),
        "explanation": (MEDIA_TYPE, EXPLANATION.to_bytes()),
    }  # fmt: skip
    return Content.of({**values, **changes})


def said(claim: Claim, number: int = 1, **changes: Any) -> Admitted:  # noqa: ANN401
    """Return a claim in a log, signed by one key."""
    fields: dict[str, Any] = {
        "claim": claim, "statement_id": f"{number:064x}", "subjects": (Subject("x", {}),),
        "signers": ("ee" * 32,), "origin": "log", "index": number, "admitted_at": AT,
    }  # fmt: skip
    return Admitted(**{**fields, **changes})


COMPONENT: Final = Component(
    purl="pkg:generic/x", version="1", kind="model", files=2, bytes=3, maintainer="maker.example",
    contact="desk@maker.example", target="Whether somebody has cover",
)  # fmt: skip
USED: Final = Use(
    id="outreach", deployer="city.example", component="pkg:generic/x", area=5,
    description="Letters to people without cover", owner="Head of outreach",
    target_fits="Cover is what is asked", affected="People with low income", need="Who lacks cover",
)  # fmt: skip
TESTED: Final = TestResult(
    result=Result.PASSED, sunlit_kind="fairness", sunlit_tool="evaluate.py",
    failed_tests=("recall, SEX=1",), sunlit_metrics=(
        Metric(name="recall", value=Decimal("0.81"), threshold=Decimal("0.6"), group="SEX=2",
               rows=120, better="higher"),
        Metric(name="gap", value=Decimal("0.02"), threshold=Decimal("0.1"), better="lower"),
        Metric(name="share", value=Decimal("0.5")),
    ),
)  # fmt: skip
ATTESTED: Final = Attestation(
    assessor="lab.example", scope=("fairness", "performance"), method="Tested again",
    result=Result.PASSED, assessed_on=AT, valid_until=AT, limits="Only California",
)  # fmt: skip
STATEMENTS: Final = (
    said(COMPONENT, 1), said(replace(USED, owner="Old owner"), 2), said(USED, 3), said(TESTED, 4),
    said(replace(TESTED, sunlit_kind="robustness", sunlit_metrics=(), sunlit_tool=None), 5),
    said(ATTESTED, 6),
    said(Dataset(name="acs-2018", licence="PD", source="https://x.example", rows=9,
                 used_for=("training",), sensitive_columns=("SEX",)), 7),
    said(Dataset(name="other"), 8), said(Dataset(name="third", sensitive_columns=()), 9),
    said(RiskCode(board="b", release=RELEASE, use="outreach", deployer="city.example", scheme="s",
                  scheme_digest="00", digits="526", ceiling=4, tier=Tier.HIGH, votes=(),
                  valid_until=AT), 10),
    said(Mitigation(practice="M4", use="outreach", deployer="city.example", evidence="A drill",
                    valid_until=AT), 11),
    said(Mitigation(practice="M5", use="outreach", deployer="city.example",
                    not_needed_ground="Article 9", valid_until=AT), 12),
)  # fmt: skip
LATER: Final = (
    record(kind=Kind.OUTCOME, id="01" * 16, role="caseworker", result="changed",
           of=Pointer(log="l", index=0, leaf="ab" * 32)),
    record(kind=Kind.CONTEST, id="02" * 16, role="applicant",
           of=Pointer(log="l", index=0, leaf="ab" * 32)),
)  # fmt: skip


def full(**changes: Any) -> Dossier:  # noqa: ANN401
    """Return the dossier of a decision about which much is known."""
    given_: dict[str, Any] = {
        "record": record(), "content": content(), "grant": grant(), "statements": STATEMENTS,
        "later": LATER, "organisations": {"ee" * 32: "city.example"}, **changes,
    }  # fmt: skip
    return dossier(**given_)


def lines_of(found: Dossier, title: str) -> dict[str, Line]:
    """Return a section's lines by label."""
    (section,) = [one for one in found.sections if one.title == title]
    return {one.label: one for one in section.lines}


def test_the_six_kinds_of_explanation_are_its_sections() -> None:
    """In the guidance's order, each with its question, each with lines."""
    found = full()

    assert [one.title for one in found.sections] == TITLES
    assert all(one.question.endswith("?") for one in found.sections)
    assert all(one.lines for one in found.sections)


def test_what_nobody_said_is_a_blank_line() -> None:
    """No statement, no content, no token: the same questions, with nothing made up."""
    bare = Record(kind=Kind.DECISION, id="ab" * 16, time=AT)

    found = dossier(bare, None, None, [])

    assert [one.title for one in found.sections] == TITLES
    lines = [line for section in found.sections for line in section.lines]
    assert len(lines) > 30
    assert all((line.value, line.source, line.when) == (None, None, None) for line in lines)


@given(st.sets(st.integers(0, len(STATEMENTS) - 1)), st.booleans(), st.booleans())
def test_a_line_has_a_source_if_and_only_if_it_has_a_value(
    known: set[int],
    opened: bool,  # noqa: FBT001
    granted: bool,  # noqa: FBT001
) -> None:
    """Whatever is missing."""
    found = full(
        statements=[STATEMENTS[at] for at in sorted(known)], content=content() if opened else None,
        grant=grant() if granted else None,
    )  # fmt: skip

    for section in found.sections:
        for line in section.lines:
            assert (line.value is None) == (line.source is None), line
            assert line.value != ""


def test_the_rationale_shows_the_largest_parts_and_sums_up_the_rest() -> None:
    """With values, the estimand in words, and how well it adds up."""
    found = lines_of(full(), "Rationale")

    assert found["What came out"].value == '{"letter": true}'
    assert found["Part of f11"].value == "+1.375 (value 11.0)"
    assert "Part of f1" not in found
    assert found["Part of 2 others"].value == "+0.125"
    assert "path-dependent" in str(found["What the numbers mean"].value)
    assert str(found["Adds up to"].value).startswith("7.25, the model's own output")
    assert found["What came out"].source == "decision record, opened content"
    assert found["What came out"].when == AT


def test_the_background_and_the_class_are_named() -> None:
    """Where there is one."""
    interventional = replace(
        EXPLANATION, method="shap-tree", estimand=Estimand.INTERVENTIONAL, background="ef" * 32,
        target="2",
    )  # fmt: skip

    found = lines_of(
        full(content=content(explanation=(MEDIA_TYPE, interventional.to_bytes()))), "Rationale"
    )

    assert found["Background rows"].value == f"sha256:{'ef' * 32}"
    assert str(found["Explanation"].value).endswith("for class 2")


@pytest.mark.parametrize(
    ("kind", "data", "label", "text"),
    [
        (MEDIA_TYPE, NoExplanation("explain.none", "A generator.").to_bytes(), "Explanation",
         "None: A generator. (explain.none)"),
        (MEDIA_TYPE, replace(EXPLANATION, raw=0.0).to_bytes(), "Explanation",
         ("Does not hold: base and contributions do not add up to the raw output "
          "(explain.additivity)")),
        (TEXT, b"because", "Explanation (not checked)", "because"),
    ],
    ids=["none", "broken", "unchecked"],
)  # fmt: skip
def test_other_explanations_are_called_what_they_are(
    kind: str, data: bytes, label: str, text: str
) -> None:
    """None, broken, or of a kind that nobody here can check."""
    found = lines_of(full(content=content(explanation=(kind, data))), "Rationale")

    assert found[label].value == text


def test_responsibility_names_offices_and_organisations() -> None:
    """The latest statement counts; later records stand with role, result and time."""
    found = lines_of(full(), "Responsibility")

    assert found["Who decided"].value == "city.example"
    assert found["Who owns the use"].value == "Head of outreach"
    assert found["Who owns the use"].source == f"city.example, statement {'0' * 16}"
    assert found["Contact"].value == "desk@maker.example"
    assert found["Who allowed it"].source == "safety token of safety.example.gov"
    assert found["Human oversight"].value == "A person decides; it only informs"
    assert found["What a person decided"] == Line(
        "What a person decided", "changed by caseworker", f"record {'01' * 16}", AT
    )
    assert found["Objection"].value == "recorded by applicant"
    assert found["Answer to the objection"].value is None
    assert "Break-glass" not in found


def test_break_glass_is_shown_with_its_review_or_the_lack_of_it() -> None:
    """It is never silent."""
    found = lines_of(full(record=record(break_glass="token.expired")), "Responsibility")

    assert found["Break-glass"].value == "used against the refusal token.expired"
    assert found["Review of the break-glass use"].value is None


def test_data_shows_each_input_and_each_dataset() -> None:
    """What nobody looked for is said too."""
    found = lines_of(full(record=record(masked=("names",))), "Data")

    assert found["Input AGEP"].value == "37.0"
    assert found["Input note"].value == "moved"
    assert found["Hidden from the component"].value == "names"
    assert found["Dataset acs-2018"].value == (
        "used for training; 9 rows; licence PD; from https://x.example; sensitive columns: SEX"
    )
    assert "nobody looked" in str(found["Dataset other"].value)
    assert "none found" in str(found["Dataset third"].value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((JSON, b"[1,2]"), "[1, 2]"),
        ((JSON, b"{broken"), "7 bytes of type application/json"),
        (("application/octet-stream", b"\x00\x01"), "2 bytes of type application/octet-stream"),
        ((TEXT, b"x" * 3000), "x" * 2000 + "... (3000 characters)"),
        ((TEXT, b"\xff"), "\N{REPLACEMENT CHARACTER}"),
        ((JSON, b'["\\ud800"]'), '["?"]'),
    ],
    ids=["list", "broken", "bytes", "long", "not-utf8", "half-a-pair"],
)
def test_any_input_is_shown_somehow(value: tuple[str, bytes], text: str) -> None:
    """Bytes by their size, long texts cut, and said so."""
    assert lines_of(full(content=content(input=value)), "Data")["Input"].value == text


def test_very_many_inputs_are_counted() -> None:
    """And one that is an empty text is not taken for a blank."""
    many = json.dumps({f"n{at}": "" for at in range(250)}).encode()

    found = lines_of(full(content=content(input=(JSON, many))), "Data")

    assert found["Further inputs"].value == "50, not shown here"
    assert found["Input n0"].value == '""'


def test_fairness_gives_group_by_group_what_was_wanted() -> None:
    """And what an assessor said, with its limits."""
    found = lines_of(full(), "Fairness")

    assert found["Test of fairness"].value == "PASSED, with evaluate.py"
    assert found["recall, SEX=2"].value == "0.81; wanted at least 0.6; 120 rows"
    assert found["gap"].value == "0.02; wanted at most 0.1"
    assert found["share"].value == "0.5; no threshold"
    assert found["Failed"].value == "recall, SEX=1"
    assert str(found["Independent check of fairness"].value).endswith("limits: Only California")


def test_safety_and_impact_say_what_was_checked_and_what_it_may_not_do() -> None:
    """From token, board and safeguards; the way to object is a blank that must be filled."""
    found = {**lines_of(full(), "Safety and performance"), **lines_of(full(), "Impact")}

    assert found["Test of performance"].value is None
    assert found["Test of robustness"].value == "PASSED"
    assert "hashed the very files" in str(found["Which files answered"].value)
    assert found["Safeguard M4"].value == "A drill"
    assert found["Safeguard M5"].value == "not needed: Article 9"
    assert found["Risk, as voted"].value == "526 (first three digits), tier high"
    assert found["May not be used for"].value == "deciding on benefits"
    assert found["How to object"] == Line("How to object", None)


def test_who_signed_is_not_guessed() -> None:
    """A key without an organisation is a key; a draft is a draft; nobody is nobody."""
    statements = [said(COMPONENT)]
    known = full(statements=statements, organisations=None)
    draft = full(statements=[said(COMPONENT, index=None, admitted_at=None)])
    nobody = full(statements=[said(COMPONENT, signers=())])

    sources = [lines_of(one, "Responsibility")["Contact"].source for one in (known, draft, nobody)]
    assert sources == [
        f"key {'ee' * 8}, statement {'0' * 16}", f"unsigned draft {'0' * 16}",
        f"nobody whose key is known, statement {'0' * 16}",
    ]  # fmt: skip


def test_what_is_said_of_another_use_stays_out() -> None:
    """The same component has other uses; their owners and safeguards are not this one's."""
    others = [
        said(replace(USED, id="fraud")),
        said(replace(USED, deployer="other.example")),
        said(Mitigation(practice="M1", use="fraud", deployer="city.example", valid_until=AT)),
        said(replace(ATTESTED, use="fraud")),
    ]

    found = full(statements=others)

    assert lines_of(found, "Responsibility")["Who owns the use"].value is None
    assert lines_of(found, "Safety and performance")["Safeguards"].value is None
    assert lines_of(found, "Fairness")["Independent check of fairness"].value is None


def test_it_is_plain_data() -> None:
    """Texts, times and nothing: whoever shows it writes the markup."""
    for section in full().sections:
        for line in section.lines:
            assert line.value is None or isinstance(line.value, str)
            json.dumps([line.label, line.value, line.source])
