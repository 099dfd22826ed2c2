"""Erase the content of a record: destroy it in every store given, then say so in the log.

The order makes each crash harmless. First the intention is written down (`DIR/erasures/`), then
key, sealed content and index rows are destroyed in each store, then it is tried whether anything
still opens, and only then is the Erasure statement logged; the intention goes last. A statement
that says erased while it is not can so never come about, and what was begun is ended by
`sunlit decision erase --resume` or the next sweep.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sunlit.authority.history import History
from sunlit.base import canonical
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.capabilities.decision.standing import holds_in_force
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.decision import Erasure, is_text
from sunlit.decision.record import HEX_DIGEST, Pointer, is_hex
from sunlit.decision.store import DecisionStore
from sunlit.registry.admit import Ledger
from sunlit.registry.decision_anchors import registered
from sunlit.registry.decision_index import Index
from sunlit.registry.decision_rows import alone
from sunlit.registry.home import write_whole
from sunlit.registry.saying import Said, say
from sunlit.registry.trust import read_file
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import Signer

ERASED: Final = "content.erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intention:
    """What is to be destroyed, on which legal basis, and in which other stores."""

    pointer: Pointer
    legal_basis: str
    also: tuple[Path, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the file's canonical JSON."""
        at = self.pointer
        return canonical.encode({
            "v": 1, "log": at.log, "index": at.index, "leaf": at.leaf,
            "legalBasis": self.legal_basis, "also": [str(path) for path in self.also],
        })  # fmt: skip

    @classmethod
    def parse(cls, data: bytes) -> "Intention":
        """Read what `to_bytes` wrote.

        Raises:
            MalformedError: `erase.intention`, `json.*`.
        """
        found = canonical.decode_object(data, what="an erasure that was begun")
        log, leaf, basis = (found.get(name) for name in ("log", "leaf", "legalBasis"))
        index, also = found.get("index"), found.get("also")
        if (
            isinstance(log, str) and isinstance(leaf, str) and is_hex(leaf, HEX_DIGEST)
            and isinstance(basis, str) and type(index) is int and isinstance(also, list)
        ):  # fmt: skip
            pointer = Pointer(log=log, index=index, leaf=leaf)
            return cls(
                pointer=pointer, legal_basis=basis, also=tuple(Path(str(one)) for one in also)
            )
        raise MalformedError(
            "erase.intention", "the file of an erasure that was begun is malformed",
            mend="begin it again, then remove the file: `sunlit decision erase LOG#INDEX "
            "--legal-basis TEXT --store DIR --home HOME`",
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased: the record, in how many stores, and the statement about it."""

    pointer: Pointer
    stores: int
    statement: str
    origin: str
    index: int


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases in one store and the copies of it that were given, under one open organisation log.

    The log stays open for writing, so no legal hold can come between the look and the deed.
    """

    ledger: Ledger
    signer: Signer
    index: Index

    @property
    def store(self) -> DecisionStore:
        """The store that is erased in."""
        return self.index.store

    def erase(self, wanted: Intention) -> Erased:
        """Erase one record's content; the second time it changes nothing and says the same.

        Raises:
            VerificationError: `erase.held`, `erase.other-record`, `decision.not-registered`.
            UnavailableError: `erase.still-opens`, `home.cannot-write`, ...
            MalformedError: `erase.legal-basis`.
        """
        if not is_text(wanted.legal_basis):
            raise MalformedError(
                "erase.legal-basis", "an erasure states its legal basis",
                expected="a citation, or a coded ground, without any person's name",
            )  # fmt: skip
        # 1. Whatever would refuse the statement at the end refuses before anything is destroyed.
        registered(self.ledger.history, self.store, wanted.pointer.log)
        expect_not_held(self.ledger.history, self.store, wanted.pointer)
        stores = self._stores(wanted)
        # 2. The intention is durable before the first byte is destroyed.
        path = self._path(wanted.pointer)
        write_whole(path, wanted.to_bytes(), private=True)
        # 3. Destroy, in every store; 4. try whether anything still opens.
        for store in stores:
            _destroy(store, wanted.pointer)
        for store in stores:
            _expect_closed(store, wanted.pointer)
        # 5. Only now say so; 6. nothing is left to resume.
        done = self._say(wanted, len(stores))
        path.unlink()
        return done

    def resume(self) -> Iterator[Erased | tuple[Intention, SunlitError]]:
        """End each erasure that was begun; yield what is done, or why one still is not."""
        for wanted in pending(self.store):
            try:
                yield self.erase(wanted)
            except (VerificationError, UnavailableError) as error:
                yield wanted, error

    def _stores(self, wanted: Intention) -> list[DecisionStore]:
        found = [self.store]
        for path in wanted.also:
            other = DecisionStore.open(path)
            if any(folder.origin == wanted.pointer.log for folder in other.logs()):
                _expect_keys(other, wanted.pointer)
                found.append(other)
        return found

    def _path(self, pointer: Pointer) -> Path:
        folder = next(one for one in self.store.logs() if one.origin == pointer.log)
        return self.store.root / "erasures" / f"{folder.name}-{pointer.index}.json"

    def _say(self, wanted: Intention, stores: int) -> Erased:
        pointer, home = wanted.pointer, self.ledger.home
        known = erasure_of(self.ledger.history, self.store, pointer)
        if known is not None and known.origin is not None and known.index is not None:
            return Erased(
                pointer=pointer, stores=stores, statement=known.statement_id, origin=known.origin,
                index=known.index,
            )  # fmt: skip
        claim = Erasure(
            origin=pointer.log, index=pointer.index, deployer=self.store.organisation,
            legal_basis=wanted.legal_basis, stores=stores, erased_on=self.ledger.now(),
        )  # fmt: skip
        subject = Subject(f"{pointer.log}#{pointer.index}", {"sha256": pointer.leaf})
        said: Said = say(self.ledger, claim, subject, self.signer)
        return Erased(
            pointer=pointer, stores=stores, statement=said.statement_id, origin=home.origin,
            index=said.index,
        )  # fmt: skip


def expect_not_held(history: History, store: DecisionStore, pointer: Pointer) -> None:
    """Refuse where a legal hold covers the record.

    Raises:
        VerificationError: `erase.held`.
    """
    held = holds_in_force(history.statements, history.directory, pointer.log, store.organisation)
    for said, hold in held:
        if hold.covers(pointer.index):
            raise VerificationError(
                "erase.held", "a legal hold covers the record, so nothing of it is erased",
                got=f"hold {said.statement_id[:16]}, on the ground: {hold.ground}",
                mend="whoever ordered it lifts it first: sunlit decision hold --lift "
                f"{said.statement_id[:16]} --home HOME",
            )  # fmt: skip


def erasures_in_force(history: History, deployer: str) -> Iterator[tuple[Admitted, Erasure]]:
    """Yield a deployer's erasures that an operator may have said, compromised keys taken out."""
    for said in history.statements:
        claim = said.claim
        if not isinstance(claim, Erasure) or claim.deployer != deployer or claim.flaw():
            continue
        if by_operator(history, said, deployer):
            yield said, claim


def by_operator(history: History, said: Admitted, deployer: str) -> bool:
    """Tell whether a statement still counts as that of a deployer's operator."""
    if said.admitted_at is None:
        return False
    answer = history.directory.may(said, Role.OPERATOR, organisation=deployer, at=said.admitted_at)
    return answer.allowed


def erasure_of(history: History, store: DecisionStore, pointer: Pointer) -> Admitted | None:
    """Return the statement that a record's content was erased, None where there is none."""
    return next(
        (
            said
            for said, claim in erasures_in_force(history, store.organisation)
            if (claim.origin, claim.index) == (pointer.log, pointer.index)
            and said.is_about(pointer.leaf)
        ),
        None,
    )


def pending(store: DecisionStore) -> tuple[Intention, ...]:
    """Return the erasures that were begun and not ended.

    Raises:
        MalformedError: `erase.intention`.
    """
    return tuple(
        Intention.parse(read_file(path))
        for path in sorted((store.root / "erasures").glob("*.json"))
    )


def _destroy(store: DecisionStore, pointer: Pointer) -> None:
    if (store.root / "index.sqlite").exists():
        with Index.opened(store) as index, index.lock():
            store.erase(pointer)
            index.forget(pointer)
    else:  # a copy that nobody searches
        with alone(store.root, "index.lock"):
            store.erase(pointer)


def _expect_keys(store: DecisionStore, pointer: Pointer) -> None:
    """Refuse a copy whose key store is elsewhere: what is not here cannot be destroyed here."""
    try:
        store.content(pointer)
    except UnavailableError as error:
        if error.code != ERASED:
            raise
    except VerificationError:
        return  # damaged, and destroyed all the same


def _expect_closed(store: DecisionStore, pointer: Pointer) -> None:
    try:
        store.content(pointer)
    except UnavailableError as error:
        if error.code == ERASED:
            return
        raise
    raise UnavailableError(
        "erase.still-opens", "the content still opens after it was destroyed",
        got=str(store.root),
        mend="nothing was said to be erased; look into the disk, then: sunlit decision erase "
        "--resume --store DIR --home HOME",
    )  # fmt: skip
