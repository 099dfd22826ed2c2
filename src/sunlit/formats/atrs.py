"""UK Algorithmic Transparency Records: the published ones are read, our own are written.

GOV.UK publishes a record as a page and offers no machine-readable form of its text. What is read
is the list of records that others took from the pages: title, body, description, address, date.
"""

from collections.abc import Mapping
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.formats.foreign import read_object
from sunlit.formats.register_file import (
    MAX_FILE,
    MAX_RECORDS,
    MEND,
    FoundRecord,
    FoundRegister,
    expect_count,
    record_of,
    told_apart,
    unpacked,
)

REGISTER: Final = "atrs"
SOURCE: Final = "https://www.gov.uk/algorithmic-transparency-records"
LICENCE: Final = "OGL-UK-3.0"
NEEDED: Final = frozenset({"title", "url", "publishing_body"})


def read_atrs(data: bytes) -> FoundRegister:
    """Read a list of published records.

    Raises:
        MalformedError: `import.too-big`, `import.encoding`, `import.columns`, `import.row`,
            `foreign.malformed`.
    """
    document = read_object(unpacked(data), "the list of records", limit=MAX_FILE)
    rows = document.get("records")
    if not isinstance(rows, list) or not rows:
        raise MalformedError(
            "import.columns", "this is no list of transparency records",
            expected='an object with "records", a list', mend=MEND,
        )  # fmt: skip
    expect_count(len(rows), "records", MAX_RECORDS)
    found = (_record(row, number) for number, row in enumerate(rows, 1))
    return FoundRegister(
        register=REGISTER, records=told_apart(found), source=SOURCE, licence=LICENCE
    )


def _record(row: object, number: int) -> FoundRecord:
    if not isinstance(row, Mapping) or not set(row) >= NEEDED:
        raise MalformedError(
            "import.row", f"record {number} is no transparency record",
            expected="an object with " + ", ".join(sorted(NEEDED)), mend=MEND,
        )  # fmt: skip
    fields = {str(name): as_text(value) for name, value in row.items()}
    return record_of(
        fields,
        record=fields["url"].rstrip("/").rsplit("/", 1)[-1] or fields["title"],
        title=fields["title"],
        publisher=fields["publishing_body"],
        published_on=fields.get("published"),
    )


def as_text(value: object) -> str:
    """Return a JSON value as the text that a record holds; nothing for null and for emptiness."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(as_text(one) for one in value)
    return value if isinstance(value, str) else str(value).lower()
