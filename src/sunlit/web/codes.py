"""The documented error codes of `web`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "api.no-such-record": "No log of a node holds the record that was asked for.",
    "api.no-such-statement": "No log of a node holds the statement that was asked for.",
    "api.no-such-use": "A component has no use of the name that was asked for.",
    "act.no-signature": "A form that should hold a signature or a signed statement holds none.",
    "assess.no-such-page": "Questions were opened that are not asked, or before anybody began.",
    "csrf.other-site": "A form was sent by another website.",
    "csrf.token": "A form does not hold the token of the session that it was sent in.",
    "guarded.no-such": "Nothing is kept on this node under the digest that was asked for.",
    "page.being-made": "What was asked for is being made for somebody else, which takes a while.",
    "passkey.malformed": "What an authenticator answered cannot be read.",
    "passkey.no-such": "There is no such key in somebody's account.",
    "passkey.not-you": "A passkey that is not the person's own was used to show who they are.",
    "people.no-such": "There is no such person in one's organisation.",
    "people.not-yourself": "Somebody tried to change their own roles, or to end their own access.",
    "serve.gave-up": "What works beside a website failed too often, and its process ended.",
    "session.no-such": "Somebody has no such session, or it is over.",
    "signin.dev-only": "The provider for trying things out was to run where others reach it.",
    "signin.no-dev-provider": "The identity provider for trying things out is not installed.",
    "signin.no-https": "Somebody tried to sign in over a connection that is not encrypted.",
    "signin.not-set-up": "A node has no identity provider.",
    "signin.too-often": "Somebody tried to sign in too often from one address.",
}
