"""Other registers' records enter a home's log once, and again only when they changed."""

import gzip
import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from sunlit.authority.statements import sign_claim
from sunlit.base.errors import MalformedError
from sunlit.claims.authority import Key, Organisation, Role
from sunlit.claims.interop import ImportedRecord
from sunlit.registry.admit import Ledger, open_ledger
from sunlit.registry.blobs import read_guarded
from sunlit.registry.home import Home
from sunlit.registry.import_register import Origin, Taken, import_register
from sunlit.testing.authority import ROOT, START, named_key
from sunlit.testing.clock import SetClock
from tests.formats.registers import ATRS, CENTRIC, OMB
from tests.registry.homes import give_trust, home_at, trust_for

OPERATOR = named_key(f"{ROOT}/operator")
ORIGIN = Origin(retrieved_on=START)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """The root organisation's home."""
    found = home_at(tmp_path / "root", ROOT, SetClock(START), [Role.OPERATOR])
    give_trust(trust_for(found), found)
    return found


def taken(home: Home, register: str, data: bytes, origin: Origin = ORIGIN) -> Taken:
    """Import once, with the log opened anew."""
    with open_ledger(home, SetClock(START)) as ledger:
        return import_register(ledger, OPERATOR, register, data, origin)


def records(home: Home) -> list[ImportedRecord]:
    """Return the records in the home's log."""
    with open_ledger(home, SetClock(START)) as ledger:
        return records_in(ledger)


def records_in(ledger: Ledger) -> list[ImportedRecord]:
    """Return the records that a ledger's history holds."""
    said = [one.claim for one in ledger.history.statements]
    return [claim for claim in said if isinstance(claim, ImportedRecord)]


def changed_atrs(title: str) -> bytes:
    """Return the list of records with another title for the first."""
    document = json.loads(gzip.decompress(ATRS.read_bytes()))
    document["records"][0]["title"] = title
    return json.dumps(document).encode()


def test_each_record_enters_once_with_its_source_licence_and_digest(home: Home) -> None:
    """The file may name people, so its bytes are kept guarded; again adds nothing."""
    first = taken(home, "atrs", ATRS.read_bytes())
    again = taken(home, "atrs", ATRS.read_bytes())
    found = records(home)
    raw = gzip.decompress(ATRS.read_bytes())

    assert (first.new, first.changed, first.same, first.total) == (136, 0, 0, 136)
    assert (again.new, again.changed, again.same) == (0, 0, 136)
    assert len(found) == home.reader().size == 136
    assert {one.source_digest for one in found} == {sha256(raw).hexdigest()}
    assert {one.licence for one in found} == {"OGL-UK-3.0"}
    assert read_guarded(home, found[0].source_digest) == raw


def test_a_record_that_changed_supersedes_what_was_taken_before(home: Home) -> None:
    """The others are left alone though the file is another one by now."""
    taken(home, "atrs", ATRS.read_bytes())
    later = Origin(retrieved_on=START + timedelta(days=90))
    second = taken(home, "atrs", changed_atrs("HMRC: Ask"), later)
    third = taken(home, "atrs", ATRS.read_bytes(), later)  # back to the first words
    found = records(home)

    assert (second.new, second.changed, second.same) == (0, 1, 135)
    assert (third.new, third.changed, third.same) == (0, 1, 135)
    assert [one.title for one in found[136:]] == ["HMRC: Ask", "HMRC: Ask HMRC online"]
    assert all(one.supersedes for one in found[136:])


def test_source_and_licence_are_said_where_the_publishers_are_not_meant(home: Home) -> None:
    """What was got elsewhere is said to be from there."""
    origin = Origin(retrieved_on=START, source="https://mirror.example/c.json", licence="EUPL-1.2+")
    taken(home, "nl-register", CENTRIC.read_bytes(), origin)

    assert {one.source for one in records(home)} == {"https://mirror.example/c.json"}
    with pytest.raises(MalformedError, match="the licence is no text"):
        taken(home, "atrs", ATRS.read_bytes(), Origin(retrieved_on=START, licence=" "))


def test_a_bad_file_leaves_the_log_as_it_was(home: Home) -> None:
    """Everything is read before anything is admitted."""
    with pytest.raises(MalformedError, match="line 1"):
        taken(home, "omb", b"a,b\r\n1,2\r\n")

    assert home.reader().size == 0


def test_somebody_elses_records_are_not_taken_for_ones_own(home: Home) -> None:
    """Two organisations may each say where they found it; neither replaces the other's word."""
    key = named_key("clerk.example/operator")
    registration = Key(
        organisation="clerk.example", key=key.public.to_json(), roles=(Role.OPERATOR,)
    )
    taken(home, "nl-register", CENTRIC.read_bytes())
    with open_ledger(home, SetClock(START)) as ledger:
        ledger.admit(sign_claim(Organisation(id="clerk.example", name="Clerk"), [OPERATOR]))
        ledger.admit(sign_claim(registration, [OPERATOR, key]))
        theirs = import_register(ledger, key, "nl-register", CENTRIC.read_bytes(), ORIGIN)

    assert (theirs.new, theirs.changed) == (7, 0)
    assert len(records(home)) == 14


@pytest.mark.long
def test_the_whole_federal_inventory_enters(home: Home) -> None:
    """3,611 records, each under a name of its own."""
    found = taken(home, "omb", OMB.read_bytes())

    assert found.new == home.reader().size == 3611
