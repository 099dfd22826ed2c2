"""The documented error codes of `formats`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "card.malformed": "A card is no UTF-8 text, or its front matter is no YAML object.",
    "export.lacks": "A format has no blanks and asks what nobody has said.",
    "foreign.malformed": "Another tool's report is not as that tool writes it.",
    "foreign.no-zstandard": "Reading an Inspect `.eval` file needs an extra that is not installed.",
    "foreign.too-large": "Another tool's report, or a part of it, is beyond a bound.",
    "foreign.unknown-version": "Another tool's report is of a version that is not known here.",
    "import.columns": "A register's file does not have the columns of that register.",
    "import.encoding": "A register's file is no UTF-8, or cannot be unpacked.",
    "import.row": "A row or record of a register's file is not whole.",
    "import.too-big": "A register's file has more bytes, records or fields than any register.",
    "inspect.success": "Nobody said which answers in an Inspect log are successful attacks.",
    "lineage.malformed": "A file is not an OpenLineage run event.",
    "report.malformed": "A test report is not as spec/schemas/test-report.schema.json says.",
    "publiccode.malformed": "A publiccode.yml cannot be read, or is none.",
    "tabular.malformed": "A table's header or schema cannot be read.",
    "tabular.no-reader": "Reading this kind of table needs an extra that is not installed.",
    "toml.malformed": "sunlit.toml is not TOML, or a value in it has the wrong kind.",
}
