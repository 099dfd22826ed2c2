"""Statements: read strictly, written canonically, unknown fields kept."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.canonical import encode
from sunlit.base.errors import MalformedError, SunlitError
from sunlit.statement.intoto import HEX_LENGTH, STATEMENT_TYPE, Statement, Subject

ID = "0" * 64
SUBJECT = {"name": "pkg:generic/city.example/x", "digest": {"sha256": "ab" * 32}}
DOCUMENT: dict[str, object] = {
    "_type": STATEMENT_TYPE,
    "subject": [SUBJECT],
    "predicateType": "urn:sunlit:lifecycle:release:v1",
    "predicate": {"version": "1"},
}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
links = {"corrects", "supersedes", "sunlit_corrects", "sunlit_supersedes"}
objects = st.dictionaries(texts.filter(lambda name: name not in links), json_values, max_size=4)
known = {"_type", "subject", "predicateType", "predicate"}
digests = st.dictionaries(
    st.sampled_from(sorted(HEX_LENGTH)), st.none(), min_size=1, max_size=3
).map(lambda names: {name: "a" * min(HEX_LENGTH[name]) for name in names})
subjects = st.builds(
    Subject,
    st.none() | texts,
    digests,
    objects.map(lambda o: {k: v for k, v in o.items() if k not in ("name", "digest")}),
)
statements = st.builds(
    Statement,
    st.lists(subjects, min_size=1, max_size=3).map(tuple),
    st.sampled_from(["urn:sunlit:risk:use:v1", "https://slsa.dev/provenance/v1"]),
    objects,
    objects.map(lambda o: {k: v for k, v in o.items() if k not in known}),
)


def refused_code(read: Callable[[bytes], object], value: bytes) -> str | None:
    """Return the code that reading `value` is refused with, if it is."""
    try:
        read(value)
    except MalformedError as error:
        return error.code
    return None


@given(statements)
def test_a_statement_survives_its_payload(statement: Statement) -> None:
    """Parsing undoes writing, unknown fields at every level included."""
    assert Statement.parse(statement.to_payload()) == statement


@given(st.sampled_from(sorted(known)), json_values)
def test_no_field_makes_parsing_fail_in_any_other_way(name: str, value: object) -> None:
    """Any JSON in any field is either read or malformed."""
    code = refused_code(Statement.parse, encode({**DOCUMENT, name: value}))

    assert code in (None, "statement.malformed", "statement.digest")


def test_a_predicate_may_be_missing_and_hold_fractions() -> None:
    """in-toto makes the predicate optional, and others write numbers with fractions."""
    bare = {name: value for name, value in DOCUMENT.items() if name != "predicate"}
    fraction = encode(DOCUMENT).replace(b'"1"', b"0.5")

    assert Statement.parse(encode(bare)).predicate == {}
    assert Statement.parse(fraction).predicate == {"version": 0.5}
    with pytest.raises(MalformedError) as refused:
        Statement.parse(fraction).to_payload()
    assert refused.value.code == "json.unsupported-value"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"_type": "https://in-toto.io/Statement/v0.1"}, "statement.malformed"),
        ({"subject": None}, "statement.malformed"),
        ({"subject": "x"}, "statement.malformed"),
        ({"subject": []}, "statement.malformed"),
        ({"subject": [SUBJECT] * 10_001}, "statement.malformed"),
        ({"subject": ["x"]}, "statement.malformed"),
        ({"subject": [{**SUBJECT, "name": 7}]}, "statement.malformed"),
        ({"subject": [{"name": "x"}]}, "statement.digest"),
        ({"subject": [{"digest": {}}]}, "statement.digest"),
        ({"subject": [{"digest": {"sha256": "AB" * 32}}]}, "statement.digest"),
        ({"subject": [{"digest": {"sha256": "ab" * 20}}]}, "statement.digest"),
        ({"subject": [{"digest": {"sha256": 7}}]}, "statement.digest"),
        ({"subject": [{"digest": {"new": ""}}]}, "statement.digest"),
        ({"subject": [{"digest": {"new": "a b"}}]}, "statement.digest"),
        ({"predicateType": "no uri"}, "statement.malformed"),
        ({"predicateType": 7}, "statement.malformed"),
        ({"predicate": []}, "statement.malformed"),
        ({"predicate": {"corrects": "abc"}}, "statement.malformed"),
        ({"predicate": {"supersedes": 7}}, "statement.malformed"),
    ],
)
def test_a_malformed_statement_is_refused(changes: dict[str, object], code: str) -> None:
    """Each field has one form."""
    with pytest.raises(SunlitError) as refused:
        Statement.parse(encode({**DOCUMENT, **changes}))

    assert refused.value.code == code


def test_an_algorithm_to_come_is_kept() -> None:
    """A digest whose algorithm is unknown here is opaque, and not refused."""
    document = {**DOCUMENT, "subject": [{"digest": {"sha9": "Zz=="}}]}

    assert Statement.parse(encode(document)).subjects[0].digest == {"sha9": "Zz=="}


def test_our_predicates_correct_and_supersede_by_plain_names() -> None:
    """In `urn:sunlit:` predicates the fields are ours to name."""
    predicate = {"corrects": ID, "supersedes": ID, "sunlit_corrects": "not ours here"}

    statement = Statement.parse(encode({**DOCUMENT, "predicate": predicate}))

    assert (statement.corrects, statement.supersedes) == (ID, ID)


def test_foreign_predicates_do_so_by_prefixed_names() -> None:
    """Elsewhere `corrects` may mean anything."""
    document = {
        **DOCUMENT,
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {"corrects": "anything", "sunlit_supersedes": ID},
    }

    statement = Statement.parse(encode(document))

    assert (statement.corrects, statement.supersedes) == (None, ID)
