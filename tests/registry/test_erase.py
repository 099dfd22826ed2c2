"""What is erased is gone from every store given; the record and every proof stay."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.claims.decision import Erasure
from sunlit.decision.content import JSON, NONCE_SIZE, TEXT
from sunlit.decision.record import Pointer, Record
from sunlit.decision.segread import SegmentReader
from sunlit.decision.store import DecisionStore
from sunlit.log.merkle import leaf_hash, verify_inclusion
from sunlit.registry.admit import Ledger, open_ledger
from sunlit.registry.decision_anchors import unchanged_since
from sunlit.registry.decision_index import Index
from sunlit.registry.erase import Erased, Eraser, Intention, erasure_of, erasures_in_force, pending
from sunlit.registry.keys import revocation
from sunlit.registry.retain import hold, lift
from tests.decisions import CASE, World, copied

BASIS = "GDPR Art. 17(1)(a)"
NAMES = (
    "input", "output", "explanation", "case", "trace", "code", "details", "reasons", "actor",
    "grounds",
)  # fmt: skip
TYPES = (JSON, TEXT, "text/plain", "application/octet-stream", "")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A deployment of the test's own."""
    return copied(tmp_path)


@contextmanager
def erasing(world: World, store: DecisionStore | None = None) -> Iterator[Eraser]:
    """Open everything that erasing takes."""
    with (
        open_ledger(world.deployer, world.clock) as ledger,
        Index.opened(store or world.store) as index,
    ):
        index.update()
        yield Eraser(ledger, world.deployer.signer("operator"), index)


def erase(world: World, name: str, *also: Path) -> Erased:
    wanted = Intention(pointer=world.pointers[name], legal_basis=BASIS, also=also)
    with erasing(world) as eraser:
        return eraser.erase(wanted)


def erasures(world: World) -> list[Erasure]:
    said = world.deployer.history(world.clock.at).statements
    return [one.claim for one in said if isinstance(one.claim, Erasure)]


def code_of(store: DecisionStore, pointer: Pointer) -> str:
    """Return the code with which the content does not open."""
    with pytest.raises(SunlitError) as caught:
        store.content(pointer)
    return caught.value.code


def windows(folder: Path) -> set[bytes]:
    """Return every 32 bytes that stand anywhere in a folder's files."""
    return {
        data[at : at + 32]
        for path in folder.rglob("*")
        if path.is_file()
        for data in (path.read_bytes(),)
        for at in range(len(data) - 31)
    }


def committed(salt: bytes, name: str, media_type: str, value: bytes) -> str:
    """Return the commitment as `spec/decision-record.md` says, by hand."""
    tail = name.encode() + b"\x00" + media_type.encode() + b"\x00" + value
    return sha256(b"sunlit-commit-v1\x00" + salt + tail).hexdigest()


def test_erasing_destroys_the_content_and_says_so(world: World) -> None:
    """The statement names the record, the basis and the number of stores."""
    pointer = world.pointers["chosen"]
    done = erase(world, "chosen")
    (claim,) = erasures(world)

    assert code_of(world.store, pointer) == "content.erased"
    assert (claim.origin, claim.index) == (pointer.log, pointer.index)
    assert (claim.legal_basis, claim.stores, done.stores) == (BASIS, 1, 1)
    assert pending(world.store) == ()


def test_proofs_of_the_record_and_of_its_neighbours_still_verify(world: World) -> None:
    """Inclusion, consistency with the anchors, and the neighbours' contents."""
    before = {name: world.store.content(one) for name, one in world.pointers.items()}
    erase(world, "chosen")
    store, home = world.store, world.deployer
    reader = store.reader(world.pointers["chosen"].log)

    for name, pointer in world.pointers.items():
        if pointer.log == reader.checkpoint.origin:
            leaf = reader.entry(pointer.index)
            assert leaf_hash(leaf).hex() == pointer.leaf
            verify_inclusion(
                leaf_hash(leaf), pointer.index, reader.size, reader.inclusion(pointer.index),
                reader.checkpoint.root,
            )  # fmt: skip
        if name != "chosen":
            assert store.content(pointer) == before[name]
    history = home.history(world.clock.at)
    assert unchanged_since(home, history, store, world.pointers["chosen"])


