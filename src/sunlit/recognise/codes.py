"""The documented codes of `recognise`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "recognise.file": "A recogniser's file is no TOML or is too large.",
    "recognise.key": "A key of a recogniser's file is missing, unknown or of the wrong type.",
    "recognise.pattern": "A pattern cannot be matched in linear time, or is too large.",
    "recognise.twice": "Two recognisers have the same id.",
    "recognise.no-folder": "The folder holds no recognisers.",
    "recognise.no-recogniser": "No shipped recogniser has this id.",
    "recognise.kind": "A kind of personal data was asked for that no recogniser finds.",
    "recognise.no-engine": "Recognising needs an extra that is not installed.",
    # plan_read
    "plan.malformed": "A mask plan says something that cannot be done or understood.",
    "plan.unreadable": "A mask plan's file cannot be read.",
    # masking_key, masking_values
    "mask.key-scheme": "A mask key's URI is of no scheme that is known.",
    "mask.key-mode": "A mask key's file could be read or replaced by others.",
    "mask.key-size": "A mask key is shorter or longer than a key is.",
    "mask.key-unreadable": "A mask key's file cannot be read.",
    "mask.key-exists": "A new mask key would replace a file.",
    "mask.key-unwritable": "A new mask key cannot be written.",
    "mask.key-missing": "A mask plan needs a key, and none was given.",
    # masking_hierarchy
    "mask.hierarchy": "A hierarchy file cannot be understood.",
    "mask.hierarchy-unreadable": "A hierarchy file cannot be read.",
    "mask.hierarchy-changed": "A hierarchy file is not the one that the mask plan names.",
}
