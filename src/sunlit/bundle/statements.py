"""Check 10: the statements that governed the decision, each by who may say it, each logged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sunlit.authority.history import History
from sunlit.authority.trustfile import TrustFile
from sunlit.base import canonical
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.bundle.archive import Archive
from sunlit.bundle.layout import INDEX, MAX_JSON, STATEMENTS
from sunlit.bundle.logged import (
    Logged,
    expect_one_history,
    history_of,
    read_logged,
    said_at,
    why_unsaid,
)
from sunlit.bundle.manifest import SECTIONS
from sunlit.claims.base import Claim
from sunlit.claims.openness import Opened, Withheld
from sunlit.log.policy import Policy

AUTHORITY: Final = "authority"  # the section of who may say what; not counted in the manifest
# Of the manifest's sections, those that hold statements.
COUNTED: Final = tuple(one for one in SECTIONS if one not in ("findings", "human", "contest"))
# Family of a claim -> section; all others are provenance.
FAMILIES: Final = {
    AUTHORITY: AUTHORITY, "lifecycle": "release", "assurance": "assurance", "risk": "risk",
    "incident": "incidents", "decision": "exemptions",
}  # fmt: skip
_MEMBERS: Final = {"file", "log", "index", "statement", "section"}


def section_of(claim: Claim) -> str:
    """Return the section that a claim is shown in; its maker has no choice."""
    if isinstance(claim, Withheld | Opened):
        return "exemptions"
    return FAMILIES.get(claim.FAMILY, "provenance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of `statements/index.json`."""

    file: str
    log: str
    index: int
    statement: str
    section: str

    def to_json(self) -> dict[str, object]:
        """Return the line."""
        return {
            "file": self.file, "log": self.log, "index": self.index,
            "statement": self.statement, "section": self.section,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """What could be read: the index, the entries that hold, and the first flaw, if any."""

    rows: tuple[Row, ...] = ()
    logged: tuple[Logged, ...] = ()
    flaw: SunlitError | None = None


def write_index(rows: tuple[Row, ...]) -> bytes:
    """Return `statements/index.json`."""
    return canonical.encode({"v": 1, "statements": [row.to_json() for row in rows]})


def read_index(data: bytes) -> tuple[Row, ...]:
    """Read `statements/index.json`.

    Raises:
        MalformedError: `bundle.statements`, `json.*`.
    """
    document = canonical.decode_object(data, what="statements/index.json", limit=MAX_JSON)
    rows = document.get("statements")
    if document.keys() != {"v", "statements"} or document["v"] != 1 or not isinstance(rows, list):
        raise _malformed()
    if canonical.encode(document) != data:
        raise _malformed()
    return tuple(_row(row) for row in rows)


def _row(row: object) -> Row:
    if not isinstance(row, dict) or row.keys() != _MEMBERS or type(row["index"]) is not int:
        raise _malformed()
    texts = {name: row[name] for name in _MEMBERS - {"index"}}
    if not all(isinstance(text, str) for text in texts.values()):
        raise _malformed()
    if row["section"] not in (*COUNTED, AUTHORITY):
        raise _malformed()
    return Row(index=row["index"], **texts)


def _malformed() -> MalformedError:
    return MalformedError("bundle.statements", "statements/index.json is malformed")


def read_statements(archive: Archive, policy: Policy) -> Statements:
    """Read every statement whose receipt holds; keep the first flaw of the others."""
    try:
        rows = read_index(archive.read(INDEX, limit=MAX_JSON))
    except SunlitError as error:
        return Statements(flaw=error)
    flaw = _unlisted(archive, rows)
    logged: list[Logged] = []
    for row in rows:
        try:
            one = read_logged(archive, STATEMENTS + row.file, policy)
            if one.place != (row.log, row.index):
                raise VerificationError(
                    "bundle.statement-place", f"statement {row.file} stands elsewhere in its log",
                    expected=f"{row.log} #{row.index}", got=f"{one.place[0]} #{one.place[1]}",
                )  # fmt: skip
            logged.append(one)
        except SunlitError as error:
            flaw = flaw or error
    return Statements(rows=rows, logged=tuple(logged), flaw=flaw)


def _unlisted(archive: Archive, rows: tuple[Row, ...]) -> SunlitError | None:
    listed = [row.file for row in rows]
    there = {
        path.removeprefix(STATEMENTS).partition(".")[0]
        for path in archive.sizes
        if path.startswith(STATEMENTS) and path != INDEX
    }
    if there == set(listed) and len(there) == len(listed):
        return None
    odd = sorted(there ^ set(listed)) or sorted({one for one in listed if listed.count(one) > 1})
    return VerificationError(
        "bundle.statements-differ", "the statements are not those that their index lists",
        got=", ".join(odd[:5]),
    )  # fmt: skip


def check_statements(
    found: Statements, more: tuple[Logged, ...], trust: TrustFile, counts: Mapping[str, int]
) -> str:
    """Check every statement; `more` are those outside `statements/`. Return what was found.

    Raises:
        SunlitError: the first flaw.
    """
    if found.flaw is not None:
        raise found.flaw
    expect_one_history((*found.logged, *more))
    if len({one.place for one in found.logged}) != len(found.logged):
        raise VerificationError("bundle.statement-other", "an entry of a log stands here twice")
    history = history_of((*found.logged, *more), trust)
    for row, one in zip(found.rows, found.logged, strict=True):
        _check(row, one, history)
    expect_counted(counts, {
        section: sum(row.section == section for row in found.rows) for section in COUNTED
    })  # fmt: skip
    logs = {one.checkpoint.origin for one in found.logged}
    witnessed = "" if trust.quorum == "none" else ", under enough witnesses"
    return (
        f"All {len(found.rows)} statements are by who they say, and stand in "
        f"{'the log ' + min(logs) if len(logs) == 1 else f'{len(logs)} logs'}{witnessed}."
    )


def expect_counted(said: Mapping[str, int], there: Mapping[str, int]) -> None:
    """Check that the manifest counts what is there.

    Raises:
        VerificationError: `bundle.sections`.
    """
    for section, count in there.items():
        if said.get(section) != count:
            raise VerificationError(
                "bundle.sections", f"the manifest counts something else for {section}",
                expected=str(count), got=str(said.get(section)),
            )  # fmt: skip


def _check(row: Row, one: Logged, history: History) -> None:
    said = said_at(history, one.place)
    if said is None or said.statement_id != row.statement:
        raise VerificationError(
            "bundle.statement-other", f"statement {row.file} is not the one that the index lists",
            expected=row.statement[:64], got=said.statement_id if said else "none",
        )  # fmt: skip
    reason = why_unsaid(said, history.directory)
    if reason is not None:
        raise VerificationError(
            "bundle.statement-unsigned", f"statement {row.file} counts for nothing: {reason}"
        )
    if row.section != section_of(said.claim):
        raise VerificationError(
            "bundle.statement-section", f"statement {row.file} is shown in another section",
            expected=section_of(said.claim), got=row.section,
        )  # fmt: skip
