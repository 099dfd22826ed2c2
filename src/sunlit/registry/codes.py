"""The documented error codes of `registry`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "admit.unknown-signer": "No signature on a statement is by a key that the log knows.",
    "admit.refused": "The capability that owns a claim does not let it enter here and now.",
    "blob.missing": "No report is kept under the digest asked for.",
    "blob.differs": "A kept report does not have the digest that names it.",
    "home.missing": "The directory named is no Sunlit home.",
    "home.malformed": "sunlit-home.json is not what it should be.",
    "home.no-such-key": "The home keeps no key of that name or role.",
    "home.no-trust": "The home has no trust file, so nobody's authority is known.",
    "home.log-key": "The key given for a log or witness is not Ed25519.",
    "witness.unknown": "A cosignature is by a witness that the trust file does not name.",
    "mirror.untrusted-log": "The trust file names no log of this origin.",
    "witness.raced": "Two processes cosigned one log at the same moment; one must try again.",
    "witness.store": "The witness could not read or keep what it saw; nothing was signed.",
    "rubric-file.unreadable": "An agency's OSCAL profile cannot be read.",
    "home.cannot-write": "A file of the home could not be written; nothing was changed.",
    "org.home-exists": "There is a home in the directory already.",
    "org.malformed-request": "A file is no request to register an organisation.",
    "org.unsigned-request": "A key in a request did not sign its own registration.",
    "key.name-taken": "The home has a key of that name already.",
    "key.log-key-stays": "A log's own key cannot be rotated; a log gets a successor instead.",
    "key.not-a-registration": "A file does not ask for a key to be registered.",
    "key.unsigned-registration": "A key did not sign its own registration.",
    "trust.unreadable": "A file that was named could not be read.",
}
