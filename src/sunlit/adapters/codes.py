"""The documented error codes of `adapters`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "remote.address": "An address of a node is none that Sunlit talks to.",
    "remote.answer": "What a node answered is no receipt.",
    "remote.busy": "A node cannot take a statement now.",
    "remote.no-client": "Talking to a node needs an extra that is not installed.",
    "remote.refused": "A node does not take a statement.",
    "remote.unreachable": "A node does not answer, or not as it should.",
    "mail.failed": "A mail was not taken; it is tried again.",
    "mail.refused": "The mail server takes nothing for an address.",
    "reach.malformed": "SUNLIT_MAY_REACH does not name networks.",
    "reach.refused": "A host of the settings is in a network that is not to be reached.",
    "webhook.failed": "A webhook was not taken; it is tried again.",
    "webhook.refused": "The receiver of a webhook wants no more of it.",
    "webhook.secret": "A webhook's secret is malformed.",
    "passkey.known-already": "A passkey is known on this node already.",
    "passkey.not-registered": "What an authenticator answered about a new passkey does not hold.",
    "private.unavailable": "The private store of a node could not be read or written.",
    "private.url": "The private store of a node is in no database that is known here.",
    "signin.bad-answer": "The answer of an identity provider does not hold.",
    "signin.provider": "An identity provider could not be asked, or answered something else.",
    "signin.refused": "An identity provider did not sign somebody in.",
    "signin.settings": "The settings of the identity provider are not whole.",
}
