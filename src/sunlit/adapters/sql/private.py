"""The private store: opening it, its tables, bringing them up to date.

Modules with tables are imported here, so that METADATA holds all of them wherever it is used.
"""

from sunlit.adapters.sql import drafts, people_tables, problems, tables
from sunlit.adapters.sql.engine import open_private, reading, translated, writing
from sunlit.adapters.sql.metadata import METADATA, NUMBER, Moment
from sunlit.adapters.sql.migrate import upgrade

__all__ = [
    "METADATA",
    "NUMBER",
    "Moment",
    "drafts",
    "open_private",
    "people_tables",
    "problems",
    "reading",
    "tables",
    "translated",
    "upgrade",
    "writing",
]
