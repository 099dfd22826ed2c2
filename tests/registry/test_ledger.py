"""Statements enter a home's log once, by keys that may, and come out of other logs whole."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sunlit.authority.statements import sign_claim
from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.claims.assurance import Attestation, Result
from sunlit.claims.authority import Conflict, Key, Organisation, Role
from sunlit.claims.base import Opaque
from sunlit.claims.names import named_digest
from sunlit.log.note import Note
from sunlit.registry.admit import open_ledger
from sunlit.registry.home import Home, write_whole
from sunlit.registry.mirror import log_key, open_trusted, take_over
from sunlit.registry.witness import accept, witness
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.intoto import Statement, Subject
from sunlit.testing.authority import ROOT, START, named_key
from sunlit.testing.clock import SetClock
from tests.registry.homes import admit, give_trust, home_at, trust_for

AGENCY = "agency.example"
KING = (
    b'{"v":1,"organisation":"o","name":"n","origin":"g","logKey":"k",'
    b'"keys":{"a":{"uri":"file:x","roles":["king"]}}}'
)
RELEASE = [Subject(None, {"sha256": "ab" * 32})]
OPERATOR = named_key(f"{ROOT}/operator")


@pytest.fixture
def clock() -> SetClock:
    """A clock at the world's start."""
    return SetClock(START)


@pytest.fixture
def root_home(tmp_path: Path, clock: SetClock) -> Home:
    """The root organisation's home, under a trust file that names its log."""
    home = home_at(tmp_path / "root", ROOT, clock, [Role.OPERATOR, Role.WITNESS])
    give_trust(trust_for(home), home)
    return home


def organisation(name: str = AGENCY) -> Envelope:
    """Return the root's word that an organisation exists."""
    return sign_claim(Organisation(id=name, name=name), [OPERATOR])


def registration(role: Role, by: str = f"{ROOT}/operator") -> Envelope:
    """Return the registration of an agency's key, signed by the key itself too."""
    key = named_key(f"{AGENCY}/{role}")
    claim = Key(organisation=AGENCY, key=key.public.to_json(), roles=(role,))
    return sign_claim(claim, [named_key(by), key])


def test_the_same_statement_is_admitted_once(root_home: Home, clock: SetClock) -> None:
    """The second time gives the first entry's receipt, and the log does not grow."""
    first = admit(root_home, organisation(), clock)
    again = admit(root_home, organisation(), clock)

    assert (first.index, again.index) == (0, 0)
    assert root_home.reader().size == 1


def test_what_was_admitted_is_folded_at_once(root_home: Home, clock: SetClock) -> None:
    """A key that was registered a moment ago may sign the next statement."""
    claim = Conflict(organisation=AGENCY, with_organisation="lab.example", ground="owns shares")
    with open_ledger(root_home, clock) as ledger:
        ledger.admit(organisation())
        ledger.admit(registration(Role.OPERATOR))
        receipt = ledger.admit(sign_claim(claim, [named_key(f"{AGENCY}/operator")]))

    assert receipt.index == 2


def test_a_stranger_is_refused(root_home: Home, clock: SetClock) -> None:
    """A statement that no known key signed does not enter, and nothing is written."""
    envelope = sign_claim(Organisation(id="x.example", name="x"), [named_key("stranger")])

    with pytest.raises(VerificationError) as caught:
        admit(root_home, envelope, clock)

    assert caught.value.code == "admit.unknown-signer"
    assert root_home.reader().size == 0


def test_a_claim_that_its_signer_may_not_make_is_refused(root_home: Home, clock: SetClock) -> None:
    """An agency cannot call another organisation into being."""
    with open_ledger(root_home, clock) as ledger:
        ledger.admit(organisation())
        ledger.admit(registration(Role.OPERATOR))
        with pytest.raises(VerificationError) as caught:
            ledger.admit(
                sign_claim(
                    Organisation(id="y.example", name="y"), [named_key(f"{AGENCY}/operator")]
                )
            )

    assert caught.value.code == "admit.refused"
    assert root_home.reader().size == 2


def test_an_unknown_type_is_logged_as_opaque(root_home: Home, clock: SetClock) -> None:
    """A predicate type that this version does not know enters, and nothing acts on it."""
    statement = Statement(
        subjects=(Subject("x", {"sha256": "00" * 32}),), predicate_type="urn:later:v9",
        predicate={"says": "something"},
    )  # fmt: skip

    receipt = admit(root_home, sign(statement.to_payload(), [OPERATOR]), clock)

    said = root_home.history(START).statements[receipt.index]
    assert isinstance(said.claim, Opaque)
    assert said.signers == (OPERATOR.public.key_id,)


