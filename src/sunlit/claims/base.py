"""What every claim is: a frozen class with a predicate type, read from and written to JSON.

Field names are snake_case here and camelCase in the predicate. Fields that a reader does not
know are kept in `extra` and written back, so that a statement survives readers that are older
than its writer. Types whose predicate is somebody else's carry our own fields with the prefix
`sunlit_` (the vendor convention of SLSA).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import ClassVar, Final, Self, TypeVar

from sunlit.claims.codec import read_fields, write_fields

FAMILIES: Final = (
    "assurance",
    "authority",
    "bias",  # a module of the family assurance
    "decision",
    "incident",
    "interop",
    "lifecycle",
    "openness",
    "privacy",
    "provenance",
    "risk",
)
_TYPES: dict[str, type["Claim"]] = {}
C = TypeVar("C", bound="Claim")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A parsed predicate. Subclasses name their predicate type with `of_type`.

    `corrects` and `supersedes` are statement ids (hex SHA-256 of the PAE).
    """

    TYPE: ClassVar[str]
    FAMILY: ClassVar[str]

    corrects: str | None = None
    supersedes: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def from_predicate(cls, predicate: Mapping[str, object]) -> Self:
        """Read the predicate.

        Raises:
            MalformedError: `claim.malformed`, naming the field.
        """
        return read_fields(cls, predicate)

    def to_predicate(self) -> dict[str, object]:
        """Write the predicate, unknown fields included."""
        return write_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque(Claim):
    """A predicate of a type that this version does not know: logged, never acted on."""

    TYPE: ClassVar[str] = ""
    FAMILY: ClassVar[str] = ""

    predicate_type: str = ""

    def to_predicate(self) -> dict[str, object]:
        """Return the predicate as it was read."""
        return dict(self.extra)


class of_type:  # noqa: N801 - a decorator reads as a word
    """Register a claim class under its predicate type and family."""

    def __init__(self, uri: str, *, family: str) -> None:
        self.uri = uri
        self.family = family

    def __call__(self, cls: type[C]) -> type[C]:
        """Give the class its type and family, and list it."""
        cls.TYPE = self.uri
        cls.FAMILY = self.family
        _TYPES[self.uri] = cls
        return cls


def claim_types() -> Mapping[str, type[Claim]]:
    """Return every known predicate type with its class."""
    _load()
    return _TYPES


@cache
def _load() -> None:
    for name in FAMILIES:
        import_module(f"sunlit.claims.{name}")


def read_claim(predicate_type: str, predicate: Mapping[str, object]) -> Claim:
    """Return the typed claim, or `Opaque` where the type is unknown.

    Raises:
        MalformedError: `claim.malformed`.
    """
    cls = claim_types().get(predicate_type)
    if cls is None:
        return Opaque(predicate_type=predicate_type, extra=dict(predicate))
    return cls.from_predicate(predicate)
