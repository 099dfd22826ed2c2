"""The closed form of a statement: shut, opened, lapsed."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.withheld import SALT_SIZE, Withheld, commitment, new_salt

UNTIL = datetime(2030, 1, 1, tzinfo=UTC)
SALT = bytes(range(32))
CLOSED = Withheld(
    commitment=commitment(SALT, b"the envelope"),
    ground="ongoing investigation, Police Act s. 12",
    approved_by="office of the data protection officer",
    expires_at=UNTIL,
    audiences=("court", "regulator"),
)

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda text: text.strip() != ""
)
closed_forms = st.builds(
    Withheld,
    commitment=st.binary(min_size=32, max_size=32).map(bytes.hex),
    ground=names,
    approved_by=names,
    expires_at=st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)).map(  # noqa: DTZ001
        lambda at: at.replace(microsecond=0)
    ),
    audiences=st.lists(names, min_size=1, max_size=16).map(tuple),
    extra=st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 9)),
)


@given(closed_forms)
def test_a_closed_form_survives_its_statement(closed: Withheld) -> None:
    """Reading undoes writing, unknown fields included."""
    statement = Statement.parse(closed.to_statement().to_payload())

    assert Withheld.from_json(statement.predicate) == closed


@given(st.binary(min_size=32, max_size=32), st.binary())
def test_what_was_committed_to_opens(salt: bytes, content: bytes) -> None:
    """The commitment is SHA-256 over domain, salt and content, and only they open it."""
    closed = Withheld.from_json({**CLOSED.to_json(), "commitment": commitment(salt, content)})

    closed.check_opening(salt, content)

    assert closed.commitment == hashlib.sha256(b"sunlit-commit-v1\0" + salt + content).hexdigest()
    for wrong in ((salt, content + b"!"), (bytes(31) + b"\x07", content)):
        if wrong != (salt, content):
            with pytest.raises(VerificationError) as refused:
                closed.check_opening(*wrong)
            assert refused.value.code == "statement.opening"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_salt_has_32_bytes(size: int) -> None:
    """Else a byte could move between salt and content."""
    with pytest.raises(MalformedError) as refused:
        commitment(bytes(size), b"")

    assert refused.value.code == "statement.withheld"


def test_salts_are_random() -> None:
    """Two salts are never one."""
    assert new_salt() != new_salt()
    assert len(new_salt()) == SALT_SIZE


def test_even_the_subject_may_be_withheld() -> None:
    """Without a subject the statement is about its own commitment."""
    release = Subject("pkg:pypi/x", {"sha256": "ab" * 32})

    assert CLOSED.to_statement([release]).subjects == (release,)
    assert CLOSED.to_statement().subjects[0].digest == {"sunlitCommitV1": CLOSED.commitment}


def test_the_ground_lapses() -> None:
    """At its time, not after it."""
    assert not CLOSED.is_open_at(UNTIL - timedelta(seconds=1))
    assert CLOSED.is_open_at(UNTIL)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"commitment": "AB" * 32}, "statement.withheld"),
        ({"commitment": None}, "statement.withheld"),
        ({"ground": ""}, "statement.withheld"),
        ({"ground": "  "}, "statement.withheld"),
        ({"approvedBy": "x" * 513}, "statement.withheld"),
        ({"expiresAt": "never"}, "time.malformed"),
        ({"audiences": []}, "statement.withheld"),
        ({"audiences": "court"}, "statement.withheld"),
        ({"audiences": ["x"] * 17}, "statement.withheld"),
        ({"audiences": [7]}, "statement.withheld"),
    ],
)
def test_a_malformed_closed_form_is_refused(changes: dict[str, object], code: str) -> None:
    """Nothing is withheld without ground, office, end and readers."""
    with pytest.raises(SunlitError) as refused:
        Withheld.from_json({**CLOSED.to_json(), **changes})

    assert refused.value.code == code
