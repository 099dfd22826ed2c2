"""The documented error codes of `runtime`: code -> one sentence."""

from typing import Final

CODES: Final = {
    # jws
    "token.too-large": "A token is larger than its limit.",
    "token.malformed": "A token is no compact JWS in canonical form, or lacks a claim.",
    "token.type": "A signed token is of another type than was asked for.",
    "token.algorithm": "A token's algorithm is not accepted, or does not fit the key.",
    "token.critical": "A token has critical extensions, and none is understood.",
    "token.signature": "A token's signature does not match the key and the bytes.",
    "token.unknown-key": "A token names a key that the trust file does not name for its issuer.",
    # token
    "token.other-issuer": "A token names another issuer than the one whose key signed it.",
    "token.not-yet-valid": "A token is not valid yet.",
    "token.expired": "A token has expired.",
    # folder
    "token.unreadable": "There is no token at the place named, or a file of it cannot be read.",
    # verify
    "token.key-not-in-force": "A key signed at a time at which the trust file does not let it.",
    "token.no-receipt": "A token comes without its grant or without the grant's receipt.",
    "token.other-grant": "A log entry is not the grant that the token names.",
    "token.grant-signature": "A grant is not signed by the token's issuer.",
    "token.claims-differ": "A token does not say what was granted and logged.",
    "token.other-files": "The files of a component are not those of the token's release.",
    "token.other-use": "A token does not cover the use that was asked for.",
    "token.other-deployer": "A token does not cover the deployer that was asked for.",
    "token.other-jurisdiction": "A token does not cover the place that was asked for.",
    "token.other-data": "A token does not cover the class of data that was asked for.",
    "token.other-kind": "A token is of another kind than was asked for.",
    "status.unknown-list": "The trust file does not name the status list of a token.",
    "status.missing": "There is no status list, so nobody knows whether the token still counts.",
    "status.revoked": "The issuer has revoked a token.",
    "status.suspended": "The issuer has suspended a token.",
    "status.unknown-value": "A status list gives a token a status that has no meaning.",
    # statuslist
    "status.malformed": "A status list cannot be read.",
    "status.too-large": "A status list inflates to more than its limit.",
    "status.signature": "A status list is not signed by the token's issuer.",
    "status.wrong-list": "A status list is another one than the token names.",
    "status.not-yet-valid": "A status list is from the future.",
    "status.expired": "A status list has expired: it says nothing any more.",
    "status.out-of-bounds": "A token's index lies outside its status list.",
}
