"""`manifest.json`: what the bundle is about, and the SHA-256 of every other file in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import MalformedError, SunlitError
from sunlit.base.times import format_time, parse_time
from sunlit.decision.record import Pointer, is_hex

FORMAT: Final = "sunlit-bundle/1"
KIND: Final = "decision"
MALFORMED: Final = "bundle.manifest"
MAX_MANIFEST: Final = 4 * 1024 * 1024
SECTIONS: Final = (
    "release", "provenance", "assurance", "risk", "findings", "incidents", "exemptions", "human",
    "contest",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Who made the bundle when, about which decision; `files` is path -> (SHA-256, size).

    `inspection` lists the archives with code, weights and data that were made for a court.
    """

    made_at: datetime
    as_of: datetime
    made_by: str
    tool: str
    decision: Pointer
    decision_id: str
    files: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    sections: Mapping[str, int] = field(default_factory=dict)
    inspection: tuple[Mapping[str, object], ...] = ()

    def to_bytes(self) -> bytes:
        """Return canonical JSON."""
        document: dict[str, object] = {
            "format": FORMAT,
            "kind": KIND,
            "madeAt": format_time(self.made_at),
            "asOf": format_time(self.as_of),
            "madeBy": self.made_by,
            "tool": self.tool,
            "decision": {
                "log": self.decision.log,
                "index": self.decision.index,
                "leaf": self.decision.leaf,
                "id": self.decision_id,
            },
            "files": {
                path: {"sha256": digest, "size": size}
                for path, (digest, size) in self.files.items()
            },
            "sections": dict(self.sections),
        }
        if self.inspection:
            document["inspection"] = [dict(one) for one in self.inspection]
        return canonical.encode(document)

    @classmethod
    def parse(cls, data: bytes) -> "Manifest":
        """Read a manifest; a later major version of the format is refused.

        Raises:
            MalformedError: `bundle.manifest`, `bundle.unknown-format`.
        """
        try:
            document = canonical.decode_object(data, what="manifest.json", limit=MAX_MANIFEST)
            expect_format(document)
            manifest = _read(document)
        except SunlitError as error:
            if error.code == "bundle.unknown-format":
                raise
            raise MalformedError(
                MALFORMED, "manifest.json is malformed", expected=error.expected, got=error.got
            ) from error
        if manifest.to_bytes() != data:
            raise MalformedError(MALFORMED, "manifest.json is not canonical, or has more in it")
        return manifest


def expect_format(document: Mapping[str, object]) -> None:
    """Check that this version of Sunlit can read a bundle of this format.

    Raises:
        MalformedError: `bundle.unknown-format`.
    """
    if (document.get("format"), document.get("kind")) != (FORMAT, KIND):
        raise MalformedError(
            "bundle.unknown-format", "this bundle is of another kind or version",
            expected=f"{FORMAT}, {KIND}", mend="use a newer sunlit to check it",
        )  # fmt: skip


def _read(document: Mapping[str, object]) -> Manifest:
    decision = _object(document.get("decision"), "decision")
    index = decision.get("index")
    if type(index) is not int or index < 0:
        raise _malformed("decision.index as a number")
    return Manifest(
        made_at=parse_time(document.get("madeAt")),
        as_of=parse_time(document.get("asOf")),
        made_by=_text(document, "madeBy"),
        tool=_text(document, "tool"),
        decision=Pointer(
            log=_text(decision, "log"), index=index, leaf=_hex(decision.get("leaf"), 64)
        ),
        decision_id=_hex(decision.get("id"), 32),
        files={
            path: _file(_object(one, "files"))
            for path, one in _object(document.get("files"), "files").items()
        },
        sections={
            name: _count(count)
            for name, count in _object(document.get("sections"), "sections").items()
        },
        inspection=_inspection(document),
    )


def _inspection(document: Mapping[str, object]) -> tuple[Mapping[str, object], ...]:
    if "inspection" not in document:
        return ()
    rows = document["inspection"]
    if not isinstance(rows, list) or not rows:
        raise _malformed("inspection as a list that is not empty")
    return tuple(_object(row, "inspection") for row in rows)


def _file(one: Mapping[str, object]) -> tuple[str, int]:
    if set(one) != {"sha256", "size"}:
        raise _malformed("sha256 and size for each file")
    return _hex(one["sha256"], 64), _count(one["size"])


def _object(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _malformed(f"{name} as an object")
    return value


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise _malformed(f"{name} as a text")
    return value


def _hex(value: object, digits: int) -> str:
    if not isinstance(value, str) or not is_hex(value, digits):
        raise _malformed(f"{digits} lower-case hex digits")
    return value


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise _malformed("a number from 0 on")
    return value


def _malformed(expected: str) -> MalformedError:
    return MalformedError(MALFORMED, "manifest.json is malformed", expected=expected)
