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
    # statuslist
    "status.malformed": "A status list cannot be read.",
    "status.too-large": "A status list inflates to more than its limit.",
    "status.signature": "A status list is not signed by the token's issuer.",
    "status.wrong-list": "A status list is another one than the token names.",
    "status.not-yet-valid": "A status list is from the future.",
    "status.expired": "A status list has expired: it says nothing any more.",
    "status.out-of-bounds": "A token's index lies outside its status list.",
}
