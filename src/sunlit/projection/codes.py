"""The documented error codes of `projection`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "projection.bad-query": "A search of the catalogue asks for what there is not.",
    "projection.bad-url": "The database of the projections is neither SQLite nor PostgreSQL.",
    "projection.behind": "Not all of a log is in the projections yet, and a part would not do.",
    "projection.nothing": "Projections are to be compared with the logs, and there are none.",
    "projection.unavailable": "The database of the projections does not answer.",
}
