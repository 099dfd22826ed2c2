"""C2SP tlog-policy: which logs and which quorum of witnesses a verifier believes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.log.checkpoint import Checkpoint
from sunlit.log.cosignature import Cosignature, cosignatures
from sunlit.log.note import COSIGNATURE_V1, ED25519, ML_DSA_44, Note, NoteVerifier

NONE: Final = "none"
MAX_POLICY: Final = 1024 * 1024
MAX_LINES: Final = 1024  # tlog-policy: at least 32 logs, witnesses and groups; comments besides

_FORBIDDEN: Final = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_SPACE: Final = re.compile("[ \t]+")
_COUNT: Final = re.compile("[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A log that the policy believes; its key's name is its origin."""

    key: NoteVerifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness under the name that groups and the quorum call it by."""

    name: str
    key: NoteVerifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Holds when at least `threshold` of its members (witnesses, earlier groups) do."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerifiedCheckpoint:
    """A checkpoint that a policy accepts: whose it is, and which known witnesses saw it."""

    checkpoint: Checkpoint
    log: PolicyLog
    cosignatures: tuple[Cosignature, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a policy file says. `parse` is the way to make one: it does all the checks."""

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a policy file.

        Raises:
            MalformedError: `log.policy-form`, `log.policy-name`, `log.policy-duplicate`,
                `log.policy-key-type`, and `note.*` for its keys.
        """
        lines = _lines(data)
        reading = _Reading()
        for number, line in enumerate(lines, 1):
            words = [word for word in _SPACE.split(line) if word]
            if words and not words[0].startswith("#"):
                reading.take(number, words)
        if reading.quorum is None:
            raise _malformed(len(lines), "exactly one quorum line")
        return cls(
            tuple(reading.logs), tuple(reading.witnesses), tuple(reading.groups), reading.quorum
        )

    def to_bytes(self) -> bytes:
        """Return the policy as a file, without comments."""
        lines = [_line("log", log.key.vkey, log.url) for log in self.logs]
        lines += [_line("witness", seen.name, seen.key.vkey, seen.url) for seen in self.witnesses]
        lines += [_line("group", it.name, str(it.threshold), *it.members) for it in self.groups]
        lines.append(_line("quorum", self.quorum))
        return "".join(lines).encode("utf-8", "surrogateescape")

    def verify(self, data: bytes) -> VerifiedCheckpoint:
        """Check a signed checkpoint: one of these logs signed it and a quorum cosigned it.

        Raises:
            MalformedError: `note.*`, `log.checkpoint-form`, `log.checkpoint-root`.
            VerificationError: `note.no-known-signature`, `note.bad-signature`,
                `log.other-origin`, `log.quorum`.
            UnavailableError: `note.no-ml-dsa`.
        """
        # 1. One of the logs signed, and no known signature fails.
        note = Note.parse(data)
        signed = note.verified_by(log.key for log in self.logs)
        # 2. The log's key is named after the origin (tlog-policy: MUST correspond).
        checkpoint = Checkpoint.parse(note.text)
        logs = [log for log in self.logs if log.key in signed and log.key.name == checkpoint.origin]
        if not logs:
            raise VerificationError(
                "log.other-origin",
                "the checkpoint is signed by a log of another origin",
                expected=" or ".join(key.name for key in signed),
                got=checkpoint.origin,
            )
        # 3. Enough known witnesses cosigned, and no known cosignature fails.
        found = cosignatures(note, (witness.key for witness in self.witnesses))
        self._expect_quorum(found)
        return VerifiedCheckpoint(checkpoint, logs[0], found)

    def _expect_quorum(self, found: tuple[Cosignature, ...]) -> None:
        keys = {cosignature.verifier for cosignature in found}
        holding = {witness.name for witness in self.witnesses if witness.key in keys}
        cosigned = ", ".join(sorted(holding)) or "none"
        for group in self.groups:  # each names only witnesses and earlier groups
            if sum(member in holding for member in group.members) >= group.threshold:
                holding.add(group.name)
        if self.quorum not in holding | {NONE}:
            raise VerificationError(
                "log.quorum",
                "too few of the witnesses that you trust cosigned the checkpoint",
                expected=f"the quorum {self.quorum}",
                got=f"cosignatures by: {cosigned}",
                mend="ask the log for a receipt whose checkpoint carries more cosignatures",
            )


class _Reading:
    """Takes a policy file's lines one by one, and knows what was defined above."""

    def __init__(self) -> None:
        self.logs: list[PolicyLog] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self._unused: dict[str, bool] = {}  # name -> may still become a group's member
        self._line = 0

    def take(self, number: int, words: list[str]) -> None:
        """Read one line that is neither empty nor a comment."""
        self._line = number
        kinds: dict[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        if words[0] not in kinds:
            raise _malformed(number, "a line that begins with log, witness, group or quorum")
        kinds[words[0]](words[1:])

    def _log(self, words: list[str]) -> None:
        if len(words) not in {1, 2}:
            raise _malformed(self._line, "log <vkey> [<url>]")
        key = self._key(words[0], (ED25519,), [log.key for log in self.logs])
        self.logs.append(PolicyLog(key, *words[1:]))

    def _witness(self, words: list[str]) -> None:
        if len(words) not in {2, 3}:
            raise _malformed(self._line, "witness <name> <vkey> [<url>]")
        kinds = (COSIGNATURE_V1, ML_DSA_44)
        key = self._key(words[1], kinds, [witness.key for witness in self.witnesses])
        self._define(words[0])
        self.witnesses.append(Witness(words[0], key, *words[2:]))

    def _group(self, words: list[str]) -> None:
        name, count, members = "".join(words[:1]), "".join(words[1:2]), words[2:]
        if count in {"any", "all"}:
            count = str(1 if count == "any" else len(members))
        if not members or not _COUNT.fullmatch(count) or int(count) > len(members):
            raise _malformed(self._line, "group <name> all|any|<k> <name>..., k at most the names")
        for member in members:
            # tlog-policy: each name is a member at most once, so none can count twice.
            if not self._unused.get(member):
                raise self._name_error(member, "a name defined above that is in no group yet")
            self._unused[member] = False
        self._define(name)
        self.groups.append(Group(name, int(count), tuple(members)))

    def _quorum(self, words: list[str]) -> None:
        if len(words) != 1 or self.quorum is not None:
            raise _malformed(self._line, "exactly one line quorum <name>")
        if words[0] not in {*self._unused, NONE}:
            raise self._name_error(words[0], "none, or a witness or group defined above")
        self.quorum = words[0]

    def _define(self, name: str) -> None:
        if name in {*self._unused, NONE}:
            raise self._name_error(name, "a new name other than none")
        self._unused[name] = True

    def _key(self, vkey: str, kinds: tuple[int, ...], known: list[NoteVerifier]) -> NoteVerifier:
        key = NoteVerifier.parse(vkey)
        if key.kind not in kinds:
            raise MalformedError(
                "log.policy-key-type",
                f"line {self._line} of the policy has a key of a type that cannot stand there",
                expected=" or ".join(f"{kind:#04x}" for kind in kinds),
                got=f"{key.kind:#04x}",
            )
        # tlog-policy: keys are duplicates if they wrap the same public key, whatever their name.
        if key.key in {other.key for other in known}:
            raise MalformedError(
                "log.policy-duplicate",
                f"line {self._line} of the policy names a public key again",
                mend="count each log and each witness once",
            )
        return key

    def _name_error(self, name: str, expected: str) -> MalformedError:
        return MalformedError(
            "log.policy-name",
            f"line {self._line} of the policy has a wrong name",
            expected=expected,
            got=repr(name[:64]),
        )


def _line(*words: str | None) -> str:
    return " ".join(word for word in words if word is not None) + "\n"


def _lines(data: bytes) -> list[str]:
    if len(data) > MAX_POLICY or data.count(b"\n") > MAX_LINES:
        raise _malformed(1, f"at most {MAX_POLICY} bytes and {MAX_LINES} lines")
    if _FORBIDDEN.search(data) or not data.endswith(b"\n"):
        raise _malformed(1, "lines that end in a newline, no control characters but tab")
    # Octets above 0x7f are opaque: names are compared byte by byte.
    return data.decode("utf-8", "surrogateescape")[:-1].split("\n")


def _malformed(line: int, expected: str) -> MalformedError:
    return MalformedError("log.policy-form", f"line {line} of the policy", expected=expected)
