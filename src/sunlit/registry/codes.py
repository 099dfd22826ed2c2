"""The documented error codes of `registry`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "home.missing": "The directory named is no Sunlit home.",
    "home.malformed": "sunlit-home.json is not what it should be.",
    "home.no-such-key": "The home keeps no key of that name or role.",
    "home.no-trust": "The home has no trust file, so nobody's authority is known.",
    "home.log-key": "The key given for a log or witness is not Ed25519.",
    "home.cannot-write": "A file of the home could not be written; nothing was changed.",
}
