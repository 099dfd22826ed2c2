"""An answer to an information request says what it leaves out, on which ground, by whom."""

import json
from collections.abc import Mapping
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sunlit.authority.statements import sign_claim
from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.claims.authority import Organisation, Role
from sunlit.log.entry import Entry
from sunlit.log.merkle import leaf_hash
from sunlit.registry.export_foi import Asked, FoiExport, foi_export, read_schedule
from sunlit.registry.home import Home
from sunlit.statement.dsse import Envelope
from sunlit.testing.authority import ROOT, START, named_key
from sunlit.testing.clock import SetClock
from tests.registry.homes import admit, give_trust, home_at, trust_for

TYPE = Organisation.TYPE
NAMES = ("Alpha", "Beta", "Gamma")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose log holds three statements about organisations."""
    clock = SetClock(START)
    found = home_at(tmp_path / "root", ROOT, clock, [Role.OPERATOR])
    give_trust(trust_for(found), found)
    for name in NAMES:
        claim = Organisation(id=f"{name.lower()}.example", name=name, jurisdiction="XX")
        admit(found, sign_claim(claim, [named_key(f"{ROOT}/operator")]), clock)
    return found


def schedule(*rules: Mapping[str, object]) -> bytes:
    """Return a schedule with these rules."""
    return json.dumps(
        {"v": 1, "reference": "FOI-7", "decidedBy": "Information office", "rules": list(rules)}
    ).encode()


def answered(home: Home, *rules: Mapping[str, object], size: int = 3) -> FoiExport:
    """Return the answer, with salts that are counted."""
    said = home.history(START).statements[:size]
    salts = count()
    asked = Asked(home=home, size=size, said=said)
    return foi_export(asked, read_schedule(schedule(*rules)), START,
                      lambda: next(salts).to_bytes(32, "big"))  # fmt: skip


def rows(found: FoiExport, name: str = "statements") -> list[dict[str, Any]]:
    """Return the rows of the document."""
    value = found.document[name]
    assert isinstance(value, list)
    return value


def test_what_nobody_left_out_is_given_whole_and_can_be_checked(home: Home) -> None:
    """The envelope as it was signed, and where it stands in the log."""
    found = answered(home)
    first = rows(found)[0]
    envelope = Envelope.from_json(first["envelope"])

    assert found.document["counts"] == {
        "statements": 3, "given": 3, "leftOut": 0, "fieldsLeftOut": 0,
    }  # fmt: skip
    assert envelope.statement_id == first["statement"]
    assert first["leafHash"] == leaf_hash(home.reader().entry(0)).hex()
    assert found.document["log"] == {
        "origin": home.origin, "size": 3, "root": home.reader().checkpoint.root.hex(),
    }  # fmt: skip


def test_a_field_that_is_left_out_is_named_with_ground_office_and_digest(home: Home) -> None:
    """Its value is nowhere; with the salt that the office keeps it is shown to be the one."""
    rule = {"type": TYPE, "fields": ["name"], "ground": "FOIA s.40(2)"}
    found = answered(home, rule)
    text = json.dumps(found.document)
    (redacted,) = rows(found)[1]["redacted"]

    assert not any(name in text for name in NAMES)
    assert "envelope" not in rows(found)[1]
    assert redacted["field"] == "name"
    assert redacted["ground"] == "FOIA s.40(2)"
    assert redacted["decidedBy"] == "Information office"
    salt = found.salts[redacted["digest"]]
    shown = bytes.fromhex(salt) + b'{"name":"Beta"}'  # as docs/node/exporting.md says
    assert redacted["digest"] == sha256(shown).hexdigest()
    assert len(set(found.salts.values())) == 3


def test_a_statement_that_is_left_out_is_counted_and_has_its_digest(home: Home) -> None:
    """Whoever is shown the entry later can tell that it is the one."""
    statement = home.history(START).statements[1].statement_id
    found = answered(home, {"statement": statement, "ground": "FOIA s.31"})
    (left,) = rows(found, "leftOut")

    assert left["leafHash"] == leaf_hash(home.reader().entry(1)).hex()
    assert left["ground"] == "FOIA s.31"
    assert "Beta" not in json.dumps(found.document)
    assert Entry.parse(home.reader().entry(1)).admitted_at == START


def test_the_log_is_told_as_it_was_then(home: Home) -> None:
    """Two entries then, and the root of two."""
    found = answered(home, size=2)

    assert found.document["log"] == {
        "origin": home.origin, "size": 2, "root": home.reader().root(2).hex(),
    }  # fmt: skip


def test_a_rule_that_covers_nothing_is_told(home: Home) -> None:
    """A mistyped id must not pass for a decision that was carried out."""
    found = answered(home, {"statement": "0" * 64, "ground": "s.1"})

    assert [rule.ground for rule in found.unused] == ["s.1"]


def test_nothing_then_is_no_answer(home: Home) -> None:
    """An empty document would look like one."""
    with pytest.raises(UnavailableError, match="held nothing"):
        answered(home, size=0)


@pytest.mark.parametrize(
    "data",
    [
        b'{"v": 2, "reference": "r", "decidedBy": "o", "rules": []}',
        b'{"v": 1, "reference": "", "decidedBy": "o", "rules": []}',
        b'{"v": 1, "reference": "r", "rules": []}',
        b'{"v": 1, "reference": "r", "decidedBy": "o", "rules": {}}',
        schedule({"ground": "g"}),
        schedule({"statement": "a", "type": "b", "ground": "g"}),
        schedule({"type": "b"}),
        schedule({"type": "b", "ground": "g", "fields": "name"}),
        schedule({"type": "b", "ground": "g", "fields": ["supersedes"]}),
        schedule(*[{"type": "b", "ground": "g"}] * 1001),
    ],
)
def test_a_schedule_that_decides_nothing_clear_is_refused(data: bytes) -> None:
    """Without ground, office, or with two meanings; and what replaces what is never left out."""
    with pytest.raises(MalformedError, match="schedule is malformed"):
        read_schedule(data)


def test_a_rule_is_an_object() -> None:
    """A list of words is no schedule."""
    data = schedule()[:-2] + b'"x"]}'
    with pytest.raises(MalformedError, match="rule 1 is no object"):
        read_schedule(data)