def test_a_dictionary_attack_on_the_leaf_fails(world: World) -> None:
    """Who knows the true value, its name and type, and has every file, still cannot show it."""
    store, pointer = world.store, world.pointers["chosen"]
    leaf = store.reader(pointer.log).entry(pointer.index)
    commit = set(Record.parse(leaf).commit.values())
    fields = store.content(pointer).fields
    assert all(  # the attack is a real one: with the salt it succeeds
        committed(one.salt, name, one.type, one.value) in commit for name, one in fields.items()
    )
    erase(world, "chosen")
    everywhere = windows(world.root / "store")

    likely = (b"", bytes(32), b"\xff" * 32, sha256(leaf).digest(), leaf_hash(leaf))
    for one in fields.values():
        for name in NAMES:
            for kind in TYPES:
                assert not any(committed(s, name, kind, one.value) in commit for s in likely)
    assert not everywhere & {one.salt for one in fields.values()}
    one = fields["case"]
    assert one.value == CASE.encode()
    assert not any(committed(s, "case", one.type, one.value) in commit for s in everywhere)


def test_a_restored_backup_of_segments_brings_nothing_back(world: World) -> None:
    """Without its key the old ciphertext stays closed, whatever is tried as a key."""
    store, pointer = world.store, world.pointers["chosen"]
    folder = store.log(pointer.log)
    backup = world.root / "backup"
    shutil.copytree(folder.path, backup)
    sealed = SegmentReader(backup / "segments").frame(pointer.index).sealed
    key = (folder.keys_path / f"{0:020d}.keys").read_bytes()[pointer.index * 32 :][:32]
    record = Record.parse(store.reader(pointer.log).entry(pointer.index))
    nonce, rest, bound = sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], record.id.encode()
    assert AESGCM(key).decrypt(nonce, rest, bound)  # while the key was there, it opened

    erase(world, "chosen")
    shutil.rmtree(folder.path)
    shutil.copytree(backup, folder.path)

    assert SegmentReader(folder.segments).frame(pointer.index).sealed == sealed
    assert code_of(world.store, pointer) == "content.erased"
    for candidate in windows(folder.keys_path) | windows(folder.segments):
        with pytest.raises(InvalidTag):
            AESGCM(candidate).decrypt(nonce, rest, bound)


def test_the_index_forgets_what_could_find_it(world: World) -> None:
    """By case or check code; made again it is the same."""
    erase(world, "chosen")
    with Index.opened(world.store) as index:
        index.update()
        by_code = list(index.looked_up("code", world.codes["chosen"]))
        by_case = [row.place for row in index.looked_up("case", CASE)]
        mac = index.mac("code", world.codes["chosen"].encode())
        rows = list(index.rows())
        index.rebuild()
        again = list(index.rows())

    assert by_code == []
    assert world.pointers["chosen"].index not in by_case
    assert rows == again
    assert mac.encode() not in (world.root / "store" / "index.sqlite").read_bytes()


def test_a_copy_that_is_named_is_erased_in_too(world: World) -> None:
    """With its keys; and its search index, if it has one."""
    copies = [world.root / "copy-1", world.root / "copy-2"]
    for copy in copies:
        shutil.copytree(world.root / "store", copy)
    with Index.opened(DecisionStore.open(copies[0])) as index:
        index.update()
    done = erase(world, "chosen", *copies)

    assert done.stores == 3
    for copy in copies:
        assert code_of(DecisionStore.open(copy), world.pointers["chosen"]) == "content.erased"
    with Index.opened(DecisionStore.open(copies[0])) as index:
        assert not list(index.looked_up("code", world.codes["chosen"]))


