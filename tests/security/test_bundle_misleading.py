"""A deployer with all its own keys makes a bundle to mislead: it fails, or says what is open.

Both verifiers are asked where both can look.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import pytest

from sunlit.bundle import layout
from sunlit.bundle.outcome import Outcome
from sunlit.cli.verify import lines
from sunlit.decision.record import Record
from sunlit.registry.status import LASTS
from sunlit.runtime.statuslist import INVALID, SUSPENDED, build, sign_list
from tests.bundle.cases import Parts, checked, copied_world, failed, now
from tests.bundle.tampering import claim_at
from tests.registry.telling import ISSUER_KEY
from tests.security.in_node import needs_node, node_verdict

Act = Callable[[Parts], None]


def ask(parts: Parts, at: datetime | None = None) -> dict[str, tuple[str, str]]:
    """Return what the browser's verifier says."""
    return node_verdict(parts.pack(), copied_world().trust.read_bytes(), at or now())


def under_status(value: int, code: str, *, made: timedelta, ended: bool = False) -> Act:
    """Decide by break-glass, relying on a list of the issuer that gives the token a status."""

    def act(parts: Parts) -> None:
        grant = claim_at(parts, "token/grant")
        decided = Record.parse(parts.files[layout.RECORD]).time
        time = grant.valid_until + timedelta(days=1) if ended else decided + timedelta(days=30)
        statuses = build({grant.status_index: value}, size=1024)
        text = sign_list(
            statuses, ISSUER_KEY, uri=grant.status_list, at=time - made, lasts=LASTS, ttl=3600
        )
        parts.files[layout.STATUS] = text.encode()
        relied = sha256(parts.files[layout.STATUS]).hexdigest()
        parts.decided(time=time, break_glass=code or None, status=relied)

    return act


HOUR, MONTH = timedelta(hours=1), timedelta(days=40)
# who is overridden by what -> what check 7 finds
OVERRIDES: Final[dict[str, tuple[Act, str]]] = {
    "expired and revoked": (
        under_status(INVALID, "token.expired", made=HOUR, ended=True), "Failed"
    ),
    "expired and suspended": (
        under_status(SUSPENDED, "token.expired", made=HOUR, ended=True), "Passed"
    ),
    "expired, by a list of later": (
        under_status(0, "token.expired", made=-HOUR, ended=True), "Failed"
    ),
    "an old list that says revoked": (
        under_status(INVALID, "status.expired", made=MONTH), "Failed"
    ),
    "an old list that says suspended": (
        under_status(SUSPENDED, "status.expired", made=MONTH), "Passed"
    ),
    "an old list that says revoked, and nothing overridden": (
        under_status(INVALID, "", made=MONTH), "Failed"
    ),
    "an old list, and nothing overridden": (under_status(0, "", made=MONTH), "Not done"),
    "suspended": (under_status(SUSPENDED, "status.suspended", made=HOUR), "Passed"),
    "a status without meaning": (under_status(3, "status.suspended", made=HOUR), "Failed"),
}  # fmt: skip


@pytest.mark.parametrize("name", OVERRIDES)
def test_no_override_lifts_a_revocation(name: str) -> None:
    """An emergency may lift time and suspension; revoked is revoked, by an old list too."""
    act, outcome = OVERRIDES[name]
    parts = Parts.of()
    act(parts)

    assert str(checked(parts.pack()).check("token").outcome) == outcome


@needs_node
@pytest.mark.parametrize("name", OVERRIDES)
def test_the_browser_lifts_none_either(name: str) -> None:
    """The same, in JavaScript."""
    act, outcome = OVERRIDES[name]
    parts = Parts.of()
    act(parts)

    assert ask(parts)["token"][0] == outcome


def shown_elsewhere(parts: Parts) -> None:
    """Show an attestation where nobody counts."""
    index = parts.json(layout.INDEX)
    row = next(one for one in index["statements"] if one["section"] == "assurance")
    row["section"] = "authority"
    parts.put(layout.INDEX, index)
    parts.manifest["sections"]["assurance"] -= 1


def shown_twice(parts: Parts) -> None:
    """Count one good word for two."""
    index = parts.json(layout.INDEX)
    row = next(one for one in index["statements"] if one["section"] == "assurance")
    index["statements"].append(row | {"file": "00900"})
    for suffix in (layout.ENTRY, layout.PROOF):
        path = f"{layout.STATEMENTS}{row['file']}{suffix}"
        parts.files[f"{layout.STATEMENTS}00900{suffix}"] = parts.files[path]
    parts.put(layout.INDEX, index)
    parts.manifest["sections"]["assurance"] += 1


def written_otherwise(path: str, find: bytes, put: bytes) -> Act:
    """Write a number so that one reader takes it and another does not."""

    def act(parts: Parts) -> None:
        assert find in parts.files[path]
        parts.files[path] = parts.files[path].replace(find, put, 1)

    return act


