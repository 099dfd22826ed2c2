"""The history: entries of logs, verified, parsed, and folded into a directory.

Per entry, in this order:
1. read the entry; its envelope's bytes stay as they are;
2. find which keys registered so far signed the envelope's bytes, each once;
3. only then parse the statement and its claim;
4. fold: an authority claim changes the directory if its signers may say it;
5. what a key said at an earlier entry it does not say again: signatures are public, and anybody
   could log an old statement anew, with a signature of their own beside, to make it the latest.

What cannot be parsed, and what is of an unknown type, stays in the history as `Opaque` and is
never acted on: a log must not be able to stop its readers.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sunlit.authority.directory import Directory
from sunlit.authority.fold import fold
from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import MalformedError, SunlitError
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Key
from sunlit.claims.base import Claim, Opaque, read_claim
from sunlit.log.entry import Entry
from sunlit.statement.dsse import PAYLOAD_TYPE, Check, Envelope, verified_by, verifies
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.keys import PublicKey


@dataclass(frozen=True, slots=True)
class Mark:
    """A state of a history, for going back to."""

    size: int
    directory: Directory


class History:
    """Folds entries one by one. It only grows; `directory` is a value that stays as it was."""

    def __init__(self, trust: TrustFile | None = None) -> None:
        self._directory = Directory.empty() if trust is None else Directory.rooted(trust)
        self._statements: list[Admitted] = []
        # statement id -> key that said it with authority -> all who signed that entry
        self._said: dict[str, dict[str, tuple[str, ...]]] = {}
        self._added: list[tuple[str, tuple[str, ...]]] = []  # what each entry put into `_said`

    @classmethod
    def restored(cls, directory: Directory, statements: Iterable[Admitted]) -> "History":
        """Return the history that was folded before and kept elsewhere: to be read, not fed."""
        history = cls()
        history._directory = directory
        history._statements = list(statements)
        return history

    @property
    def directory(self) -> Directory:
        """Who may sign what, after the entries fed so far."""
        return self._directory

    @property
    def statements(self) -> tuple[Admitted, ...]:
        """Every entry fed, in order."""
        return tuple(self._statements)

    @property
    def size(self) -> int:
        """How many entries were fed."""
        return len(self._statements)

    def since(self, size: int) -> tuple[Admitted, ...]:
        """Return the entries fed after the first `size` ones, in order."""
        return tuple(self._statements[size:])

    def holds(self, place: int, said: Admitted) -> bool:
        """Tell whether this very statement, as it was returned, stands at that place."""
        return place < len(self._statements) and self._statements[place] is said

    def feed(self, entry: bytes, *, origin: str, index: int) -> Admitted:
        """Take the next entry of a log that the caller has checked against its checkpoint.

        Raises:
            MalformedError: `log.entry-*`, `json.*`, `statement.malformed-envelope`: these bytes
                are no entry, so the log is broken.
        """
        return self.take(read_entry(entry, self._directory, origin=origin, index=index))

    def take(self, said: Admitted) -> Admitted:
        """Feed what `preview` returned, unless anything was fed since: its signatures are checked.

        A place and a time that the preview had not may have been given to it.
        """
        fresh = self._once(said)
        self._directory = fold(self._directory, said)
        self._statements.append(fresh)
        return fresh

    def mark(self) -> Mark:
        """Return this state, to come back to."""
        return Mark(len(self._statements), self._directory)

    def rewind(self, mark: Mark) -> None:
        """Forget what was fed since `mark`: it was tried only."""
        while len(self._statements) > mark.size:
            self._statements.pop()
            statement_id, keys = self._added.pop()
            for key in keys:
                del self._said[statement_id][key]
        self._directory = mark.directory

    def _once(self, said: Admitted) -> Admitted:
        """Leave out those who said it before; with nobody left, it is only noise."""
        known = self._said.setdefault(said.statement_id, {})
        fresh = said_anew(said, known)
        speak = (record.key.key_id for record in self._directory.in_force(said))
        added = tuple(dict.fromkeys(key for key in speak if key not in known))
        known.update(dict.fromkeys(added, said.signers))
        self._added.append((said.statement_id, added))
        return fresh

    def fresh(self, said: Admitted) -> Admitted:
        """Return the statement as those signers say it who have not said it before."""
        known = self._said.get(said.statement_id, {})
        return replace(said, signers=tuple(key for key in said.signers if key not in known))

    def said_before(self, said: Admitted) -> tuple[str, ...]:
        """Return all who signed the earlier entry at which a signer of this said the same."""
        known = self._said.get(said.statement_id, {})
        return next((known[key] for key in said.signers if key in known), ())

    def preview(
        self, entry: bytes, *, origin: str, index: int, check: Check = verifies
    ) -> Admitted:  # fmt: skip
        """Return what `feed` would, changing nothing, and refuse what `feed` would keep opaque.

        `check` answers as `verifies` does.

        Raises:
            MalformedError: as `feed`; also `statement.malformed`, `claim.malformed`,
                `key.malformed` and their like.
        """
        parsed = Entry.parse(entry)
        said = _read(Envelope.from_json(parsed.envelope), self._directory, check)
        return replace(said, origin=origin, index=index, admitted_at=parsed.admitted_at)


def read_entry(
    entry: bytes, directory: Directory, *, origin: str, index: int, check: Check = verifies
) -> Admitted:
    """Read an entry of a log: verify its envelope by the keys known before it, then parse it.

    What cannot be parsed is opaque. Who said it before is still among its signers. `check`
    answers as `verifies` does.

    Raises:
        MalformedError: as `History.feed`.
    """
    parsed = Entry.parse(entry)
    envelope = Envelope.from_json(parsed.envelope)
    claim, subjects = _lenient(envelope)
    return Admitted(
        claim=claim, statement_id=envelope.statement_id, subjects=subjects,
        signers=_signer_ids(directory, envelope, claim, check),
        origin=origin, index=index, admitted_at=parsed.admitted_at,
    )  # fmt: skip


def read_unverified(entry: bytes, *, origin: str, index: int) -> Admitted:
    """Read an entry whose signatures were verified before, by whoever knows its signers.

    Raises:
        MalformedError: as `History.feed`.
    """
    return read_entry(entry, Directory.empty(), origin=origin, index=index)


def said_anew(said: Admitted, known: Collection[str]) -> Admitted:
    """Return the statement as those signers say it who are not among the keys in `known`.

    With nobody left, it is only noise: opaque, about nothing.
    """
    signers = tuple(key for key in said.signers if key not in known)
    if said.signers and not signers:
        return replace(said, signers=(), claim=Opaque(), subjects=())
    return said if signers == said.signers else replace(said, signers=signers)


def read_envelope(envelope: Envelope, directory: Directory) -> Admitted:
    """Verify an envelope against the keys of a directory, then parse it; it has no place yet.

    Raises:
        MalformedError: `statement.*`, `claim.malformed`, `key.*`, `json.*`.
    """
    return _read(envelope, directory, verifies)


def _read(envelope: Envelope, directory: Directory, check: Check) -> Admitted:
    claim, subjects = _strict(envelope)
    return Admitted(
        claim=claim, statement_id=envelope.statement_id, subjects=subjects,
        signers=_signer_ids(directory, envelope, claim, check),
    )  # fmt: skip


def _signer_ids(
    directory: Directory, envelope: Envelope, claim: Claim, check: Check = verifies
) -> tuple[str, ...]:
    # A key shows that its holder has it by signing its own registration.
    own = _own_key(claim) if isinstance(claim, Key) else ()
    return tuple([key.key_id for key in _signers(envelope, directory, own, check)])


def _signers(
    envelope: Envelope, directory: Directory, own: tuple[PublicKey, ...], check: Check
) -> tuple[PublicKey, ...]:
    """Return the registered keys that signed, and of `own` those that did.

    The `keyid` hints only choose what is tried first: when they do not account for every
    signature, every key is tried, so that a wrong hint hides nothing.
    """
    hinted = [directory.key(signature.keyid) for signature in envelope.signatures]
    likely = [record.key for record in hinted if record is not None]
    first = verified_by(envelope, [*likely, *own], check)
    if len(first) == len(envelope.signatures):
        return first
    return verified_by(envelope, [*directory.keys(), *own], check)


def _strict(envelope: Envelope) -> tuple[Claim, tuple[Subject, ...]]:
    if envelope.payload_type != PAYLOAD_TYPE:
        raise MalformedError(
            "statement.payload-type",
            "the envelope holds no in-toto statement",
            expected=PAYLOAD_TYPE,
        )
    statement = Statement.parse(envelope.payload)
    return read_claim(statement.predicate_type, statement.predicate), statement.subjects


def _lenient(envelope: Envelope) -> tuple[Claim, tuple[Subject, ...]]:
    try:
        return _strict(envelope)
    except SunlitError:
        return Opaque(), ()


def _own_key(claim: Key) -> tuple[PublicKey, ...]:
    try:
        return (PublicKey.from_json(claim.key),)
    except SunlitError:
        return ()


def in_order(
    entries: Iterable[tuple[str, int, bytes]], trust: TrustFile | None
) -> tuple[tuple[str, int, bytes], ...]:
    """Put entries of several logs in one order: by time, then as the trust file lists the logs.

    Within a log the order is the log's own. Takes and returns (origin, index, entry).

    Raises:
        MalformedError: `log.entry-*`.
    """
    listed = [log.origin for log in trust.logs] if trust else []
    rank = {origin: place for place, origin in enumerate(listed)}
    found = [
        (Entry.parse(entry).admitted_at, rank.get(origin, len(rank)), origin, index, entry)
        for origin, index, entry in entries
    ]
    return tuple(row[2:] for row in sorted(found))
