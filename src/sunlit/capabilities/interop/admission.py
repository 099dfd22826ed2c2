"""May this record of another register enter? An operator says where it was found."""

import re
from collections.abc import Sequence
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.names import named_digest
from sunlit.rubric.entry import enters, first_no, not_ours, refused, speaks
from sunlit.rubric.finding import Verdict

REGISTER: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
RESERVED: Final = frozenset({"all", "imported", "none", "own"})  # what the catalogue calls others
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
MAX_NAME: Final = 220  # characters: 200 as read, and a number where one name is given twice


def admit(said: Admitted, history: Sequence[Admitted], directory: Directory) -> Verdict:
    """Admit a record from an operator, under its own name, in place of none but its own."""
    if not isinstance(said.claim, ImportedRecord):
        return not_ours(said)
    no = first_no(
        speaks(said, directory, Role.OPERATOR),
        _is_about_itself(said, said.claim),
        _says_where_from(said.claim),
        _blank_or_filled(said.claim),
        _replaces_its_own(said, said.claim, history, directory),
    )
    return no or enters(said, "An operator signed where it was found; nobody signed what it says.")


def _is_about_itself(said: Admitted, record: ImportedRecord) -> Verdict | None:
    digest = named_digest("imported-record", f"{record.register}#{record.record}")
    if len(said.subjects) == 1 and said.is_about(digest):
        return None
    return refused("The statement's subject is not the record that it names.")


def _says_where_from(record: ImportedRecord) -> Verdict | None:
    if not REGISTER.fullmatch(record.register):
        return refused("The register's name is not 1 to 40 small letters, digits and hyphens.")
    if record.register in RESERVED:
        return refused("The register's name is a word of the catalogue's own.")
    names = (record.record, record.title, record.source, record.licence)
    if not all(name.strip() and len(name) <= MAX_NAME for name in names):
        return refused("Record, title, source and licence are not texts of 1 to 220 characters.")
    if not DIGEST.fullmatch(record.source_digest):
        return refused("The file that it was found in is not named by its SHA-256.")
    return None


def _blank_or_filled(record: ImportedRecord) -> Verdict | None:
    if set(record.fields) & set(record.blanks):
        return refused("A field is both filled in and blank.")
    if not all(record.fields.values()):
        return refused("A blank is among the fields that were filled in.")
    return None


def _replaces_its_own(
    said: Admitted, record: ImportedRecord, history: Sequence[Admitted], directory: Directory
) -> Verdict | None:
    if record.supersedes is None:
        return None
    before = next((one for one in history if one.statement_id == record.supersedes), None)
    if before is None or not isinstance(before.claim, ImportedRecord):
        return refused("It replaces a statement that is no record of this log.")
    same = (before.claim.register, before.claim.record) == (record.register, record.record)
    if not same or not directory.organisations(before) & directory.organisations(said):
        return refused("It replaces another record, or one that somebody else took over.")
    return None
