"""The documented error codes of `statement`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "key.bad-signature": "A signature does not match the key and the bytes.",
    "key.file-exists": "A key file would replace another one.",
    "key.file-mode": "A key file could be read or replaced by others than its owner.",
    "key.file-unreadable": "A key file cannot be read.",
    "key.file-unwritable": "A key file cannot be written.",
    "key.malformed": "A key is not encoded as it must be, or is of another kind than it says.",
    "key.passphrase": "A private key's passphrase is missing, wrong, or not needed.",
    "key.unknown-kind": "A key is of a kind that is not used here.",
    "key.unknown-scheme": "No signer is known for a URI.",
    "manifest.changed-while-reading": "A file changed while it was read.",
    "manifest.malformed": "Bytes are not a canonical manifest of version 1.",
    "manifest.name": "A file name cannot stand in a manifest.",
    "manifest.name-collision": "Two file names are one in Unicode normal form C.",
    "manifest.special-file": "A folder holds a pipe, socket or device.",
    "manifest.symlink": "A folder holds a symbolic link.",
    "manifest.too-deep": "A folder is nested too deep.",
    "manifest.too-many-files": "A folder holds too many files.",
    "manifest.unreadable": "A file or folder is missing or cannot be read.",
    "statement.digest": "A digest is not lower-case hex of the right length, or there is none.",
    "statement.malformed": "A payload is not an in-toto Statement v1.",
    "statement.malformed-envelope": "An envelope is not as DSSE v1 says, or beyond a bound.",
    "statement.payload-type": "An envelope holds another type of payload than was asked for.",
    "statement.threshold": "Fewer distinct keys than required signed an envelope.",
    "statement.threshold-range": "A threshold below one was asked for.",
}
