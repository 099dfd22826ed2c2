"""What two verifiers, the maker and the court's command once took and must not take again."""

import io
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.bundle import layout
from sunlit.bundle.inspection import seal
from sunlit.capabilities.decision.standing import log_subject
from sunlit.log.entry import Entry
from sunlit.registry.bundle import Wish, make_bundle
from sunlit.registry.bundle_opened import open_inspection
from sunlit.statement.dsse import sign
from sunlit.statement.intoto import Statement
from tests.bundle.cases import Parts, checked, copied_world, now, receipt
from tests.bundle.chains import with_record
from tests.bundle.tampering import BEFORE, REGISTRATION, claim_at
from tests.decisions import copied
from tests.registry.telling import CITY
from tests.security.in_node import needs_node, node_verdict

Change = Callable[[dict[str, Any]], None]


def test_no_bundle_is_made_as_of_a_time_that_has_not_come(tmp_path: Path) -> None:
    """Nobody knows yet what will have been said by then."""
    world = copied(tmp_path / "world")
    pointer = world.pointers["chosen"]
    wish = Wish(
        decision=f"{pointer.log}#{pointer.index}", as_of=world.clock.at + timedelta(seconds=1)
    )

    with pytest.raises(VerificationError) as caught:
        make_bundle(world.store, world.deployer, wish, world.clock)
    assert caught.value.code == "bundle.as-of"


def listed_inspection(tmp_path: Path, leaf: str | None = None) -> tuple[Parts, Path, Path]:
    """Return a bundle that lists a sealed file, the file, and the court's private key."""
    parts, key, out = Parts.of(), X25519PrivateKey.generate(), io.BytesIO()
    leaf = leaf or parts.manifest["decision"]["leaf"]
    seal(io.BytesIO(b"PK"), out, key.public_key(), order="17", leaf=leaf)
    sealed, private = tmp_path / "x.sunlit-inspection", tmp_path / "court.key"
    sealed.write_bytes(out.getvalue())
    private.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )  # fmt: skip
    digest = sha256(out.getvalue()).hexdigest()
    parts.manifest["inspection"] = [{"file": sealed.name, "sha256": digest}]
    return parts, sealed, private


def test_an_inspection_file_of_another_decision_opens_nothing(tmp_path: Path) -> None:
    """The manifest is its maker's word: what was sealed says for which decision it was."""
    parts, sealed, private = listed_inspection(tmp_path, "ab" * 32)

    with pytest.raises(VerificationError) as caught:
        open_inspection(checked(parts.pack()), sealed, private, tmp_path / "out.zip")
    assert caught.value.code == "inspection.other-decision"
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(("out", "."))] == []


def test_an_inspection_file_of_this_decision_opens_where_it_can_be_written(tmp_path: Path) -> None:
    """The same way round, with the right leaf; a folder that is missing is told."""
    parts, sealed, private = listed_inspection(tmp_path)

    open_inspection(checked(parts.pack()), sealed, private, tmp_path / "out.zip")

    assert (tmp_path / "out.zip").read_bytes() == b"PK"
    with pytest.raises(UnavailableError) as caught:
        open_inspection(checked(parts.pack()), sealed, private, tmp_path / "no" / "out.zip")
    assert caught.value.code == "inspection.unreadable"


# --- both verifiers -----------------------------------------------------------------------------


def no_list_and_expired(parts: Parts) -> None:
    """Override the end of a token where the guard had no status list at all."""
    time = claim_at(parts, "token/grant").valid_until + timedelta(days=1)
    parts.without(layout.STATUS)
    parts.decided(time=time, break_glass="token.expired", status=None)


def recorded(**changes: object) -> Callable[[Parts], None]:
    """Write the record with other members; None takes one away."""

    def act(parts: Parts) -> None:
        document = {**parts.json(layout.RECORD), **changes}
        parts.decided()
        with_record(parts, {name: one for name, one in document.items() if one is not None})

    return act


def signed_again(path: str, change: Change) -> Callable[[Parts], None]:
    """Let the deployer sign a statement again with another predicate, in its log."""

    def act(parts: Parts) -> None:
        claim = claim_at(parts, path)
        predicate = dict(claim.to_predicate())
        change(predicate)
        payload = Statement((log_subject(claim.origin),), claim.TYPE, predicate).to_payload()
        at = Entry.parse(parts.files[path + layout.ENTRY]).admitted_at
        entry = Entry.of(at, sign(payload, [CITY]).to_json()).to_bytes()
        parts.files[path + layout.ENTRY] = entry
        parts.files[path + layout.PROOF] = receipt(entry, copied_world().deployer)

    return act


def counted(number: object) -> Change:
    """Count records of a kind that no log holds."""

    def change(predicate: dict[str, Any]) -> None:
        predicate["counts"] = {**predicate["counts"], "verdicts": number}

    return change


def unchanged(_predicate: dict[str, Any]) -> None:
    """Sign the same again."""


def untimed(predicate: dict[str, Any]) -> None:
    """Register without saying when."""
    del predicate["registeredOn"]


# What is done -> the check that must see it, and what it finds
CASES: Final[dict[str, tuple[Callable[[Parts], None], str, str]]] = {
    "an expired token overridden without a list": (no_list_and_expired, "token", "Passed"),
    "an empty list of masks": (recorded(masked=[]), "record", "Failed"),
    "no commitments": (recorded(commit=None), "record", "Failed"),
    "commitments of null": (recorded(commit={"input": 1}), "record", "Failed"),
    "a registration without a time": (
        signed_again(REGISTRATION, untimed),
        "registration",
        "Failed",
    ),
    "the same registration": (signed_again(REGISTRATION, unchanged), "registration", "Passed"),
    "the same anchor": (signed_again(BEFORE, unchanged), "anchors", "Passed"),
}


@pytest.mark.parametrize("name", CASES)
def test_python_finds_it(name: str) -> None:
    """By the check that is there for it."""
    act, check, outcome = CASES[name]
    parts = Parts.of()
    act(parts)

    found = checked(parts.pack()).check(check)
    assert str(found.outcome) == outcome, found.words


@needs_node
@pytest.mark.parametrize("name", CASES)
def test_the_browser_finds_the_same(name: str) -> None:
    """Not one Passed more, nor one less."""
    act, check, outcome = CASES[name]
    parts = Parts.of()
    act(parts)

    found = node_verdict(parts.pack(), copied_world().trust.read_bytes(), now())[check]
    assert found[0] == outcome, found[1]


@needs_node
@pytest.mark.parametrize("number", [0, 1, "many"])
def test_an_anchor_that_counts_another_kind_is_judged_alike(number: object) -> None:
    """Another version may count more: what is not known counts for nothing, whatever it is."""
    parts = Parts.of()
    signed_again(BEFORE, counted(number))(parts)
    data = parts.pack()

    python = str(checked(data).check("anchors").outcome)
    assert python == "Passed"  # the known counts still sum to the size
    assert node_verdict(data, copied_world().trust.read_bytes(), now())["anchors"][0] == python
