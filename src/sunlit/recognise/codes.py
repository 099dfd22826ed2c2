"""The documented codes of `recognise`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "recognise.file": "A recogniser's file is no TOML or is too large.",
    "recognise.key": "A key of a recogniser's file is missing, unknown or of the wrong type.",
    "recognise.pattern": "A pattern cannot be matched in linear time, or is too large.",
    "recognise.twice": "Two recognisers have the same id.",
    "recognise.no-folder": "The folder holds no recognisers.",
    "recognise.kind": "A kind of personal data was asked for that no recogniser finds.",
    "recognise.no-engine": "Recognising needs an extra that is not installed.",
}
