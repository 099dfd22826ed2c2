"""in-toto Statement v1: what is said (`predicate`) about which digests (`subjects`)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import MalformedError

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
OWN_PREFIX: Final = "urn:sunlit:"
MAX_PAYLOAD: Final = 12 * 1024 * 1024  # bytes; base64 makes it 16 MiB, an envelope's limit
MAX_SUBJECTS: Final = 10_000

MALFORMED: Final = "statement.malformed"

# Hex lengths of the algorithms that in-toto's digest_set.md and we name; others are opaque.
HEX_LENGTH: Final[Mapping[str, frozenset[int]]] = {
    "sha1": frozenset({40}),
    "gitCommit": frozenset({40, 64}),
    "gitTree": frozenset({40, 64}),
    "gitBlob": frozenset({40, 64}),
    "gitTag": frozenset({40, 64}),
    "sha224": frozenset({56}),
    "sha256": frozenset({64}),
    "sha384": frozenset({96}),
    "sha512": frozenset({128}),
    "sha3_256": frozenset({64}),
    "sha3_512": frozenset({128}),
    "blake2b": frozenset({128}),
    "blake3": frozenset({64}),
    "sunlitManifestV1": frozenset({64}),
    "sunlitCommitV1": frozenset({64}),
}
_NAMED: Final = frozenset({"name", "digest"})
_OBJECT: Final = (dict, Mapping)  # to ask an abstract class takes longer
_HEX: Final = re.compile(r"[0-9a-f]+")
_OPAQUE: Final = re.compile(r"[!-~]{1,256}")


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that a statement is about. It is matched by digest alone, never by name."""

    name: str | None
    digest: Mapping[str, str]
    extra: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: object) -> "Subject":
        """Read a subject (an in-toto ResourceDescriptor); unknown fields are kept.

        Raises:
            MalformedError: `statement.malformed`, `statement.digest`.
        """
        if not isinstance(value, _OBJECT):
            raise MalformedError(MALFORMED, "a subject is a JSON object")
        name = value.get("name")
        if name is not None and not isinstance(name, str):
            raise MalformedError(MALFORMED, "a subject's name is a text")
        is_plain = value.keys() <= _NAMED
        extra = {} if is_plain else {key: it for key, it in value.items() if key not in _NAMED}
        return cls(name, check_digests(value.get("digest")), extra)

    def to_json(self) -> dict[str, object]:
        """Return the subject as in-toto's JSON object."""
        named = {} if self.name is None else {"name": self.name}
        return {**self.extra, **named, "digest": dict(self.digest)}


def check_digests(value: object) -> dict[str, str]:
    """Return a digest set, checked: at least one, known algorithms in lower-case hex.

    Raises:
        MalformedError: `statement.digest`.
    """
    if not isinstance(value, _OBJECT) or not value:
        raise MalformedError("statement.digest", "a subject has at least one digest")
    return {str(name): _check_digest(str(name), text) for name, text in value.items()}


def _check_digest(name: str, text: object) -> str:
    lengths = HEX_LENGTH.get(name)
    if isinstance(text, str):
        if lengths is None and _OPAQUE.fullmatch(text):
            return text
        if lengths is not None and len(text) in lengths and _HEX.fullmatch(text):
            return text
    wanted = " or ".join(map(str, sorted(lengths))) if lengths else "1 to 256"
    raise MalformedError(
        "statement.digest", f"a {name[:40]!r} digest is malformed",
        expected=f"{wanted} {'lower-case hex digits' if lengths else 'visible ASCII characters'}",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """A parsed statement. What was signed are the bytes it came from, never `to_payload`."""

    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: Mapping[str, object]
    extra: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def parse(cls, payload: bytes) -> "Statement":
        """Read the payload of a verified envelope; unknown fields are kept.

        Raises:
            MalformedError: `json.*`, `statement.malformed`, `statement.digest`.
        """
        document = decode_object(payload, what="the statement", limit=MAX_PAYLOAD)
        if document.pop("_type", None) != STATEMENT_TYPE:
            raise MalformedError(
                MALFORMED, "this is no in-toto Statement v1", expected=f"_type {STATEMENT_TYPE}"
            )
        kind, predicate = document.pop("predicateType", None), document.pop("predicate", {})
        if not isinstance(kind, str) or not _URI.fullmatch(kind):
            raise MalformedError(MALFORMED, "predicateType is no URI")
        if not isinstance(predicate, _OBJECT):
            raise MalformedError(MALFORMED, "the predicate is no JSON object")
        subjects = _subjects(document.pop("subject", None))
        statement = cls(subjects, kind, predicate, document)
        statement._links()
        return statement

    def to_payload(self) -> bytes:
        """Return canonical JSON, to be signed.

        Raises:
            MalformedError: `json.unsupported-value`, for instance for a number with a fraction.
        """
        return encode({
            **self.extra,
            "_type": STATEMENT_TYPE,
            "subject": [one.to_json() for one in self.subjects],
            "predicateType": self.predicate_type,
            "predicate": dict(self.predicate),
        })  # fmt: skip

    @property
    def corrects(self) -> str | None:
        """The id of the statement whose content this one puts right, if any."""
        return self._link("corrects")

    @property
    def supersedes(self) -> str | None:
        """The id of the statement that this one replaces from now on, if any."""
        return self._link("supersedes")

    def _links(self) -> tuple[str | None, str | None]:
        return self.corrects, self.supersedes

    def _link(self, name: str) -> str | None:
        # Predicates of others are not ours to name fields in, hence the prefix there.
        ours = self.predicate_type.startswith(OWN_PREFIX)
        value = self.predicate.get(name if ours else f"sunlit_{name}")
        if value is None:
            return None
        if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{64}", value):
            raise MalformedError(
                MALFORMED, f"`{name}` does not name a statement",
                expected="the hex SHA-256 of its PAE",
            )  # fmt: skip
        return value


_LIST: Final = (list, Sequence)  # as above
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]{1,1000}")


def _subjects(value: object) -> tuple[Subject, ...]:
    if not isinstance(value, _LIST) or isinstance(value, str):
        raise MalformedError(MALFORMED, "subject is no list")
    if not 1 <= len(value) <= MAX_SUBJECTS:
        raise MalformedError(
            MALFORMED, "a statement is about something", expected=f"1 to {MAX_SUBJECTS} subjects",
            got=str(len(value)),
        )  # fmt: skip
    return tuple(Subject.from_json(item) for item in value)
