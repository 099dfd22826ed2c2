"""The documented error codes of `registry`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "home.missing": "The directory named is no Sunlit home.",
    "home.malformed": "sunlit-home.json is not what it should be.",
    "home.no-such-key": "The home keeps no key of that name or role.",
    "home.no-trust": "The home has no trust file, so nobody's authority is known.",
    "home.log-key": "The key given for a log or witness is not Ed25519.",
    "witness.rolled-back": "A log shows fewer entries than were seen before.",
    "witness.forked": "A log shows two different trees of one size.",
    "witness.no-checkpoint": "A log directory has no checkpoint.",
    "witness.raced": "Two processes cosigned one log at the same moment; one must try again.",
    "witness.store": "The witness could not read or keep what it saw; nothing was signed.",
    "home.cannot-write": "A file of the home could not be written; nothing was changed.",
}
