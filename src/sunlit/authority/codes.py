"""The documented error codes of `authority`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "authority.no-subject": "A claim was to be signed without saying what it is about.",
    "trust.malformed": "A trust file lacks a field, or a field has the wrong kind of value.",
    "trust.unknown-format": "A trust file is of a kind or major version that is not known here.",
    "trust.duplicate-key": "A trust file lists one public key twice, or for two purposes.",
    "trust.threshold-range": "A trust file asks for no signature, or for more than it has keys.",
    "trust.threshold": "Too few of a trust file's own root keys signed it.",
    "trust.predecessor-threshold": "Too few root keys of the trust file in force signed the next.",
    "trust.expired": "The trust file has expired, so nothing can be judged by it.",
    "trust.rollback": "The trust file offered is no newer than the one in force.",
    "trust.version-gap": "The trust file offered skips a version.",
    "trust.too-many-signatures": "A trust file has no room for another signature.",
}
