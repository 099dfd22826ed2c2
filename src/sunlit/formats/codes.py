"""The documented error codes of `formats`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "card.malformed": "A card is no UTF-8 text, or its front matter is no YAML object.",
    "lineage.malformed": "A file is not an OpenLineage run event.",
    "report.malformed": "A test report is not as spec/schemas/test-report.schema.json says.",
    "tabular.malformed": "A table's header or schema cannot be read.",
    "tabular.no-reader": "Reading this kind of table needs an extra that is not installed.",
    "toml.malformed": "sunlit.toml is not TOML, or a value in it has the wrong kind.",
}
