"""Reports of other tools, recognised by their bytes and made into claims.

`TABLE` names for each format the object that knows it, as `module:NAME`: an `Importer`. A line more
is a format more. The first that recognises the bytes reads them; none reads what it was not held
against, so an unknown version is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.claims.assurance import TestResult
from sunlit.claims.provenance import Resource
from sunlit.formats.foreign import MAX_REPORT, read_object

HEAD: Final = 4096
TABLE: Final = (
    ("garak", "sunlit.producers.audit.importing_redteam:GARAK"),
    ("inspect", "sunlit.producers.audit.importing_redteam:INSPECT"),
    ("pyrit", "sunlit.producers.audit.importing_redteam:PYRIT"),
    ("sarif", "sunlit.producers.audit.importing_checks:SARIF"),
    ("vex", "sunlit.producers.audit.importing_checks:VEX"),
    ("scorecard", "sunlit.producers.audit.importing_checks:SCORECARD"),
    ("evidently", "sunlit.producers.audit.importing_checks:EVIDENTLY"),
)


@dataclass(frozen=True)  # a cached property needs a dict: no slots
class Raw:
    """A report's file: its name without folders, and its bytes."""

    name: str
    data: bytes

    @property
    def head(self) -> bytes:
        """The first bytes, by which most formats are told apart."""
        return self.data[:HEAD]

    @cached_property
    def document(self) -> Mapping[str, object]:
        """The JSON object that the whole file is; an empty one where it is none."""
        if not self.head.lstrip().startswith(b"{"):
            return {}
        try:
            return read_object(self.data, "the report")
        except MalformedError:
            return {}

    def resource(self, form: str, version: str) -> Resource:
        """Return the file as a claim names it: by digest, with format and version."""
        return Resource(
            name=self.name, digest={"sha256": sha256(self.data).hexdigest()},
            annotations={"format": form, "formatVersion": version},
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report does not say and who imports it does.

    `success` is what of `correct` and `incorrect` a successful attack is, `planned` how many
    attacks were to be made, `sampling` what was asked of the model, `limit` the share that may
    succeed, `kind` what sort of attack a task of one's own is, `endpoint` the name of what answered
    (a WeightBinding names it too).
    """

    success: str | None = None
    planned: int | None = None
    sampling: Mapping[str, str] = field(default_factory=dict)
    limit: Decimal | None = None
    kind: str | None = None
    endpoint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a report came to. `guarded`: the file may hold answers, so it stays with its owner."""

    format: str
    claim: TestResult
    headline: str
    lines: tuple[str, ...] = ()
    guarded: bool = True


class Importer(Protocol):
    """What knows one format."""

    def recognises(self, raw: Raw) -> bool:
        """Whether the bytes are of this format, of whatever version."""
        ...

    def read(self, raw: Raw, asked: Asked) -> Imported:
        """Read the bytes, or refuse them with a documented error."""
        ...


def open_raw(path: Path) -> Raw:
    """Read a report's file.

    Raises:
        MalformedError: `import.too-large`.
        UnavailableError: `import.unreadable`.
    """
    try:
        if path.stat().st_size > MAX_REPORT:
            raise MalformedError(
                "import.too-large", "the report is too large",
                expected=f"at most {MAX_REPORT} bytes",
                mend="split the run: fewer probes or samples in each",
            )  # fmt: skip
        return Raw(path.name, path.read_bytes())
    except OSError as error:
        raise UnavailableError(
            "import.unreadable", "the report cannot be read", got=error.strerror or "an error",
            mend="name the file that the tool wrote",
        ) from error  # fmt: skip


def import_report(raw: Raw, asked: Asked, form: str | None = None) -> Imported:
    """Read a report of whichever format it is, or of the one that is named.

    Raises:
        MalformedError: `import.not-recognised`, and what reading the format raises.
        UnavailableError: where reading it needs an extra.
    """
    for name, _ in TABLE:
        importer = importer_of(name)
        if form == name or (form is None and importer.recognises(raw)):
            return importer.read(raw, asked)
    raise MalformedError(
        "import.not-recognised", "the report is of no known format",
        expected=f"a report of {', '.join(name for name, _ in TABLE)}",
        mend="name the file that the tool wrote; docs/assurance/import.md lists formats",
    )  # fmt: skip


def importer_of(name: str) -> Importer:
    """Return what knows a format, by the format's name in `TABLE`."""
    module, _, attribute = dict(TABLE)[name].partition(":")
    found: Importer = getattr(import_module(module), attribute)
    return found
