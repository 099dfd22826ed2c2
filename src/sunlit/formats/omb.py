"""The US federal inventory of AI use cases (OMB M-25-21), as its consolidated CSV.

What an agency did not fill in stays blank, the eight practices for high-impact use too. An id
is unique within an agency where it is given at all: 704 of 3,611 rows of 2025 have none, and a
few agencies use one twice. Such a row is named by a digest of its bureau and name.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.formats.register_file import (
    MAX_FIELDS,
    MAX_RECORDS,
    MEND,
    FoundRecord,
    FoundRegister,
    expect_count,
    is_blank,
    record_of,
    text_of,
    told_apart,
    unpacked,
)

REGISTER: Final = "omb"
SOURCE: Final = "https://github.com/ombegov/2025-Federal-Agency-AI-Use-Case-Inventory"
LICENCE: Final = "US Government work (public domain in the United States)"
COLUMNS: Final[tuple[str, ...]] = (
    "agency", "agency_name", "id", "use_case_name", "agency_bureau", "contact_email",
    "is_withheld", "development_stage", "is_high_impact", "HI_justification", "topic_area",
    "classification", "problem_solved", "benefits", "system_outputs", "operational_date",
    "contracting_usage", "vendor_name", "have_ato", "system_name_ato", "data_description",
    "link_to_data", "has_pii", "pia_url", "demographic_features", "has_custom_code", "code_url",
    "hi_testing_conducted", "hi_assessment_completed", "hi_potential_impacts",
    "hi_independent_review", "hi_ongoing_monitoring", "hi_training_established",
    "hi_failsafe_presence", "hi_appeal_process", "hi_public_consultation",
)  # fmt: skip
# What M-25-21 section 4(b) asks of high-impact use: column -> mitigation of the risk code.
PRACTICES: Final[Mapping[str, str]] = {
    "hi_testing_conducted": "M1",
    "hi_assessment_completed": "M2",
    "hi_independent_review": "M3",
    "hi_ongoing_monitoring": "M4",
    "hi_training_established": "M5",
    "hi_failsafe_presence": "M6",
    "hi_appeal_process": "M7",
    "hi_public_consultation": "M8",
}
NEEDED: Final = frozenset({"agency", "id", "use_case_name", "is_withheld", "is_high_impact"})
PERSONAL: Final = ("contact_email",)
NO_IDS: Final = frozenset({"", "tbd", "n/a", "na", "none"})


def read_omb(data: bytes) -> FoundRegister:
    """Read the CSV, packed with gzip or not.

    Raises:
        MalformedError: `import.too-big`, `import.encoding`, `import.columns`, `import.row`.
    """
    rows = list(_rows(text_of(unpacked(data))))
    ids = Counter((row["agency"], row["id"].strip()) for row in rows)
    found = (_record(row, ids) for row in rows)
    return FoundRegister(
        register=REGISTER, records=told_apart(found), source=SOURCE, licence=LICENCE
    )


def _rows(text: str) -> Iterator[dict[str, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        _expect_columns(header)
        for number, row in enumerate(reader, 1):
            expect_count(number, "records", MAX_RECORDS)
            if len(row) != len(header):
                raise MalformedError(
                    "import.row", f"the row that ends on line {reader.line_num} is not whole",
                    expected=f"{len(header)} cells", got=f"{len(row)} cells", mend=MEND,
                )  # fmt: skip
            yield dict(zip(header, row, strict=True))
    except csv.Error as error:
        raise MalformedError(
            "import.row", f"line {reader.line_num} is no CSV", expected="RFC 4180", mend=MEND
        ) from error


def _expect_columns(header: list[str]) -> None:
    expect_count(len(header), "columns", MAX_FIELDS)
    lacking = sorted(NEEDED - set(header))
    if lacking or len(set(header)) != len(header) or "" in header:
        raise MalformedError(
            "import.columns", "line 1 does not name the columns of this register",
            expected="each once, among them " + ", ".join(sorted(NEEDED)),
            got="lacking " + ", ".join(lacking) if lacking else "a name twice, or an empty one",
            mend="name the register that it is of, or " + MEND,
        )  # fmt: skip


def _record(row: Mapping[str, str], ids: Counter[tuple[str, str]]) -> FoundRecord:
    agency, given, bureau = row["agency"], row["id"].strip(), row.get("agency_bureau", "")
    unique = ids[agency, given] == 1 and given.lower() not in NO_IDS
    name = sha256(f"{bureau}\x00{row['use_case_name']}".encode()).hexdigest()[:12]
    publisher = row.get("agency_name") or agency
    return record_of(
        row,
        record=f"{agency}/{given if unique else name}",
        title=row["use_case_name"] if not is_blank(row["use_case_name"]) else given or name,
        publisher=publisher,
        left_out=PERSONAL,
    )