def test_a_home_cannot_be_opened_where_there_is_none(tmp_path: Path) -> None:
    """A missing home is named, with the command that makes one."""
    with pytest.raises(UnavailableError) as caught:
        Home.open(tmp_path)

    assert caught.value.code == "home.missing"
    assert "sunlit org new" in str(caught.value.mend)


@pytest.mark.parametrize(
    "document",
    [
        b'{"v":2}',
        b'{"v":1}',
        b'{"v":1,"organisation":"o","name":"n","origin":"g","logKey":"k","keys":{"a":5}}',
        b'{"v":1,"organisation":"o","name":"n","origin":"g","logKey":"k","keys":{"a":{"uri":"u"}}}',
        KING,
    ],
    ids=["version", "fields", "key", "key-without-roles", "role"],
)
def test_a_malformed_home_is_refused(tmp_path: Path, document: bytes) -> None:
    """The file says what is wrong with it, and no default takes its place."""
    (tmp_path / "sunlit-home.json").write_bytes(document)

    with pytest.raises(MalformedError) as caught:
        Home.open(tmp_path)

    assert caught.value.code == "home.malformed"


def test_a_home_is_written_and_read(root_home: Home) -> None:
    """What is saved is what is opened."""
    assert Home.open(root_home.root) == root_home
    assert root_home.signer("operator").public == OPERATOR.public


def test_a_key_that_is_not_there_is_named(root_home: Home) -> None:
    """Asking for a role that nobody has says which keys there are."""
    with pytest.raises(UnavailableError) as caught:
        root_home.signer("board")

    assert caught.value.code == "home.no-such-key"
    assert "operator" in str(caught.value.expected)


def test_a_home_without_trust_file_says_so(root_home: Home) -> None:
    """Without a trust file nobody's authority is known, so nothing is folded."""
    root_home.trust_path.unlink()

    with pytest.raises(UnavailableError) as caught:
        root_home.history(START)

    assert caught.value.code == "home.no-trust"


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """The old file stays as it was, and no half-written one lies beside it."""
    (tmp_path / "file").mkdir()

    with pytest.raises(UnavailableError) as caught:
        write_whole(tmp_path / "file", b"new")

    assert caught.value.code == "home.cannot-write"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_another_log_is_taken_over_once(root_home: Home, tmp_path: Path, clock: SetClock) -> None:
    """Envelopes travel as they are; the second reading finds them known."""
    for envelope in (organisation(), registration(Role.OPERATOR)):
        admit(root_home, envelope, clock)
    council = home_at(tmp_path / "council", "council.example", clock)
    give_trust(trust_for(root_home, council), root_home, council)
    seen: list[tuple[int, int]] = []

    with open_ledger(council, clock) as ledger:
        first = take_over(ledger, root_home.log_directory, START, lambda *at: seen.append(at))
        again = take_over(ledger, root_home.log_directory, START, lambda *at: None)

    assert (first.new, first.known, first.refused) == (2, 0, [])
    assert (again.new, again.known) == (0, 2)
    assert seen == [(1, 2), (2, 2)]
    assert council.history(START).directory.knows(AGENCY)


def test_what_has_ended_since_it_was_taken_over_is_known_and_not_refused(
    root_home: Home, tmp_path: Path, clock: SetClock
) -> None:
    """Reading a log again asks nothing of what is held: its time may be over by now."""
    admit(root_home, organisation(), clock)
    for role in (Role.OPERATOR, Role.ASSESSOR):
        admit(root_home, registration(role), clock)
    council = home_at(tmp_path / "council", "council.example", clock)
    give_trust(trust_for(root_home, council), root_home, council)
    ends = START + timedelta(minutes=1)
    claim = Attestation(
        assessor=AGENCY, scope=("performance",), method="As it was", result=Result.PASSED,
        assessed_on=START, valid_until=ends,
    )  # fmt: skip
    admit(root_home, sign_claim(claim, [named_key(f"{AGENCY}/{Role.ASSESSOR}")], RELEASE), clock)
    with open_ledger(council, clock) as ledger:
        take_over(ledger, root_home.log_directory, START, lambda *at: None)

    clock.at = ends
    with open_ledger(council, clock) as ledger:
        again = take_over(ledger, root_home.log_directory, ends, lambda *at: None)

    assert (again.new, again.known, again.refused) == (0, 4, [])


def test_what_may_not_enter_is_reported_and_the_rest_comes(
    root_home: Home, tmp_path: Path, clock: SetClock
) -> None:
    """One refusal does not stop the others."""
    statement = Statement(
        subjects=(Subject("x", {"sha256": "00" * 32}),), predicate_type="urn:later:v9",
        predicate={},
    )  # fmt: skip
    supplier = home_at(tmp_path / "supplier", "supplier.example", clock)
    give_trust(trust_for(root_home, supplier), root_home, supplier)
    with supplier.open_log(clock) as log:
        log.append([sign(statement.to_payload(), [named_key("nobody")]).to_bytes()])
        log.append([organisation().to_bytes()])

    with open_ledger(root_home, clock) as ledger:
        taken = take_over(ledger, supplier.log_directory, START, lambda *_: None)

    assert taken.new == 1
    assert [(n, error.code) for n, error in taken.refused] == [(0, "admit.unknown-signer")]


