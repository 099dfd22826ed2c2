"""The documented error codes of `adapters`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "passkey.known-already": "A passkey is known on this node already.",
    "passkey.not-registered": "What an authenticator answered about a new passkey does not hold.",
    "private.unavailable": "The private store of a node could not be read or written.",
    "private.url": "The private store of a node is in no database that is known here.",
    "signin.bad-answer": "The answer of an identity provider does not hold.",
    "signin.provider": "An identity provider could not be asked, or answered something else.",
    "signin.refused": "An identity provider did not sign somebody in.",
    "signin.settings": "The settings of the identity provider are not whole.",
}