def test_a_copy_without_its_keys_is_refused_before_anything_is_destroyed(world: World) -> None:
    """What is not here cannot be destroyed here, so it is not said to be."""
    copy = world.root / "copy"
    shutil.copytree(world.root / "store", copy)
    shutil.rmtree(copy / "keys")
    with pytest.raises(UnavailableError) as caught:
        erase(world, "chosen", copy)

    assert caught.value.code == "content.key-missing"
    assert world.store.content(world.pointers["chosen"])
    assert erasures(world) == []


def test_a_damaged_copy_is_erased_all_the_same(world: World) -> None:
    """A content that does not open may open for someone who mends it."""
    copy, pointer = world.root / "copy", world.pointers["chosen"]
    shutil.copytree(world.root / "store", copy)
    other = DecisionStore.open(copy)
    path, at, _ = SegmentReader(other.log(pointer.log).segments).sealed_place(pointer.index)
    data = bytearray(path.read_bytes())
    data[at + 20] ^= 1
    path.write_bytes(bytes(data))

    assert erase(world, "chosen", copy).stores == 2
    assert other.is_erased(pointer)


def test_a_copy_of_another_store_is_left_alone(world: World) -> None:
    """It has no such log, and is not counted."""
    DecisionStore.create(world.root / "other", organisation="x.example", use="y")

    assert erase(world, "chosen", world.root / "other").stores == 1


def test_the_second_time_nothing_changes(world: World) -> None:
    """One statement, and the same answer."""
    first = erase(world, "chosen")
    second = erase(world, "chosen")

    assert first == second
    assert len(erasures(world)) == 1


def test_a_legal_hold_refuses_and_says_so(world: World) -> None:
    """Until it is lifted; nothing is destroyed and nothing begun."""
    pointer = world.pointers["chosen"]
    key = world.deployer.signer("operator")
    with open_ledger(world.deployer, world.clock) as ledger:
        said = hold(ledger, pointer.log, [pointer.index], "Case C-1/31", key)
    with pytest.raises(VerificationError) as caught:
        erase(world, "chosen")
    assert world.store.content(pointer)
    assert pending(world.store) == ()
    erase(world, "released")  # another record is not held
    with open_ledger(world.deployer, world.clock) as ledger:
        lift(ledger, said.statement_id[:12], "The case has ended", key)
    erase(world, "chosen")

    assert caught.value.code == "erase.held"
    assert "Case C-1/31" in str(caught.value)
    assert len(erasures(world)) == 2


class Crash(BaseException):
    """The process dies here."""


STEPS = ("_destroy", "_expect_closed", "say")