def test_a_log_that_the_trust_file_does_not_name_is_refused(
    root_home: Home, tmp_path: Path, clock: SetClock
) -> None:
    """A log of unknown origin is not read, whatever it says."""
    other = home_at(tmp_path / "other", "other.example", clock)

    with pytest.raises(VerificationError) as caught:
        open_trusted(other.log_directory, root_home.trust(START))

    assert caught.value.code == "mirror.untrusted-log"
    assert log_key(root_home.trust(START), root_home.origin).vkey == root_home.log_vkey


def test_an_empty_directory_is_no_log(root_home: Home, tmp_path: Path) -> None:
    """A directory without a checkpoint is named."""
    with pytest.raises(VerificationError):
        open_trusted(tmp_path, root_home.trust(START))


class Witnessed:
    """A council's log and a root that witnesses it."""

    def __init__(self, root: Home, directory: Path, clock: SetClock) -> None:
        self.root = root
        self.clock = clock
        self.council = home_at(directory / "witnessed", "council.example", clock)
        give_trust(trust_for(root, self.council, witnesses=[root]), root, self.council)

    def grow(self) -> None:
        """Add an entry to the council's log."""
        with self.council.open_log(self.clock) as log:
            log.append([organisation(f"o{log.size}.example").to_bytes()])

    def cosign(self) -> str:
        """Cosign the council's newest checkpoint."""
        reader = open_trusted(self.council.log_directory, self.root.trust(START))
        return witness(self.root, reader, START).to_line().decode()


def test_a_witness_cosigns_a_log_that_only_grew(
    root_home: Home, tmp_path: Path, clock: SetClock
) -> None:
    """Its line goes onto the checkpoint, where a reader finds it."""
    both = Witnessed(root_home, tmp_path, clock)
    both.grow()
    both.cosign()
    both.grow()

    names = accept(both.council, both.cosign(), clock)

    note = Note.parse((both.council.log_directory / "checkpoint").read_bytes())
    assert names == (ROOT,)
    assert [signature.name for signature in note.signatures] == [both.council.origin, ROOT]


def test_a_witness_refuses_a_log_that_shrank(
    root_home: Home, tmp_path: Path, clock: SetClock
) -> None:
    """A restored old copy of a log gets no cosignature."""
    both = Witnessed(root_home, tmp_path, clock)
    both.grow()
    old = (both.council.log_directory / "checkpoint").read_bytes()
    both.grow()
    both.cosign()
    (both.council.log_directory / "checkpoint").write_bytes(old)

    with pytest.raises(VerificationError) as caught:
        both.cosign()

    assert caught.value.code == "log.rolled-back"


def test_a_witness_that_cannot_remember_signs_nothing(
    root_home: Home, tmp_path: Path, clock: SetClock
) -> None:
    """If what was seen cannot be read, there is no cosignature."""
    both = Witnessed(root_home, tmp_path, clock)
    both.grow()
    (root_home.root / "witness.sqlite").write_bytes(b"this is no database" * 100)

    with pytest.raises(UnavailableError) as caught:
        both.cosign()

    assert caught.value.code == "witness.store"


def test_a_cosignature_by_nobody_known_is_refused(
    root_home: Home, tmp_path: Path, clock: SetClock
) -> None:
    """Only witnesses that the trust file names count."""
    both = Witnessed(root_home, tmp_path, clock)
    both.grow()
    line = both.cosign()
    give_trust(trust_for(root_home, both.council), both.council)

    with pytest.raises(VerificationError) as caught:
        accept(both.council, line, clock)

    assert caught.value.code == "witness.unknown"


def test_a_cosignature_on_another_checkpoint_is_refused(
    root_home: Home, tmp_path: Path, clock: SetClock
) -> None:
    """A line made for an older checkpoint does not hold for a newer one."""
    both = Witnessed(root_home, tmp_path, clock)
    both.grow()
    line = both.cosign()
    both.grow()

    with pytest.raises(VerificationError):
        accept(both.council, line, clock)


def test_a_subject_of_another_kind_is_another_subject() -> None:
    """The digest of a name depends on what it names."""
    assert named_digest("key", "a") != named_digest("use", "a")


def test_trust_for_a_home_can_name_witnesses(root_home: Home) -> None:
    """A fixture of these tests: the witness's key is of the cosignature kind."""
    trust = replace(trust_for(root_home, witnesses=[root_home]))

    assert trust.witnesses[0].name == ROOT
