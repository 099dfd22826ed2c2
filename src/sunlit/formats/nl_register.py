"""The Dutch Algoritmeregister, publication standard 1.0: records are read and written.

Texts in it are fragments of HTML. They are kept as they were found and never shown as markup:
`plain` gives their words.
"""

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.formats.atrs import as_text
from sunlit.formats.register_file import (
    MAX_FIELDS,
    MAX_RECORDS,
    MEND,
    FoundRecord,
    FoundRegister,
    expect_count,
    record_of,
    text_of,
    told_apart,
    unpacked,
)

REGISTER: Final = "nl-register"
SOURCE: Final = "https://github.com/MinBZK/Algoritmeregister"
LICENCE: Final = "EUPL-1.2"
NEEDED: Final = frozenset({"name", "description_short"})
PERSONAL: Final = ("contact_email",)


def read_nl_register(data: bytes) -> FoundRegister:
    """Read records of the register, or templates for them: a JSON list, or one object.

    Raises:
        MalformedError: `import.too-big`, `import.encoding`, `import.columns`, `import.row`.
    """
    try:
        rows = json.loads(text_of(unpacked(data)), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        raise MalformedError(
            "import.row", f"line {line} is no JSON", expected="JSON in UTF-8", mend=MEND
        ) from error
    rows = [rows] if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not rows:
        raise MalformedError(
            "import.columns", "this is no list of algorithms", expected="a JSON list", mend=MEND
        )
    expect_count(len(rows), "records", MAX_RECORDS)
    found = (_record(row, number) for number, row in enumerate(rows, 1))
    return FoundRegister(
        register=REGISTER, records=told_apart(found), source=SOURCE, licence=LICENCE
    )


def _record(row: object, number: int) -> FoundRecord:
    if not isinstance(row, Mapping) or not set(row) >= NEEDED:
        raise MalformedError(
            "import.row", f"record {number} is no algorithm of the standard 1.0",
            expected="an object with " + ", ".join(sorted(NEEDED)), mend=MEND,
        )  # fmt: skip
    expect_count(len(row), "fields in one record", MAX_FIELDS)
    texts = {str(name): as_text(value) for name, value in row.items()}
    # Markup around nothing is a blank too.
    fields = {name: text if plain(text) else "" for name, text in texts.items()}
    return record_of(
        fields,
        record=fields.get("id") or fields.get("source_id") or fields["name"],
        title=fields["name"],
        # A template names no organisation, only its supplier.
        publisher=fields.get("organization") or plain(fields.get("provider", "")),
        left_out=PERSONAL,
    )


def plain(markup: str) -> str:
    """Return the words of a fragment of HTML, a line for each paragraph; nothing of it is run."""
    reader = _Words()
    reader.feed(markup)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return "\n".join(line for line in lines if line)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._hidden += tag in ("script", "style")
        self.found.append("\n" if tag in ("p", "br", "div", "li", "h2", "h3") else "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)
