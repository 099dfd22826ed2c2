"""What each numbered check asks, in one plain sentence: `spec/bundle.md`, for people."""

from collections.abc import Mapping
from typing import Final

ASKS: Final[Mapping[str, str]] = {
    "files": "Is every file the one that the bundle's list names, with none missing or added?",
    "trust": "Is your own trust file properly signed, and in force now?",
    "registration": "Did the deploying organisation register its decision log before the record?",
    "record": "Does the record stand in that log, under the registered key?",
    "anchors": "Did the log only grow, and since when can the record not have been changed?",
    "opening": "Is every value that is shown the one that was recorded?",
    "token": "Was there a safety token, logged and in force at the record's time?",
    "use": "Did the token allow this use, here, with this data and this human oversight?",
    "human": "Do the later records (a human's outcome, a contest) belong to this decision?",
    "statements": "Is each statement signed by who it says, and logged under enough witnesses?",
    "findings": "Do the same statements, evaluated again, give the same findings?",
}

# Shown wherever somebody might take the bundle's own word for it.
CONVENIENCE: Final = (
    "A checker that comes with the evidence is a convenience, never the proof: whoever made the "
    "bundle could have put in one that always says Passed."
)
