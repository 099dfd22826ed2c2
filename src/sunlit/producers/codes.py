"""The documented codes of `producers`: code -> one sentence. Most are kept as notes, not raised."""

from typing import Final

CODES: Final = {
    "producer.unreadable": "A file that was listed is missing, unreadable or too large.",
    "producer.cache": "A result kept by a producer is malformed.",
    "producer.no-scanner": "No scanner for pickles is installed, so safety is unknown.",
    "producer.nothing-to-scan": "The folder holds no file, so there is nothing to scan.",
    "producer.no-licence": "No licence was found in the folder.",
    "producer.no-card": "The folder holds no model or dataset card.",
    "producer.bad-card": "A card cannot be read.",
    "producer.no-provenance": "No record says how the files of the folder came about.",
    "producer.bad-provenance": "A provenance file in the folder cannot be read.",
    "producer.other-files": "A provenance file is about files that are not in the folder.",
    "producer.lineage-without-digests": "An OpenLineage event names no digest of a file here.",
    "producer.no-report": "The folder holds no test report.",
    "producer.bad-report": "A test report cannot be read.",
    "producer.other-model": "A test report is about other bytes than the folder holds.",
    "producer.report-disagrees": "A test report says PASSED and its own figures do not.",
    "producer.bad-toml": "sunlit.toml is malformed; what it says is not used.",
    "producer.unknown-key": "sunlit.toml has a key that this version does not know; it is kept.",
    "producer.no-toml": "There is no sunlit.toml: who the component is had to be guessed.",
    "producer.dataset-missing": "sunlit.toml names a dataset file that is not in the folder.",
    "producer.sensitive-columns": "A table has columns that seem sensitive by their names.",
}