@pytest.mark.parametrize("step", STEPS)
def test_after_a_crash_the_erasure_is_ended(
    world: World, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At no step does a statement say erased while it is not; the next run goes on."""
    pointer = world.pointers["chosen"]

    def die(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(f"sunlit.registry.erase.{step}", die)
        with pytest.raises(Crash):
            erase(world, "chosen")
    assert erasures(world) == []
    assert [one.pointer for one in pending(world.store)] == [pointer]
    with erasing(world) as eraser:
        (done,) = eraser.resume()

    assert isinstance(done, Erased)
    assert code_of(world.store, pointer) == "content.erased"
    assert len(erasures(world)) == 1
    assert pending(world.store) == ()


def test_a_crash_after_the_statement_says_it_only_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The intention is still there; the statement is found and not repeated."""

    def die(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", die)
        with pytest.raises(Crash):
            erase(world, "chosen")
    assert len(pending(world.store)) == 1
    with erasing(world) as eraser:
        list(eraser.resume())

    assert len(erasures(world)) == 1
    assert pending(world.store) == ()


def test_a_hold_that_came_after_a_crash_keeps_what_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing more is destroyed, and what was begun stays begun."""

    def die(*_: object) -> None:
        raise Crash

    pointer = world.pointers["chosen"]
    with monkeypatch.context() as patched:
        patched.setattr("sunlit.registry.erase._destroy", die)
        with pytest.raises(Crash):
            erase(world, "chosen")
    with open_ledger(world.deployer, world.clock) as ledger:
        hold(ledger, pointer.log, [], "Court order", world.deployer.signer("operator"))
    with erasing(world) as eraser:
        ((wanted, error),) = [one for one in eraser.resume() if not isinstance(one, Erased)]

    assert (wanted.pointer, error.code) == (pointer, "erase.held")
    assert world.store.content(pointer)
    assert len(pending(world.store)) == 1


def test_what_still_opens_is_not_said_to_be_erased(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that lies, for instance."""
    monkeypatch.setattr(DecisionStore, "erase", lambda _self, _pointer: None)
    with pytest.raises(UnavailableError) as caught:
        erase(world, "chosen")

    assert caught.value.code == "erase.still-opens"
    assert erasures(world) == []


def test_a_key_store_that_goes_away_is_not_an_erasure(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to open is not enough: it must be known to be erased."""

    def unmount(store: DecisionStore, _pointer: Pointer) -> None:
        store.keys.rename(store.keys.with_name("away"))

    monkeypatch.setattr(DecisionStore, "erase", unmount)
    with pytest.raises(UnavailableError) as caught:
        erase(world, "chosen")

    assert caught.value.code == "content.key-missing"
    assert erasures(world) == []


def test_an_erasure_states_its_legal_basis(world: World) -> None:
    """A text that can be repeated on screens."""
    wanted = Intention(pointer=world.pointers["chosen"], legal_basis=" ")
    with erasing(world) as eraser, pytest.raises(MalformedError) as caught:
        eraser.erase(wanted)

    assert caught.value.code == "erase.legal-basis"


@pytest.mark.parametrize("data", [b"{}", b'{"also":[],"index":"1","log":"x","v":1}'])
def test_a_malformed_intention_is_refused(world: World, data: bytes) -> None:
    """It says what to do, and nothing is guessed."""
    folder = world.root / "store" / "erasures"
    folder.mkdir()
    (folder / "01-0.json").write_bytes(data)
    with pytest.raises(MalformedError) as caught:
        pending(world.store)

    assert caught.value.code == "erase.intention"


def test_an_intention_reads_back_as_it_was(world: World) -> None:
    """Paths of copies too."""
    wanted = Intention(
        pointer=world.pointers["chosen"], legal_basis=BASIS, also=(Path("/mnt/backup"),)
    )

    assert Intention.parse(wanted.to_bytes()) == wanted


def test_an_erasure_of_another_record_is_not_taken_for_this_one(world: World) -> None:
    """It is matched by log, index and leaf."""
    erase(world, "chosen")
    with open_ledger(world.deployer, world.clock) as ledger:
        said = ledger.history
        chosen = erasure_of(said, world.store, world.pointers["chosen"])
        released = erasure_of(said, world.store, world.pointers["released"])
    assert isinstance(ledger, Ledger)

    assert chosen is not None
    assert released is None


def test_an_erasure_by_a_key_that_lost_its_authority_counts_no_more(world: World) -> None:
    """A thief's statement must not make the next sweep destroy what a key store's backup saved."""
    erase(world, "chosen")
    with open_ledger(world.deployer, world.clock) as ledger:
        history = ledger.history
        assert len(list(erasures_in_force(history, world.store.organisation))) == 1
        signer = ledger.home.signer("operator")
        since = world.clock.at - timedelta(minutes=1)
        ledger.admit(revocation(signer.public.key_id, "stolen", signer, since=since))

        assert not list(erasures_in_force(ledger.history, world.store.organisation))
        assert erasure_of(ledger.history, world.store, world.pointers["chosen"]) is None