SHOWN: Final[dict[str, tuple[str, Act]]] = {
    "a section of another kind": ("statements", shown_elsewhere),
    "a statement counted twice": ("statements", shown_twice),
    "a list with a fraction": (
        "statements", written_otherwise(layout.INDEX, b'"index":', b'"index":0.0,"index":'),
    ),
    "a list with another version's number": (
        "statements", written_otherwise(layout.INDEX, b'"v":1}', b'"v":1.0}'),
    ),
    "a list with white space": ("statements", written_otherwise(layout.INDEX, b'"v":1', b'"v": 1')),
    "an opening with white space": (
        "opening", written_otherwise(layout.OPENING, b'"v":1', b'"v": 1'),
    ),
    "an opening with a mark before it": (
        "opening", written_otherwise(layout.OPENING, b"{", b"\xef\xbb\xbf{"),
    ),
    "an opening with a name twice": (
        "opening", written_otherwise(layout.OPENING, b'"v":1', b'"v":1,"v":1'),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown_stands_where_it_belongs_in_its_one_form(name: str) -> None:
    """Nothing is hidden in a section without a number, counted twice, or read in two ways."""
    check, act = SHOWN[name]
    parts = Parts.of()
    act(parts)

    assert check in failed(checked(parts.pack()))


@needs_node
@pytest.mark.parametrize("name", SHOWN)
def test_the_browser_finds_it_where_python_does(name: str) -> None:
    """The same, in JavaScript."""
    check, act = SHOWN[name]
    parts = Parts.of()
    act(parts)

    assert ask(parts)[check][0] == "Failed"


def test_a_record_may_be_written_in_one_way_only() -> None:
    """An empty list of masks, or no commitments at all: another leaf, which no guard writes."""
    changes: tuple[dict[str, object], ...] = ({"masked": []}, {"commit": None})
    for change in changes:
        parts = Parts.of()
        record = json.loads(parts.files[layout.RECORD]) | change
        parts.put(layout.RECORD, {name: one for name, one in record.items() if one is not None})
        assert "record" in failed(checked(parts.pack()))


# --- time ---------------------------------------------------------------------------------------


def test_a_clock_before_the_bundle_concludes_nothing() -> None:
    """At such a time no trust file has expired; the answer is no Passed, and names the mend."""
    parts = Parts.of()
    early = Record.parse(parts.files[layout.RECORD]).time - timedelta(days=1)

    found = checked(parts.pack(), at=early)

    assert found.check("trust").outcome is Outcome.NOT_DONE
    assert found.check("trust").code == "bundle.clock"
    assert found.exit_code == 3
    assert found.shown is not None
    assert found.shown.record is None


@needs_node
def test_the_browsers_clock_is_doubted_too() -> None:
    """A disconnected laptop may think that it is 1970."""
    parts = Parts.of()
    early = Record.parse(parts.files[layout.RECORD]).time - timedelta(days=1)

    found = ask(parts, early)

    assert found["trust"][0] == "Not done"
    assert "clock is wrong" in found["trust"][1]
    assert {outcome for outcome, _ in found.values()} == {"Passed", "Not done"}


def test_a_record_of_the_future_is_not_shown_as_one() -> None:
    """No anchor bounds its time: the reader's clock does."""
    parts = Parts.of()
    parts.decided(time=now() + timedelta(hours=1))

    assert checked(parts.pack()).check("record").code == "bundle.clock"


@pytest.mark.parametrize("ask_browser", [False, pytest.param(True, marks=needs_node)])
def test_an_anchor_that_was_left_out_is_told(*, ask_browser: bool) -> None:
    """The check passes, for there may have been none; the words do not pass over it."""
    parts = Parts.of()
    parts.without(layout.BEFORE)

    if ask_browser:
        outcome, words = ask(parts)["anchors"]
    else:
        found = checked(parts.pack()).check("anchors")
        outcome, words = str(found.outcome), found.words
    assert outcome == "Passed"
    assert "No anchor before it is here" in words


# --- files and pages ----------------------------------------------------------------------------


@pytest.mark.parametrize("ask_browser", [False, pytest.param(True, marks=needs_node)])
def test_files_that_no_check_looks_at_are_named(*, ask_browser: bool) -> None:
    """A maker may lay in what it likes, and the manifest lists it: it is said that it is naught."""
    parts = Parts.of()
    parts.files["index.html"] = b"<h1>Every check passed</h1>"
    parts.files["decision/confession.txt"] = b"I did it."
    parts.files["statements/00001.note.html"] = b"Signed by the court"

    found = checked(parts.pack())
    words = ask(parts)["files"][1] if ask_browser else found.check("files").words
    assert "No check looks at what its maker wrote in index.html." in words
    assert "decision/confession.txt, statements/00001.note.html" in words


def test_the_command_says_first_that_the_pages_are_nobodys_evidence() -> None:
    """Before any line that a lying page could repeat."""
    printed = list(lines(checked(Parts.of().pack())))

    assert "not the bundle's own pages" in " ".join(printed[:2])
